"""When heartbeats are due: the grid of each terminal, and the span of time that is open.

Theory of operation
-------------------
A terminal sleeps through its heartbeats; while it does, their instants lie on a grid which needs
neither a coroutine nor a heap. Time is taken a span at a time, so that the heartbeats of a whole
span can be printed at once: when one opens, all grids are looked through (8 us for 10,000), and
those whose next instant lies in it are its *score*, in the order of their instants. As time goes on
the score is played; what was played moves the grids on, but only when somebody looks at them, since
array operations on a few rows cost as much as on a thousand.

A span is as long as about a thousand heartbeats take: longer ones make none cheaper, and whoever
prints for milliseconds is late with the first of what was printed.

Whatever begins, pauses or moves a grid makes the rest of the score wrong; `touched` tells. A
terminal whose next heartbeat falls into the open span, because it has only begun to beat or beats
very fast, *joins* it. Then who plays asks which of the rest is right still, and sets another score.
"""

from bisect import bisect_right
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fleet.units import Millis

Integers = NDArray[np.int64]

NEVER: Final[Millis] = 2**62
_SCORE_MAX: Final = 1_000
_NOBODY: Final = np.zeros(0, np.int64)


class Rhythm:
    """Grids of heartbeats, by row, in business milliseconds.

    Attributes:
        closes: Instant at which the open span ends.
        soonest: The next instant of the score.
        played: How many of the score were played.
        touched: How often a grid was touched that has or may have a part in the score.
    """

    __slots__ = (
        "_again", "_at", "_every", "_instants", "_joined", "_last", "_limit", "_next", "_rows",
        "_seq", "_span", "_span_max", "_walked", "closes", "played", "soonest", "touched",
    )  # fmt: skip

    def __init__(self, terminals: int, span: Millis) -> None:
        """Start with nobody beating, at the instant 0; `span` is how long a span may be."""
        self._span_max = self._span = span
        self._next = np.zeros(terminals, np.int64)
        self._every = np.zeros(terminals, np.int64)
        self._limit = np.full(terminals, -1, np.int64)
        self._seq = np.zeros(terminals, np.int64)
        self._last = np.zeros(terminals, np.int64)
        self._joined: list[int] = []
        self.closes: Millis = 0
        self.touched = 0
        self.played = self._walked = 0
        self.play(_NOBODY, _NOBODY)

    # ------------------------------------------------------------------ grids

    @property
    def seq(self) -> Integers:
        """Number of the last heartbeat of each terminal, int64[terminals]."""
        self._walk()
        return self._seq

    @property
    def last(self) -> Integers:
        """Its instant, int64[terminals]."""
        self._walk()
        return self._last

    def begin(self, row: int, at: Millis, every: Millis, limit: Millis) -> None:
        """Let a terminal beat: first at `at`, then at equal distances up to `limit`."""
        self._walk()
        self.touched += min(at, int(self._next[row])) < self.closes
        self._every[row] = every
        self._limit[row] = limit
        self._next[row] = at
        if at < self.closes:
            self._joined.append(row)

    def pause(self, row: int) -> Millis:
        """Let it beat no more; return the next instant of its grid."""
        self._walk()
        self._limit[row] = -1
        at = int(self._next[row])
        self.touched += at < self.closes
        return at

    def next_of(self, rows: Integers) -> Integers:
        """Return the instants of the next heartbeats of these rows, if they beat at all."""
        self._walk()
        return self._next[rows]

    def back(self, rows: Integers, seq: Integers) -> Integers:
        """Return the instants of heartbeats by their numbers, if their grid is the one that is."""
        instants: Integers = self.last[rows] - (self.seq[rows] - seq) * self._every[rows]
        return instants

    def is_due(self, row: int, now: Millis) -> bool:
        """Return whether a terminal's next heartbeat is due by `now`."""
        self._walk()
        return bool(self._next[row] <= min(now, self._limit[row]))

    # ------------------------------------------------------------------ spans

    def open_next(self, now: Millis) -> Integers:
        """Close the span, open one from now on, and return the rows that beat in it.

        It ends where a tick will probably be, so that of what is printed then little is due.
        """
        self._walk()
        self._joined.clear()
        self.closes = now + self._span
        rows = np.flatnonzero((self._next < self.closes) & (self._next <= self._limit))
        fitting = self._span * _SCORE_MAX // max(len(rows), _SCORE_MAX // 2)
        self._span = max(1, min(fitting, self._span_max))
        return rows

    def take_joined(self) -> Integers:
        """Return the rows that have come into the open span since this was last asked."""
        self._walk()
        rows = np.unique(np.array(self._joined, np.int64))
        self._joined.clear()
        at = self._next[rows]
        return rows[(at < self.closes) & (at <= self._limit[rows])]

    def right(self, rows: Integers, at: Integers) -> NDArray[np.bool_]:
        """Return of which rows these instants are still those of their next heartbeats, bool[n]."""
        self._walk()
        right: NDArray[np.bool_] = (self._next[rows] == at) & (at <= self._limit[rows])
        return right

    # ------------------------------------------------------------------ the score

    def play(self, rows: Integers, at: Integers) -> None:
        """Play these heartbeats from now on, and not what was left of those before.

        Args:
            rows: Terminals, none of them twice, int64[n].
            at: The instants of their next heartbeats, in order, int64[n].
        """
        self._walk()
        self._rows, self._at = rows, at
        self._again = bool((at + self._every[rows] < self.closes).any())
        self._instants: list[Millis] = at.tolist()
        self.played = self._walked = 0
        self.soonest = self._instants[0] if self._instants else NEVER

    def due(self, now: Millis) -> slice:
        """Play what is due by `now`; return which part of the score it is."""
        begin, end = self.played, bisect_right(self._instants, now, self.played)
        self.played = end
        self.soonest = self._instants[end] if end < len(self._instants) else NEVER
        if self._again:
            self._walk()
        return slice(begin, end)

    def _walk(self) -> None:
        """Move the grids of those that were played on by a heartbeat."""
        if self._walked == self.played:
            return
        part = slice(self._walked, self.played)
        rows, at = self._rows[part], self._at[part]
        self._walked = self.played
        later = at + self._every[rows]
        self._next[rows] = later
        self._last[rows] = at
        self._seq[rows] += 1
        if self._again:
            again = rows[(later < self.closes) & (later <= self._limit[rows])]
            self._joined += again.tolist()
            self.touched += len(again)
