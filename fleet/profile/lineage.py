"""A profile and those it extends: how their tables become one, and who said what.

`extends = "steady"` names a packaged profile, or a file beside the one that says so. Then

* tables merge, key by key, at any depth;
* everything else is replaced whole: values, arrays, arrays of tables, and laws, which are tables
  with a key `law`;
* `without = ["day", "faults.COM-201"]` takes out what was inherited, before the merge;
* `schema` and `name` are everybody's own, and so are `title` and `description`: none is inherited.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from fleet.profile.complaints import Complaint, ProfileError

Table = dict[str, Any]

_OWN: Final = frozenset({"schema", "name", "title", "description"})


@dataclass(frozen=True, slots=True)
class Ancestor:
    """One file of a lineage.

    Attributes:
        origin: how its author knows it: a name or a path.
        table: what it says, without `extends` and `without`.
    """

    origin: str
    table: Table


class Lineage:
    """A profile, and after it those it extends, nearest first."""

    def __init__(self, youngest: Ancestor) -> None:
        """Begin with the profile itself."""
        self._line = [youngest]

    def extend(self, older: Ancestor) -> None:
        """Add what the oldest so far extends."""
        for key in _OWN:
            older.table.pop(key, None)
        self._line.append(older)

    def drop(self, path: str, heirs: int) -> bool:
        """Take `path` out of all but the first `heirs`; False if it was in none of them."""
        *sections, last = path.split(".")
        found = False
        for ancestor in self._line[heirs:]:
            table: Any = ancestor.table
            for section in sections:
                table = table.get(section) if isinstance(table, dict) else None
            if isinstance(table, dict) and last in table:
                del table[last]
                found = True
        return found

    def merged(self) -> Table:
        """What they say together."""
        table: Table = {}
        for ancestor in reversed(self._line):
            table = _merge(table, ancestor.table)
        return table

    def attribute(self, complaint: Complaint) -> Complaint:
        """Say of which file a complaint is: the nearest that wrote what it is about."""
        holders = self._line
        tables: list[Any] = [ancestor.table for ancestor in self._line]
        for key in complaint.path.replace("[", ".").split("."):
            said = [(h, t[key]) for h, t in zip(holders, tables, strict=True) if key in t]
            if not said:
                break
            merging = next((n for n, (_, value) in enumerate(said) if not _merges(value)), None)
            if merging == 0:
                return Complaint(complaint.path, complaint.message, said[0][0].origin)
            said = said[:merging]
            holders, tables = [h for h, _ in said], [value for _, value in said]
        return Complaint(complaint.path, complaint.message, holders[0].origin)


def taken(table: Table, key: Literal["extends", "without"], kind: type, origin: str) -> list[str]:
    """Take a key of the lineage itself out of a table, and return the names that it holds.

    Raises:
        ProfileError: it is of another type.
    """
    if key not in table:
        return []
    value = table.pop(key)
    names = [value] if kind is str else value
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        return names
    right = "the name or path of one profile" if kind is str else "an array of dotted paths"
    raise ProfileError([Complaint(key, f"{value!r} was given; write {right}")], origin)


def not_inherited(path: str, origin: str) -> Complaint:
    """Complain of a `without` that takes nothing out."""
    return Complaint("without", f"{path!r} is not inherited; leave it out", origin)


def cycle(chain: Sequence[str]) -> Complaint:
    """Complain of a profile that extends itself, by whatever way."""
    return Complaint("extends", f"a profile cannot extend itself: {' -> '.join(chain)}")


def _merges(value: object) -> bool:
    return isinstance(value, dict) and "law" not in value


def _merge(older: Table, younger: Table) -> Table:
    both = dict(older)
    for key, value in younger.items():
        inherited = older.get(key)
        mergeable = _merges(value) and _merges(inherited)
        both[key] = _merge(inherited, value) if mergeable and inherited is not None else value
    return both
