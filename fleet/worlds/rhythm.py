"""When heartbeats are due: the grid of each terminal, and the span of time that is open.

Theory of operation
-------------------
A terminal sleeps through its heartbeats; while it does, their instants lie on a grid which needs
neither a coroutine nor a heap. Time is taken a span at a time, so that the heartbeats of a whole
span can be printed at once: when one opens, all grids are looked through (8 us for 10,000). A
terminal whose next heartbeat falls into the open span, because it has only begun to beat or beats
very fast, *joins* it.

What was printed holds no truth of its own. It is right if the terminal's next instant is still the
one it was printed for, and not beyond its limit; whatever begins, pauses or moves a grid merely
makes prints wrong, and wrong ones are passed over.
"""

import numpy as np
from numpy.typing import NDArray

from fleet.units import Millis

Integers = NDArray[np.int64]


class Rhythm:
    """Grids of heartbeats, by row, in business milliseconds.

    Attributes:
        seq: Number of the last heartbeat of each terminal, int64[terminals].
        last: Its instant, int64[terminals].
        joined: Rows that have come into the open span and were not asked for yet.
        closes: Instant at which the open span ends.
    """

    __slots__ = ("_every", "_limit", "_next", "_span", "closes", "joined", "last", "seq")

    def __init__(self, terminals: int, span: Millis) -> None:
        """Start with nobody beating, at the instant 0."""
        self._span = span
        self._next = np.zeros(terminals, np.int64)
        self._every = np.zeros(terminals, np.int64)
        self._limit = np.full(terminals, -1, np.int64)
        self.joined: list[int] = []
        self.seq = np.zeros(terminals, np.int64)
        self.last = np.zeros(terminals, np.int64)
        self.closes: Millis = 0

    def begin(self, row: int, at: Millis, every: Millis, limit: Millis) -> None:
        """Let a terminal beat: first at `at`, then at equal distances up to `limit`."""
        self._every[row] = every
        self._limit[row] = limit
        self._next[row] = at
        if at < self.closes:
            self.joined.append(row)

    def pause(self, row: int) -> Millis:
        """Let it beat no more; return the next instant of its grid."""
        self._limit[row] = -1
        return int(self._next[row])

    def next_of(self, rows: Integers) -> Integers:
        """Return the instants of the next heartbeats of these rows, if they beat at all."""
        return self._next[rows]

    def back(self, rows: Integers, seq: Integers) -> Integers:
        """Return the instants of heartbeats by their numbers, if their grid is the one that is."""
        instants: Integers = self.last[rows] - (self.seq[rows] - seq) * self._every[rows]
        return instants

    def is_due(self, row: int, now: Millis) -> bool:
        """Return whether a terminal's next heartbeat is due by `now`."""
        return bool(self._next[row] <= min(now, self._limit[row]))

    def open_next(self) -> Integers:
        """Close the span, open the next, and return the rows that beat in it."""
        self.joined.clear()
        self.closes += self._span
        return np.flatnonzero((self._next < self.closes) & (self._next <= self._limit))

    def take_joined(self) -> Integers:
        """Return the rows that have come into the open span since this was last asked."""
        joined, self.joined = self.joined, []
        return np.unique(np.array(joined, np.int64))

    def walk(self, rows: Integers, at: Integers) -> NDArray[np.bool_]:
        """Move the grids of those who are right on by a heartbeat; return who that is, bool[n].

        Args:
            rows: Terminals, none of them twice, int64[n].
            at: For which instants their heartbeats were printed, int64[n].
        """
        limit = self._limit[rows]
        right: NDArray[np.bool_] = (self._next[rows] == at) & (at <= limit)
        if np.count_nonzero(right) < len(right):
            rows, at, limit = rows[right], at[right], limit[right]
        later = at + self._every[rows]
        self._next[rows] = later
        self.last[rows] = at
        self.seq[rows] += 1
        again = (later < self.closes) & (later <= limit)
        if np.count_nonzero(again):
            self.joined += rows[again].tolist()
        return right
