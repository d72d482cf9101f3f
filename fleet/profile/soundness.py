"""What is left of a profile without what is broken, so that the rest is still looked at.

What holds a mistake is mended: an array is cut before its first broken item, a broken item of a map
is left out, any other broken key too, so that its default counts; or, where an entry cannot do
without, another value stands in. What then cannot stand at all is left out whole. So one cause that
lasts for "-5m" does not hide what is wrong with the next, nor what else is wrong with itself. Nor
does a model whose share is wrong hide its name: what a section has several of is mended part by
part.

What is said of the rest must not be owed to that. So a check names the keys that it judges by
(`Sound.knows`), and does not run where one of them is broken; and nothing is said of a broken key,
but of the items that are left of it, nor of a key that its entry's broken one decides
(`Sound.owes`). That is all that cannot be judged: what is broken, and what is judged by it.

What is said of an entry is said by its place in the file.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from fleet.profile.causes import KINDS
from fleet.profile.complaints import Complaint, Loc
from fleet.profile.lineage import Table
from fleet.profile.profile import Profile
from fleet.profile.values import FROM_TOML

_ENTRIES: Final = frozenset({"campaigns", "causes", "faults", "orders"})
"""Sections that are looked at entry by entry; all others are one table."""
_PARTS: Final = {
    "estate": frozenset({"models", "regions", "sectors", "sizes"}),
    "dataset": frozenset({"drifts"}),
}
"""What a section has several of, each with a name."""
_STAND_INS: Final[Mapping[str, object]] = {
    "at": "0s", "daily": "00:00", "every": "1h", "lasts": "1h", "step": "1h", "order": "reboot",
    "version": "stand-in", "share": 1.0, "per_day": 1.0, "channel": "temp_c", "shift": 1.0,
    "begin": "0s",
}  # fmt: skip
_JUDGED_BY: Final[Mapping[str, frozenset[str]]] = {
    "": frozenset({"factors", "warmer"}),
    "batches": frozenset({"models"}),
    "every": frozenset({"lasts"}),
    "expires": frozenset({"at", "per_minute", "waves", "window"}),
    "heartbeat_interval": frozenset({"order"}),
    "share": frozenset({"models", "regions", "sectors", "sites"}),
    "version": frozenset({"models"}),
    "waves": frozenset({"share"}),
}
"""Keys of an entry that are judged by other keys of it; "" is the entry as a whole."""
_MAPS: Final = frozenset({"factors", "models", "regions"})
"""Maps whose items are judged one by one."""
_PLACE: Final = re.compile(r"^(\w+)\[(\d+)\]")
_PART: Final = re.compile(r"[^.\[\]]+")

Place = tuple[str, ...]
"""A section, or a section and its entry's number or name, or a section, a key and a number."""
_DEEPEST: Final = 3


class Mended(NamedTuple):
    """What became of a table that held mistakes.

    Attributes:
        wrong: Its broken keys.
        table: What is left of it.
    """

    wrong: frozenset[str]
    table: Table

    def decides(self, key: str = "", item: str = "", *_: str) -> bool:
        """Return whether what is said of a key, or of an item of it, may be owed to the mending."""
        if _JUDGED_BY.get(key, frozenset()) & self.wrong:
            return True
        return key in self.wrong and not _is_left(item, self.table.get(key))


class Sound(NamedTuple):
    """A profile, as far as it is sound.

    Attributes:
        profile: What is left of it.
        broken: Paths of what holds a mistake: ``section.key``, ``section.key.key`` of one of its
            parts, or ``section`` where it, or an entry of it, is left out.
        places: Where the entries that are left of a broken array stand in the file.
        mended: What was mended, by its place.
    """

    profile: Profile
    broken: frozenset[str] = frozenset()
    places: Mapping[str, list[int]] = {}
    mended: Mapping[Place, Mended] = {}

    def knows(self, needs: Collection[str]) -> bool:
        """Return whether nothing is broken at these paths: ``section.key``, or a whole section."""
        return not any(
            broken == need or need.startswith(f"{broken}.") or broken.startswith(f"{need}.")
            for need in needs
            for broken in self.broken
        )

    def owes(self, complaint: Complaint) -> bool:
        """Return whether a complaint, at home, may be owed to how something was mended."""
        parts = _PART.findall(complaint.path)
        places = ((tuple(parts[:depth]), parts[depth:]) for depth in range(1, _DEEPEST + 1))
        return any(self.mended[place].decides(*rest) for place, rest in places
                   if place in self.mended)  # fmt: skip

    def at_home(self, complaint: Complaint) -> Complaint:
        """Return a complaint with its entry's place in the file."""
        found = _PLACE.match(complaint.path)
        if found is None or found[1] not in self.places:
            return complaint
        home = f"{found[1]}[{self.places[found[1]][int(found[2])]}]"
        return replace(complaint, path=home + complaint.path[found.end() :])


def _is_left(item: str, value: object) -> bool:
    """Return whether an item is among those that are left of a broken array or map."""
    if isinstance(value, list):
        return item.isdigit() and int(item) < len(value)
    return isinstance(value, dict) and item in value


def sound_part(table: Table, mistakes: Collection[Loc]) -> Sound:
    """Return what is left of a table in which mistakes were found at these locations."""
    rest = _Rest({"schema": 1, "name": "sound"}, set(), {}, {})
    for section, value in table.items():
        wrong = [
            tuple(part for part in loc[1:] if part not in KINDS)
            for loc in mistakes
            if loc[:1] == (section,)
        ]
        if not wrong:
            rest.table[section] = value
        elif section in _ENTRIES and () not in wrong:
            rest.keep_entries(section, value, wrong)
        else:
            rest.keep_table(section, value, wrong)
    profile = Profile.model_validate(rest.table, context=FROM_TOML)
    return Sound(profile, frozenset(rest.broken), rest.places, rest.mended)


class _Rest(NamedTuple):
    """What is left, while it is gathered; see `Sound`."""

    table: Table
    broken: set[str]
    places: dict[str, list[int]]
    mended: dict[Place, Mended]

    def keep_table(self, section: str, value: object, wrong: list[Loc]) -> None:
        """Keep a section without its mistakes."""
        if section in _PARTS and () not in wrong and isinstance(value, dict):
            value, wrong = self._keep_parts(section, value, wrong)
        mended = _mended(value, wrong, lambda table: {section: table}, {})
        if mended is None:
            self.broken.add(section)
        else:
            self.table[section] = mended.table
            self._note((section,), mended)

    def _keep_parts(self, section: str, value: Table, wrong: list[Loc]) -> tuple[Table, list[Loc]]:
        """Mend what a section has several of; return it, and what is wrong with it beside."""
        for key in _PARTS[section] & {loc[0] for loc in wrong}:
            own = [loc[1:] for loc in wrong if loc[0] == key]
            if () in own:
                continue
            parts = [_part_mended((section, str(key)), number, part, own)
                     for number, part in enumerate(value[key])]  # fmt: skip
            sound = [part for part in parts if part is not None]
            if len(sound) < len(parts):
                continue
            for number, part in enumerate(sound):
                self._note((section, str(key), str(number)), part)
            value = value | {key: [part.table for part in sound]}
            wrong = [loc for loc in wrong if loc[0] != key]
        return value, wrong

    def keep_entries(self, section: str, value: Any, wrong: list[Loc]) -> None:
        """Keep the entries of a section that are sound or can be mended."""
        array = isinstance(value, list)
        kept: dict[int | str, object] = {}
        for entry, each in enumerate(value) if array else value.items():
            own = [loc[1:] for loc in wrong if loc[0] == entry]
            wrap = partial(_alone, section, entry)
            stand_ins = {**_STAND_INS, "name": f"stand-in-{entry}"}
            mended = _mended(each, own, wrap, stand_ins) if own else Mended(frozenset(), each)
            if mended is None:
                self.broken.add(section)
            else:
                kept[entry] = mended.table
                self._note((section, str(entry)), mended)
        self.table[section] = list(kept.values()) if array else kept
        if array:
            self.places[section] = [int(entry) for entry in kept]

    def _note(self, place: Place, mended: Mended) -> None:
        if mended.wrong:
            self.mended[place] = mended
            above = ".".join(place[:-1] or place)
            self.broken.update(f"{above}.{key}" for key in mended.wrong)


def _part_mended(place: Place, number: int, part: object, wrong: list[Loc]) -> Mended | None:
    section, key = place
    own = [loc[1:] for loc in wrong if loc[0] == number]
    if not own and isinstance(part, dict):
        return Mended(frozenset(), part)
    stand_ins = {**_STAND_INS, "name": f"stand-in-{number}"}
    return _mended(part, own, lambda table: {section: {key: [table]}}, stand_ins)


def _alone(section: str, entry: int | str, table: Table) -> Table:
    return {section: [table] if isinstance(entry, int) else {entry: table}}


def _mended(
    value: object, wrong: list[Loc], wrap: Callable[[Table], Table], stand_ins: Mapping[str, object]
) -> Mended | None:
    """Return a table without its mistakes; None if it cannot stand so.

    Args:
        value: The table.
        wrong: Where its mistakes are.
        wrap: Makes of it what a profile holds.
        stand_ins: What stands in for a key.
    """
    if () in wrong or not isinstance(value, dict):
        return None
    keys = frozenset(str(loc[0]) for loc in wrong)
    for cut in (_without_items, _without_keys):  # a law lacking a parameter is none
        table = cut(value, wrong)
        missing = {key: stand_ins[key] for key in keys - table.keys() if key in stand_ins}
        if _stands(wrap(table | missing)):
            return Mended(keys, table | missing)
    return None


def _without_items(table: Table, wrong: list[Loc]) -> Table:
    left = _without_keys(table, [loc for loc in wrong if not _by_item(table, loc)])
    for key in {str(loc[0]) for loc in wrong} & left.keys():
        items = [loc[1] for loc in wrong if loc[0] == key]
        value = left[key]
        if isinstance(value, list):
            left[key] = value[: min(map(int, items))]
        else:
            left[key] = {item: each for item, each in value.items() if item not in items}
    return left


def _without_keys(table: Table, wrong: list[Loc]) -> Table:
    keys = {loc[0] for loc in wrong}
    return {key: value for key, value in table.items() if key not in keys}


def _by_item(table: Table, loc: Loc) -> bool:
    """Return whether a mistake lies in one item of an array or a map."""
    value = table.get(str(loc[0]))
    if len(loc) == 1:
        return False
    if isinstance(value, list):
        return isinstance(loc[1], int)
    return isinstance(value, dict) and loc[0] in _MAPS


def _stands(part: Table) -> bool:
    try:
        Profile.model_validate({"schema": 1, "name": "sound", **part}, context=FROM_TOML)
    except ValidationError:
        return False
    return True
