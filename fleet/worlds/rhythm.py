"""When heartbeats are due: a row of arrays for each terminal, looked at once per tick.

A terminal sleeps through its heartbeats. While it does, its instants lie on a grid which needs no
heap and no coroutine: one comparison over all terminals finds those that are due (8 us for 20,000).
A terminal that does not beat, or whose wait ends before its next heartbeat, has `NEVER` there.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fleet.life.telemetry import Integers
from fleet.units import Millis

NEVER: Final = 2**62


class Rhythm:
    """Grids of heartbeats, in business milliseconds.

    Attributes:
        seq: Number of the last heartbeat of each terminal, uint64[terminals].
        last: Its instant, int64[terminals].
    """

    __slots__ = ("_every", "_grid", "_limit", "_next", "last", "seq")

    def __init__(self, terminals: int) -> None:
        """Start with nobody beating."""
        self._next = np.full(terminals, NEVER, np.int64)
        self._grid = np.zeros(terminals, np.int64)
        self._every = np.ones(terminals, np.int64)
        self._limit = np.zeros(terminals, np.int64)
        self.last = np.zeros(terminals, np.int64)
        self.seq = np.zeros(terminals, np.uint64)

    def begin(self, row: int, at: Millis, every: Millis, limit: Millis) -> None:
        """Let a terminal beat: first at `at`, then at equal distances up to `limit`."""
        self._grid[row] = at
        self._every[row] = every
        self._limit[row] = limit
        self._next[row] = at if at <= limit else NEVER

    def pause(self, row: int) -> Millis:
        """Let it beat no more; return the next instant of its grid."""
        self._next[row] = NEVER
        return int(self._grid[row])

    def is_due(self, row: int, now: Millis) -> bool:
        """Return whether a terminal's next heartbeat is due by `now`."""
        return bool(self._next[row] <= now)

    def due(self, now: Millis) -> tuple[NDArray[np.int64], Integers]:
        """Return rows and instants of heartbeats due by `now`, and move on to the next ones.

        A row is there once; call again until there is none, after a stall there may be several.
        """
        rows = np.flatnonzero(self._next <= now)
        at = self._next[rows]
        later = at + self._every[rows]
        self._grid[rows] = later
        self._next[rows] = np.where(later <= self._limit[rows], later, NEVER)
        self.last[rows] = at
        self.seq[rows] += np.uint64(1)
        return rows, at

    def coming(self, until: Millis) -> tuple[NDArray[np.int64], Integers]:
        """Return rows and instants of the next heartbeats by `until`, as far as can be known."""
        rows = np.flatnonzero(self._next <= until)
        return rows, self._next[rows]
