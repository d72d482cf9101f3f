"""What the cards and the manifest say of a dataset, in one place."""

import hashlib
from typing import NamedTuple

from fleet.dataset import schema
from fleet.dataset.calendar import Calendar
from fleet.dataset.files import Written
from fleet.dataset.hazards import targets_of
from fleet.dataset.label_schema import labels
from fleet.dataset.table import Table
from fleet.profile.profile import Profile
from fleet.units import format_duration


class Summary(NamedTuple):
    """A dataset that is all but complete.

    Attributes:
        profile: Its profile.
        calendar: Its days.
        files: The files of its tables, by path.
        tables: Its tables.
        rows: Of each table.
    """

    profile: Profile
    calendar: Calendar
    files: list[Written]
    tables: list[Table]
    rows: dict[str, int]

    @classmethod
    def of(cls, profile: Profile, calendar: Calendar, files: list[Written]) -> "Summary":
        """Sum up."""
        tables = [*schema.FIXED, *label_tables(profile)]
        rows = {table.name: 0 for table in tables}
        for file in files:
            rows[file.table] += file.rows
        return cls(profile, calendar, files, tables, rows)

    @property
    def name(self) -> str:
        """The dataset's name."""
        return f"fleet-{self.profile.name}"

    def content(self, table: str) -> str:
        """Return the hash of a table's values: that of the hashes of its files, by path."""
        digest = hashlib.sha256()
        for file in self.files:
            if file.table == table:
                digest.update(bytes.fromhex(file.content))
        return digest.hexdigest()


def label_tables(profile: Profile) -> list[Table]:
    """Return the tables of labels, one for each horizon."""
    codes = targets_of(profile)
    return [labels(format_duration(each), codes) for each in profile.dataset.horizons]
