"""When heartbeats are due: the grid of each terminal, and the span of time that is open.

Theory of operation
-------------------
A terminal sleeps through its heartbeats; while it does, their instants lie on a grid which needs
neither a coroutine nor a heap. Time is taken a span at a time, so that the heartbeats of a whole
span can be printed at once: when one opens, all grids are looked through (8 us for 10,000), and
the instants of those which lie in it are its *score*, soonest first. As time goes on the score is
played; what was played moves the grids on, but only when somebody looks at them, since array
operations on a few rows cost as much as on a thousand.

A span is as long as some thousands of heartbeats take. Between two ticks the processor's caches go
cold, and then an array operation on a thousand rows costs little more than one on ten: spans of
1,000 heartbeats cost 2.1 us for each, of 2,000 1.6, of 4,000 1.1 (10,000/s, 8,000 terminals). But
whoever prints for milliseconds is late with what falls due meanwhile.

Whatever begins, pauses or moves a grid makes the score wrong, but only from an instant on, which is
noted. A terminal whose next heartbeat falls into the open span, because it has only begun to beat,
*joins* it. When that instant comes, who plays asks which of the rest is right still, and sets
another score: many terminals are put right at once.
"""

from bisect import bisect_right
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fleet.units import Millis
from fleet.worlds.span import SILENCE, Score

Integers = NDArray[np.int64]

NEVER: Final[Millis] = 2**62
_SCORE_MAX: Final = 3_000


class Rhythm:
    """Grids of heartbeats, by row, in business milliseconds.

    Attributes:
        closes: Instant at which the open span ends.
        soonest: The next instant of the score.
        played: How many of the score were played.
        wrong_from: Instant from which on the score is not, or may not be, what grids say.
    """

    __slots__ = (
        "_every", "_instants", "_joined", "_last", "_limit", "_next", "_score", "_seq", "_span",
        "_span_max", "_walked", "closes", "played", "soonest", "wrong_from",
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
        self.played = self._walked = 0
        self._score = SILENCE
        self.wrong_from: Millis = NEVER
        self.play(SILENCE)

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
        if self._next[row] <= self._limit[row]:  # it beats already
            self._touch(int(self._next[row]))
        self._touch(at)
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
        self._touch(at)
        return at

    def _touch(self, at: Millis) -> None:
        if at < self.closes:
            self.wrong_from = min(at, self.wrong_from)

    def back(self, rows: Integers, seq: Integers) -> Integers:
        """Return the instants of heartbeats by their numbers, if their grid is the one that is."""
        instants: Integers = self.last[rows] - (self.seq[rows] - seq) * self._every[rows]
        return instants

    def is_due(self, row: int, now: Millis) -> bool:
        """Return whether a terminal's next heartbeat is due by `now`."""
        self._walk()
        return bool(self._next[row] <= min(now, self._limit[row]))

    # ------------------------------------------------------------------ spans

    def open_next(self, now: Millis) -> Score:
        """Open the next span and return what beats in it, and what was not played before it.

        It begins at `now`, or when the open one ends if that is later; but who has been kept from
        playing for long makes up for it span by span, however much has fallen due.
        """
        self._walk()
        self._joined.clear()
        beating = self._next <= self._limit
        begins = max(self.closes, min(now, int(self._next.min(where=beating, initial=NEVER))))
        self.closes = begins + self._span
        score = self._score_of(np.flatnonzero(self._next < self.closes))
        new = len(score.at) - int(np.searchsorted(score.at, begins))
        fitting = self._span * _SCORE_MAX // max(new, _SCORE_MAX // 2)
        self._span = max(1, min(fitting, self._span_max))
        return score

    def take_joined(self) -> Score:
        """Return the heartbeats that have come into the open span since this was last asked."""
        self._walk()
        rows = np.unique(np.array(self._joined, np.int64))
        self._joined.clear()
        return self._score_of(rows)

    def right(self, score: Score) -> NDArray[np.bool_]:
        """Return which of these heartbeats are still to come on their grids, bool[n]."""
        self._walk()
        rows, at = score.rows, score.at
        since_next = at - self._next[rows]
        on_grid = since_next == (score.seq - self._seq[rows] - 1) * self._every[rows]
        right: NDArray[np.bool_] = on_grid & (since_next >= 0) & (at <= self._limit[rows])
        return right

    def _score_of(self, rows: Integers) -> Score:
        """Return what these terminals beat until the span closes."""
        last = np.minimum(self._limit[rows], self.closes - 1)
        beating = self._next[rows] <= last
        rows, last = rows[beating], last[beating]
        every = self._every[rows]
        count = (last - self._next[rows]) // every + 1
        rows, every = np.repeat(rows, count), np.repeat(every, count)
        ahead = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
        at = self._next[rows] + ahead * every
        order = np.lexsort((rows, at))
        return Score(at[order], rows[order], (self._seq[rows] + 1 + ahead)[order])

    # ------------------------------------------------------------------ the score

    def play(self, score: Score) -> None:
        """Play these heartbeats from now on, and not what was left of those before."""
        self._walk()
        self._score = score
        self._instants: list[Millis] = score.at.tolist()
        self.played = self._walked = 0
        self.soonest = self._instants[0] if self._instants else NEVER
        self.wrong_from = NEVER

    def due(self, now: Millis) -> slice:
        """Play what is due by `now`; return which part of the score it is."""
        begin, end = self.played, bisect_right(self._instants, now, self.played)
        self.played = end
        self.soonest = self._instants[end] if end < len(self._instants) else NEVER
        return slice(begin, end)

    def _walk(self) -> None:
        """Move the grids of those that were played on."""
        if self._walked == self.played:
            return
        at, rows, seq = self._score.part(slice(self._walked, self.played))
        self._walked = self.played
        # Who is in it more than once is left at the last of them.
        self._next[rows] = at + self._every[rows]
        self._last[rows] = at
        self._seq[rows] = seq
