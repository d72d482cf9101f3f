"""Spans: heartbeats ahead of their instants, soonest first; which they are, and what they say."""

from itertools import compress
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


class Score(NamedTuple):
    """Heartbeats, sorted by instant and row.

    Attributes:
        at: Their instants, business milliseconds, int64[n].
        rows: Their terminals, int64[n].
        seq: Their numbers, int64[n].
    """

    at: Integers
    rows: Integers
    seq: Integers

    def part(self, part: slice | Integers | NDArray[np.bool_]) -> Self:
        """Return a part of them."""
        return type(self)(self.at[part], self.rows[part], self.seq[part])


class Prints(NamedTuple):
    """A score, printed.

    Attributes:
        score: The heartbeats.
        changes: The counts of changes of their rows when they were printed, int64[n].
        sold: The payments approved and declined that are only counted in each, int64[n, 2].
        frames: What will be sent.
    """

    score: Score
    changes: Integers
    sold: Integers
    frames: list[bytes]

    def only(self, wanted: NDArray[np.bool_]) -> Self:
        """Return those where `wanted`, bool[n], is true."""
        frames = list(compress(self.frames, wanted))
        return type(self)(self.score.part(wanted), self.changes[wanted], self.sold[wanted], frames)

    def with_more(self, more: Self) -> Self:
        """Return these and those in order, one of each instant and row: the later print."""
        at, rows, seq = map(np.concatenate, zip(more.score, self.score, strict=True))
        order = np.lexsort((rows, at))  # stable: `more` comes before an equal of its own
        first = np.ones(len(order), np.bool_)
        first[1:] = (np.diff(at[order]) != 0) | (np.diff(rows[order]) != 0)
        order = order[first]
        frames = [*more.frames, *self.frames]
        return type(self)(
            Score(at, rows, seq).part(order),
            np.concatenate([more.changes, self.changes])[order],
            np.concatenate([more.sold, self.sold])[order],
            [frames[place] for place in order.tolist()],
        )

    def replace(self, places: Integers, prints: Self) -> None:
        """Put others, of the same heartbeats, in the place of some."""
        self.changes[places] = prints.changes
        self.sold[places] = prints.sold
        for place, frame in zip(places.tolist(), prints.frames, strict=True):
            self.frames[place] = frame


_NO_NUMBERS: Final = np.zeros(0, np.int64)
SILENCE: Final = Score(_NO_NUMBERS, _NO_NUMBERS, _NO_NUMBERS)
NOTHING: Final = Prints(SILENCE, _NO_NUMBERS, np.zeros((0, 2), np.int64), [])
