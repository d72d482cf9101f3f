"""Profiles by name or path: found, read with all that they extend, overridden, validated."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import ValidationError

from fleet.profile import checks
from fleet.profile.complaints import Complaint, ProfileError, from_validation, suggest
from fleet.profile.lineage import Ancestor, Lineage, Table, cycle, not_inherited, taken
from fleet.profile.profile import Profile
from fleet.profile.soundness import Sound, sound_part
from fleet.profile.values import FROM_TOML


def load(name_or_path: str | Path, overrides: Mapping[str, object] | None = None) -> Profile:
    """Read a profile, and those that it extends.

    Args:
        name_or_path: the name of a packaged profile, such as ``demo``, or the path of a file.
        overrides: values by dotted path, written as in TOML, which replace those of the file:
            ``{"run.duration": "2m", "estate.terminals": 5000}``. None leaves the file's value.

    Raises:
        ProfileError: nothing was found or read, or the profile is wrong, with every complaint.
    """
    origin = str(name_or_path)
    path = name_or_path if isinstance(name_or_path, Path) else _find(origin, Path(), origin)
    return parse(_read(path, origin), overrides, origin, path)


def parse(
    text: str,
    overrides: Mapping[str, object] | None = None,
    origin: str = "profile",
    path: Path | None = None,
) -> Profile:
    """Read a profile from TOML text.

    Args:
        text: the profile.
        overrides: as of ``load``.
        origin: how its author knows it.
        path: its file, beside which those that it extends are looked for; none for mere text.

    Raises:
        ProfileError: as of ``load``.
    """
    lineage, complaints = _lineage(_toml(text, origin), origin, path)
    table = lineage.merged()
    wishes = {key: value for key, value in (overrides or {}).items() if value is not None}
    for key, value in wishes.items():
        _override(table, key, value, origin)

    def attribute(complaint: Complaint) -> Complaint:
        asked = any(complaint.path.startswith(key) for key in wishes)
        return complaint if asked else lineage.attribute(complaint)

    return _validate(table, attribute, complaints, origin)


def names() -> list[str]:
    """Names of the packaged profiles, in order."""
    return sorted(path.stem for path in _folder().glob("*.toml"))


def _folder() -> Path:
    """A wheel carries the profiles inside the package, a checkout beside it."""
    package = Path(__file__).resolve().parents[1]
    packaged = package / "profiles"
    return packaged if packaged.is_dir() else package.parent / "profiles"


def _lineage(table: Table, origin: str, path: Path | None) -> tuple[Lineage, list[Complaint]]:
    """The profile and those it extends, and what is wrong with its `without`."""
    chain, known = [origin], [path.resolve() if path else None]
    lineage, drops, found = Lineage(Ancestor(origin, table)), [], []
    while True:
        drops += [(len(chain), origin, each) for each in taken(table, "without", list, origin)]
        parent = next(iter(taken(table, "extends", str, origin)), None)
        if parent is None:
            break
        path = _find(parent, path.parent if path else Path(), origin, "extends")
        chain.append(parent)
        if path.resolve() in known:  # all that there is has been read
            found.append(cycle(chain))
            break
        known.append(path.resolve())
        table = _toml(_read(path, origin, "extends"), parent)
        lineage.extend(Ancestor(parent, table))
        origin = parent
    wrong = [(who, each) for heirs, who, each in drops if not lineage.drop(each, heirs)]
    return lineage, [*found, *(not_inherited(each, who) for who, each in wrong)]


def _find(name_or_path: str, folder: Path, origin: str, key: str = "") -> Path:
    if name_or_path.endswith(".toml") or "/" in name_or_path:
        return folder / name_or_path
    if name_or_path not in names():
        which = f"{name_or_path!r}" if key else "such profile"
        complaint = f"there is no {which}; {suggest(name_or_path, names())}"
        raise ProfileError([Complaint(key, complaint)], origin)
    return _folder() / f"{name_or_path}.toml"


def _read(path: Path, origin: str, key: str = "") -> str:
    which = str(path) if key else "the file"
    try:
        return path.read_text(encoding="utf-8-sig")  # some editors put a mark in front
    except OSError as error:
        complaint = f"cannot read {which}: {error.strerror}"
        raise ProfileError([Complaint(key, complaint)], origin) from None
    except UnicodeDecodeError:
        complaint = f"{which} is not UTF-8, as TOML must be"
        raise ProfileError([Complaint(key, complaint)], origin) from None


def _toml(text: str, origin: str) -> Table:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError([Complaint("", f"this is not TOML: {error}")], origin) from None


def _override(table: Table, key: str, value: object, origin: str) -> None:
    *sections, last = key.split(".")
    for section in sections:
        table = table.setdefault(section, {})
        if not isinstance(table, dict):
            complaint = f"cannot be set, since {section!r} is not a table"
            raise ProfileError([Complaint(key, complaint)], origin)
    table[last] = value


def _validate(
    table: Table,
    attribute: Callable[[Complaint], Complaint],
    complaints: list[Complaint],
    origin: str,
) -> Profile:
    try:
        sound = Sound(Profile.model_validate(table, context=FROM_TOML))
    except ValidationError as error:
        complaints = [*complaints, *map(attribute, from_validation(error, Profile))]
        sound = sound_part(table, [details["loc"] for details in error.errors()])
    complaints += map(attribute, checks.complaints(sound))
    if complaints:
        raise ProfileError(complaints, origin)
    return sound.profile
