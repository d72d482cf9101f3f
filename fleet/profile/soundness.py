"""What is left of a profile without what is broken, so that the rest is still looked at.

A section that holds a mistake is left out of the checks that read it. Where a check looks at the
entries of a section one by one, only the broken entries are: one cause that lasts for "-5m" does
not hide what is wrong with the next. What is said of an entry is said by its place in the file.
"""

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from fleet.profile.complaints import Complaint, Loc
from fleet.profile.lineage import Table
from fleet.profile.profile import Profile
from fleet.profile.values import FROM_TOML

ENTRIES: Final = frozenset({"campaigns", "causes", "faults", "hazards", "orders"})
"""Sections whose entries can be looked at one by one."""
_WITHIN: Final = 2
_PLACE: Final = re.compile(r"^(\w+)\[(\d+)\]")


class Sound(NamedTuple):
    """A profile, as far as it is sound.

    Attributes:
        profile: Without its broken sections and entries.
        broken: Names of the sections that hold a mistake.
        lost: Those of them of which nothing is left.
        places: Where the entries that are left of a broken array stand in the file.
    """

    profile: Profile
    broken: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()
    places: dict[str, list[int]] = {}  # noqa: RUF012 - a default that nobody changes

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
    for section in sorted(broken & ENTRIES):
        inside = [loc[1] for loc in mistakes if loc[0] == section and len(loc) >= _WITHIN]
        entire = any(loc == (section,) for loc in mistakes)
        rest, kept = ({}, []) if entire else _without(table.get(section), inside)
        if rest and _stands({**sound, section: rest}):
            sound[section], places[section] = rest, kept
            lost.discard(section)
    profile = Profile.model_validate(sound, context=FROM_TOML)
    return Sound(profile, broken, frozenset(lost), {k: v for k, v in places.items() if v})


def _without(section: Any, inside: list[int | str]) -> tuple[Any, list[int]]:
    """Return a section's other entries and, of an array, their places."""
    if isinstance(section, list):
        kept = [place for place in range(len(section)) if place not in inside]
        return [section[place] for place in kept], kept
    return {key: value for key, value in section.items() if key not in inside}, []


def _stands(table: Table) -> bool:
    try:
        Profile.model_validate(table, context=FROM_TOML)
    except ValidationError:
        return False
    return True
