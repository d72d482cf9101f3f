"""Profiles by name or path: found, read, overridden, validated."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from fleet.profile import checks
from fleet.profile.complaints import Complaint, ProfileError, from_validation, suggest
from fleet.profile.profile import Profile
from fleet.profile.values import FROM_TOML

_Table = dict[str, Any]


def load(name_or_path: str | Path, overrides: Mapping[str, object] | None = None) -> Profile:
    """Read a profile.

    Args:
        name_or_path: the name of a packaged profile, such as ``demo``, or the path of a file.
        overrides: values by dotted path, written as in TOML, which replace those of the file:
            ``{"run.duration": "2m", "estate.terminals": 5000}``. None leaves the file's value.

    Raises:
        ProfileError: nothing was found or read, or the profile is wrong, with every complaint.
    """
    path = _find(name_or_path)
    return parse(_read(path), overrides, origin=str(name_or_path))


def parse(
    text: str, overrides: Mapping[str, object] | None = None, origin: str = "profile"
) -> Profile:
    """Read a profile from TOML text; arguments and errors as of ``load``."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError([Complaint("", f"this is not TOML: {error}")], origin) from None
    for key, value in (overrides or {}).items():
        if value is not None:
            _override(table, key, value, origin)
    return _validate(table, origin)


def names() -> list[str]:
    """Names of the packaged profiles, in order."""
    return sorted(path.stem for path in _folder().glob("*.toml"))


def _folder() -> Path:
    """A wheel carries the profiles inside the package, a checkout beside it."""
    package = Path(__file__).resolve().parents[1]
    packaged = package / "profiles"
    return packaged if packaged.is_dir() else package.parent / "profiles"


def _find(name_or_path: str | Path) -> Path:
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or text.endswith(".toml") or "/" in text:
        return Path(name_or_path)
    if text not in names():
        complaint = f"there is no such profile; {suggest(text, names())}"
        raise ProfileError([Complaint("", complaint)], origin=text)
    return _folder() / f"{text}.toml"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        complaint = f"cannot read the file: {error.strerror}"
        raise ProfileError([Complaint("", complaint)], origin=str(path)) from None
    except UnicodeDecodeError:
        complaint = "the file is not UTF-8, as TOML must be"
        raise ProfileError([Complaint("", complaint)], origin=str(path)) from None


def _override(table: _Table, key: str, value: object, origin: str) -> None:
    *sections, last = key.split(".")
    for section in sections:
        table = table.setdefault(section, {})
        if not isinstance(table, dict):
            complaint = f"cannot be set, since {section!r} is not a table"
            raise ProfileError([Complaint(key, complaint)], origin)
    table[last] = value


def _validate(table: _Table, origin: str) -> Profile:
    complaints = []
    try:
        profile = Profile.model_validate(table, context=FROM_TOML)
        broken: frozenset[str] = frozenset()
    except ValidationError as error:
        complaints = from_validation(error, Profile)
        broken = frozenset(str(details["loc"][0]) for details in error.errors() if details["loc"])
        profile = _sound_part(table, broken)
    complaints += checks.complaints(profile, broken)
    if complaints:
        raise ProfileError(complaints, origin)
    return profile


def _sound_part(table: _Table, broken: frozenset[str]) -> Profile:
    """The profile without its broken sections, for the checks of the others."""
    sound = {key: value for key, value in table.items() if key not in broken}
    return Profile.model_validate({"schema": 1, "name": "sound"} | sound, context=FROM_TOML)
