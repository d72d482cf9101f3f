"""Runs of readings that depend on the same row of the tables they are made from.

Readings of one terminal often stand side by side, and all of them depend on the same row. It is
looked up once for such a run and repeated, which costs a third of looking it up for each reading.
"""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


class Runs:
    """The rows of n readings, run by run.

    Attributes:
        row: Of each run, int64[runs].
        count: How many readings each run has, int64[runs]; None if each has one.
    """

    def __init__(self, row: Integers, count: Integers | None = None) -> None:
        self.row = row
        self.count = count

    def own(self, column: NDArray[Any]) -> NDArray[Any]:
        """Return the entry of a table's column for each run; the column's last axis is rows."""
        # Not `take`, which makes a copy of a column that does not stand close, whole.
        return column[self.row] if column.ndim == 1 else np.ascontiguousarray(column.T[self.row].T)

    def repeat(self, own: NDArray[Any]) -> NDArray[Any]:
        """Return what each run has, on the last axis, for each reading."""
        return own if self.count is None else np.repeat(own, self.count, axis=-1)

    def spread(self, column: NDArray[Any]) -> NDArray[Any]:
        """Return the entry of a table's column for each reading; the column's last axis is rows."""
        return self.repeat(self.own(column))

    @cached_property
    def index(self) -> Integers:
        """The row of each reading, int64[n]."""
        return self.row if self.count is None else np.repeat(self.row, self.count)

    @cached_property
    def first(self) -> Integers:
        """The first reading of each run, int64[runs]."""
        return np.arange(len(self.row)) if self.count is None else self.ends - self.count

    @cached_property
    def ends(self) -> Integers:
        """The reading after the last one of each run, int64[runs]."""
        count = np.ones(len(self.row), np.int64) if self.count is None else self.count
        return np.cumsum(count)

    def of_runs(self, runs: Integers) -> tuple[Integers, Integers]:
        """Return how many readings some runs have, and all of those, one run after the other."""
        if self.count is None:
            return np.ones(len(runs), np.int64), runs
        count = self.count[runs]
        at = np.arange(int(count.sum()))
        at += np.repeat(self.first[runs] - (np.cumsum(count) - count), count)
        return count, at
