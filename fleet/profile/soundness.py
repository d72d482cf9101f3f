"""What is left of a profile without what is broken, so that the rest is still looked at.

A section that holds a mistake is left out of the checks that read it. Where a check looks at the
entries of a section one by one, those without a mistake are looked at as they are: one cause that
lasts for "-5m" does not hide what is wrong with the next. An entry with a mistake is mended: its
broken keys are left out or, where it cannot do without, another value stands in. What is then said
of a broken key, of the entry as a whole, or of a key that is judged by another one, may be owed to
that, and is not said. What is said of an entry is said by its place in the file.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from fleet.profile.causes import KINDS
from fleet.profile.complaints import Complaint, Loc
from fleet.profile.lineage import Table
from fleet.profile.profile import Profile
from fleet.profile.values import FROM_TOML

ENTRIES: Final = frozenset({"campaigns", "causes", "faults", "hazards", "orders"})
"""Sections whose entries can be looked at one by one."""
_STAND_INS: Final[Mapping[str, str]] = {
    "at": "0s", "daily": "00:00", "every": "1h", "lasts": "1h", "step": "1h", "order": "reboot",
    "version": "stand-in",
}  # fmt: skip
_LEANING: Final = frozenset({"at", "daily", "every", "between", "version", "heartbeat_interval"})
"""Keys that are judged by another key of their entry."""
_PLACE: Final = re.compile(r"^(\w+)\[(\d+)\]")
_ITS_KEY: Final = re.compile(r"^\w+(?:\[\d+\]|\.[^.\[]+)\.([^.\[]+)")

Entry = int | str


class Sound(NamedTuple):
    """A profile, as far as it is sound.

    Attributes:
        profile: Without its broken sections and entries.
        broken: Names of the sections that hold a mistake.
        lost: Those of them of which nothing is left.
        places: Where the entries that are left of a broken array stand in the file.
        mended: The broken keys of entries that were mended, by section and place or name.
    """

    profile: Profile
    broken: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()
    places: dict[str, list[int]] = {}  # noqa: RUF012 - a default that nobody changes
    mended: Mapping[tuple[str, Entry], frozenset[str]] = {}

    def owes(self, complaint: Complaint) -> bool:
        """Return whether a complaint, at home, may be owed to how its entry was mended."""
        section, _, rest = complaint.path.partition(".")
        found = _PLACE.match(complaint.path)
        entry: tuple[str, Entry] = (
            (found[1], int(found[2])) if found else (section, rest.partition(".")[0])
        )
        if entry not in self.mended:
            return False
        key = _ITS_KEY.match(complaint.path)
        if key is None:  # of a table with a name it is the name that is judged
            return found is not None
        return key[1] in self.mended[entry] | _LEANING

    def at_home(self, complaint: Complaint) -> Complaint:
        """Return a complaint with its entry's place in the file."""
        found = _PLACE.match(complaint.path)
        if found is None or found[1] not in self.places:
            return complaint
        home = f"{found[1]}[{self.places[found[1]][int(found[2])]}]"
        return replace(complaint, path=home + complaint.path[found.end() :])


def sound_part(table: Table, mistakes: Collection[Loc]) -> Sound:
    """Return what is left of a table in which mistakes were found at these locations."""
    broken = frozenset(str(loc[0]) for loc in mistakes if loc)
    whole = {key: value for key, value in table.items() if key not in broken}
    sound, lost, places = {"schema": 1, "name": "sound"} | whole, set(broken), {}
    mended: dict[tuple[str, Entry], frozenset[str]] = {}
    for section in sorted(broken & ENTRIES):
        if any(loc == (section,) for loc in mistakes):
            continue
        wrong = _wrong_keys(section, mistakes)
        kept = dict(_kept(section, table[section], wrong))
        array = isinstance(table[section], list)
        rest = list(kept.values()) if array else kept
        if rest and _stands({**sound, section: rest}):
            sound[section], places[section] = rest, [n for n in kept if isinstance(n, int)]
            mended |= {(section, entry): keys for entry, keys in wrong.items() if entry in kept}
            lost.discard(section)
    profile = Profile.model_validate(sound, context=FROM_TOML)
    return Sound(
        profile, broken, frozenset(lost), {k: v for k, v in places.items() if v}, mended
    )  # fmt: skip


def _wrong_keys(section: str, mistakes: Collection[Loc]) -> dict[Entry, frozenset[str]]:
    """Return the broken keys of each broken entry; none of one that is broken as a whole."""
    wrong: dict[Entry, frozenset[str]] = {}
    whole = set()
    for loc in mistakes:
        if loc[:1] == (section,):
            _, entry, *within = (part for part in loc if part not in KINDS)
            wrong[entry] = wrong.get(entry, frozenset()) | {str(part) for part in within[:1]}
            whole |= set() if within else {entry}
    return wrong | dict.fromkeys(whole, frozenset())


def _kept(
    section: str, entries: Any, wrong: Mapping[Entry, frozenset[str]]
) -> Iterator[tuple[Entry, Any]]:
    """Yield the entries that are sound or can be mended, by their places or names."""
    for entry, value in enumerate(entries) if isinstance(entries, list) else entries.items():
        if entry not in wrong:
            yield entry, value
        elif wrong[entry] and isinstance(value, dict):
            left = {key: each for key, each in value.items() if key not in wrong[entry]}
            stand_ins = {**_STAND_INS, "name": f"stand-in-{entry}"}
            mended = left | {key: stand_ins[key] for key in wrong[entry] if key in stand_ins}
            alone = [mended] if isinstance(entries, list) else {entry: mended}
            if _stands({"schema": 1, "name": "sound", section: alone}):
                yield entry, mended


def _stands(table: Table) -> bool:
    try:
        Profile.model_validate(table, context=FROM_TOML)
    except ValidationError:
        return False
    return True
