"""When a heartbeat was due and when it was sent, by its number alone.

Theory of operation
-------------------
Nothing is kept for a heartbeat on its way out. Heartbeats lie on a grid, so the instant at which
number `n` was due follows from the last one's: `last - (seq - n) * every`, back to the first
number of the grid. Hence *every* answer has a response time, however late it comes and however many
heartbeats were sent meanwhile; a tool that remembers the last one only forgets the stall which it
was made to see. When a grid is anchored anew, the one before is remembered as long as answers to it
may come.

When it was sent follows from the batches: a heartbeat due at `t` went out with the first batch that
reached `t`. The instant is the batch's beginning, so that a service time may be too long by what a
batch takes, and is never too short.
"""

from array import array
from bisect import bisect_left
from time import monotonic_ns
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fleet.units import Millis
from fleet.worlds.clock import LiveClock
from fleet.worlds.rhythm import Rhythm

# About a minute of ticks; what was sent before counts from when it was due.
_BATCHES_MAX: Final = 12_288

Integers = NDArray[np.int64]


class Grid(NamedTuple):
    """A grid that is over: its first and last numbers, the last one's instant, the distance."""

    first: int
    seq: int
    last: Millis
    every: Millis


class Grids:
    """The grids of a shard's heartbeats, by the row of its terminals."""

    def __init__(self, rhythm: Rhythm, clock: LiveClock) -> None:
        """Follow `rhythm`."""
        self._rhythm = rhythm
        self._clock = clock
        self._first = np.ones(len(rhythm.seq), np.int64)
        self._older: dict[int, Grid] = {}
        self._reached = array("q")
        self._sent_ns = array("q")

    def sent(self, now: Millis) -> None:
        """Note that all which was due by this business instant is being sent."""
        if len(self._reached) >= _BATCHES_MAX:
            del self._reached[: _BATCHES_MAX // 2]
            del self._sent_ns[: _BATCHES_MAX // 2]
        # A tick that opens a span sends in two batches, and the second one reaches less far.
        self._reached.append(max(now, self._reached[-1]) if self._reached else now)
        self._sent_ns.append(monotonic_ns())

    def anchor(self, row: int, every: Millis) -> None:
        """A grid begins anew with the next heartbeat; `every` was its distance so far, or 0."""
        rhythm = self._rhythm
        seq = int(rhythm.seq[row])
        if every:
            self._older[row] = Grid(int(self._first[row]), seq, int(rhythm.last[row]), every)
        self._first[row] = seq + 1

    def remembers(self, row: int) -> bool:
        """Return whether a terminal has a grid that is over."""
        return row in self._older

    def forget(self, row: int) -> None:
        """Forget the one that is over."""
        self._older.pop(row, None)

    def due(self, row: int, seq: int, every: Millis) -> Millis | None:
        """Return when heartbeat `seq` was due; `every` is the distance of the grid that is now."""
        rhythm = self._rhythm
        if seq >= self._first[row]:
            return int(rhythm.last[row]) - (int(rhythm.seq[row]) - seq) * every
        older = self._older.get(row)
        if older is None or not older.first <= seq <= older.seq:
            return None
        return older.last - (older.seq - seq) * older.every

    def due_of(self, rows: Integers, seq: Integers) -> Integers:
        """Return when these heartbeats were due, int64[n]; -1 for what is not known any more."""
        due = self._rhythm.back(rows, seq)
        for place in np.flatnonzero(seq < self._first[rows]).tolist():
            known = self.due(int(rows[place]), int(seq[place]), 0)
            due[place] = -1 if known is None else known
        return due

    def sent_ns(self, due: Millis) -> int:
        """Return the monotonic instant at which what was due at an instant was sent."""
        batch = bisect_left(self._reached, due)
        inside = 0 < batch < len(self._sent_ns)
        return self._sent_ns[batch] if inside else self._clock.business.monotonic_ns(due)

    def sent_ns_of(self, due: Integers, due_ns: Integers) -> Integers:
        """Return the same of many, int64[n]; `due_ns` are their instants as monotonic time."""
        batches = np.searchsorted(np.frombuffer(self._reached, np.int64), due)
        inside = (batches > 0) & (batches < len(self._sent_ns))
        sent_ns = np.frombuffer(self._sent_ns, np.int64)
        found: Integers = np.where(inside, sent_ns[np.where(inside, batches, 0)], due_ns)
        return found
