"""Acknowledgements of a shard's heartbeats: how long they took, and which never came.

Theory of operation
-------------------
Nothing is kept for a heartbeat on its way out. Heartbeats lie on a grid, so the instant at which
number `n` was due follows from the last one's: `last - (seq - n) * every`, back to the first
number of the grid. Hence *every* acknowledgement has a response time, however late it comes and
however many heartbeats were sent meanwhile; a tool that remembers the last one only forgets the
stall which it was made to see. When a grid is anchored anew, the one before is remembered as long
as answers to it may come.

When it was sent follows from the batches: a heartbeat due at `t` went out with the first batch that
reached `t`.

Numbers also show what is missing. A number passed over makes a gap; a late answer closes it (it was
overtaken, or *reordered*); what has no answer when the link ends for good, or a little after the
run's end, is *lost*, and counts in the response times with the time that had passed by then. A
terminal that detaches by its own will waits for no answer. All this is told only of a TMS which has
acknowledged at all.
"""

from bisect import bisect_left
from time import monotonic_ns
from typing import Final, NamedTuple

import numpy as np

from fleet.units import Millis
from fleet.worlds.clock import LiveClock
from fleet.worlds.meters import Meters, since_us
from fleet.worlds.rhythm import Rhythm

# About a minute of ticks; what was sent before counts from when it was due.
_BATCHES_MAX: Final = 12_288
# Of one terminal; beyond it the lowest number counts as lost.
_GAPS_MAX: Final = 64


class Grid(NamedTuple):
    """A grid that is over: its first and last numbers, the last one's instant, the distance."""

    first: int
    seq: int
    last: Millis
    every: Millis


class Echoes:
    """The acknowledgements of a shard, by the row of its terminals."""

    def __init__(self, rhythm: Rhythm, clock: LiveClock, meters: Meters) -> None:
        """Listen for echoes of the heartbeats of `rhythm`."""
        terminals = len(rhythm.seq)
        self._rhythm = rhythm
        self._clock = clock
        self._meters = meters
        self._heard = False
        self._acked = np.zeros(terminals, np.int64)
        self._first = np.ones(terminals, np.int64)
        self._older: dict[int, Grid] = {}
        self._gaps: dict[int, set[int]] = {}
        self._reached: list[Millis] = []
        self._sent_ns: list[int] = []

    def sent(self, now: Millis) -> None:
        """Note that all which was due by this business instant is being sent."""
        if len(self._reached) >= _BATCHES_MAX:
            del self._reached[: _BATCHES_MAX // 2]
            del self._sent_ns[: _BATCHES_MAX // 2]
        # A tick that opens a span sends in two batches, and the second one reaches less far.
        self._reached.append(max(now, self._reached[-1]) if self._reached else now)
        self._sent_ns.append(monotonic_ns())

    def anchor(self, row: int, every: Millis) -> None:
        """A grid begins anew with the next heartbeat; `every` was its distance so far."""
        rhythm = self._rhythm
        seq, first = int(rhythm.seq[row]), int(self._first[row])
        if every and self._acked[row] < seq:
            self._older[row] = Grid(first, seq, int(rhythm.last[row]), every)
        self._first[row] = seq + 1

    def hear(self, row: int, seq: int, every: Millis) -> None:
        """A terminal's heartbeat number `seq` was acknowledged; `every` is its grid's distance."""
        self._heard = True
        acked = int(self._acked[row])
        if seq > self._rhythm.seq[row]:
            return  # it answers what was never said
        if seq == acked + 1:
            self._acked[row] = seq
        elif seq > acked:
            self._acked[row] = seq
            self._miss(row, range(acked + 1, seq))
        elif seq in self._gaps.get(row, ()):
            self._close(row, seq)
            self._count("reordered")
        else:
            self._count("duplicated")
            return
        due = self._due(row, seq, every)
        if due is not None:
            self._time(due)

    def waits(self) -> bool:
        """Return whether acknowledgements are still to come."""
        return self._heard and bool((self._acked < self._rhythm.seq).any() or self._gaps)

    def forget(self, row: int) -> None:
        """Expect nothing any more of what was sent: the terminal has left by its own will."""
        self._older.pop(row, None)
        self._count("lost", len(self._gaps.pop(row, ())))
        self._acked[row] = self._rhythm.seq[row]

    def give_up(self, row: int, every: Millis) -> None:
        """Count what is unanswered as lost, and as long as has been waited for it by now."""
        lost = [*self._gaps.pop(row, ()), *range(self._acked[row] + 1, self._rhythm.seq[row] + 1)]
        self._acked[row] = self._rhythm.seq[row]
        if self._heard and lost:
            self._count("lost", len(lost))
            for due in (self._due(row, seq, every) for seq in lost):
                if due is not None:
                    self._time(due)
        self._older.pop(row, None)

    def _due(self, row: int, seq: int, every: Millis) -> Millis | None:
        rhythm = self._rhythm
        if seq >= self._first[row]:
            return int(rhythm.last[row]) - (int(rhythm.seq[row]) - seq) * every
        older = self._older.get(row)
        if older is None or not older.first <= seq <= older.seq:
            return None
        return older.last - (older.seq - seq) * older.every

    def _time(self, due: Millis) -> None:
        due_ns = self._clock.business.monotonic_ns(due)
        batch = bisect_left(self._reached, due)
        inside = 0 < batch < len(self._sent_ns)
        self._meters.ack_time.record(since_us(due_ns))
        self._meters.ack_service.record(since_us(self._sent_ns[batch] if inside else due_ns))

    def _miss(self, row: int, numbers: range) -> None:
        gaps = self._gaps.setdefault(row, set())
        gaps.update(numbers[-_GAPS_MAX:])
        surplus = max(0, len(numbers) - _GAPS_MAX)
        while len(gaps) > _GAPS_MAX:
            gaps.remove(min(gaps))
            surplus += 1
        self._count("lost", surplus)

    def _close(self, row: int, seq: int) -> None:
        gaps = self._gaps[row]
        gaps.remove(seq)
        if not gaps:
            del self._gaps[row]

    def _count(self, mishap: str, count: int = 1) -> None:
        self._meters.add(self._meters.mishaps[mishap], count)
