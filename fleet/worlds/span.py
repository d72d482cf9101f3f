"""Prints: heartbeats ahead of their instants, soonest first."""

from collections.abc import Sequence
from itertools import compress
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


class Prints(NamedTuple):
    """Heartbeats, sorted by instant and row.

    Attributes:
        at: Their instants, business milliseconds, int64[n].
        rows: Their terminals, int64[n].
        changes: The counts of changes of these rows when they were printed, int64[n].
        frames: What will be sent.
    """

    at: Integers
    rows: Integers
    changes: Integers
    frames: Sequence[bytes]

    def part(self, part: slice) -> Self:
        """Return a part of them."""
        return type(self)(self.at[part], self.rows[part], self.changes[part], self.frames[part])

    def only(self, wanted: NDArray[np.bool_]) -> Self:
        """Return those where `wanted`, bool[n], is true."""
        frames = list(compress(self.frames, wanted))
        return type(self)(self.at[wanted], self.rows[wanted], self.changes[wanted], frames)

    def with_more(self, more: Self) -> Self:
        """Return these and those in order, one of each instant and row: the later print."""
        at = np.concatenate([more.at, self.at])
        rows = np.concatenate([more.rows, self.rows])
        order = np.lexsort((rows, at))  # stable: `more` comes before an equal of its own
        at, rows = at[order], rows[order]
        first = np.ones(len(order), np.bool_)
        first[1:] = (at[1:] != at[:-1]) | (rows[1:] != rows[:-1])
        order = order[first]
        frames = [*more.frames, *self.frames]
        changes = np.concatenate([more.changes, self.changes])[order]
        return type(self)(at[first], rows[first], changes, [frames[k] for k in order.tolist()])


_NO_NUMBERS: Final = np.zeros(0, np.int64)
NOTHING: Final = Prints(_NO_NUMBERS, _NO_NUMBERS, _NO_NUMBERS, ())
