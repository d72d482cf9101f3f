"""Acknowledgements of a shard's heartbeats: how long they took, and which never came.

Theory of operation
-------------------
An acknowledgement by the TMS says the heartbeat's number, by which is known when it was due and
when it was sent (`fleet.worlds.grids`).

Numbers also show what is missing. A number passed over makes a gap; a late answer closes it (it was
overtaken, or *reordered*); what has no answer when the link ends for good, or a little after the
run's end, is *lost*, and counts in the response times with the time that had passed by then. A
terminal that detaches by its own will waits for no answer. All this is told only of a TMS which has
acknowledged at all.
"""

from typing import Final

import numpy as np

from fleet.units import Millis
from fleet.worlds.clock import LiveClock
from fleet.worlds.grids import Grids
from fleet.worlds.meters import Meters, since_us
from fleet.worlds.rhythm import Rhythm

# Of one terminal; beyond it the lowest number counts as lost.
_GAPS_MAX: Final = 64


class Echoes:
    """The acknowledgements of a shard, by the row of its terminals."""

    def __init__(self, rhythm: Rhythm, grids: Grids, clock: LiveClock, meters: Meters) -> None:
        """Listen for echoes of the heartbeats of `rhythm`."""
        terminals = len(rhythm.seq)
        self._rhythm = rhythm
        self._grids = grids
        self._clock = clock
        self._meters = meters
        self._heard = False
        self._acked = np.zeros(terminals, np.int64)
        self._gaps: dict[int, set[int]] = {}

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
        due = self._grids.due(row, seq, every)
        if due is not None:
            self._time(due)

    def waits(self) -> bool:
        """Return whether acknowledgements are still to come."""
        return self._heard and bool((self._acked < self._rhythm.seq).any() or self._gaps)

    def waits_for(self, row: int) -> bool:
        """Return whether acknowledgements of a terminal's heartbeats are still to come."""
        return bool(self._acked[row] < self._rhythm.seq[row])

    def forget(self, row: int) -> None:
        """Expect nothing any more of what was sent: the terminal has left by its own will."""
        self._grids.forget(row)
        self._count("lost", len(self._gaps.pop(row, ())))
        self._acked[row] = self._rhythm.seq[row]

    def give_up(self, row: int, every: Millis) -> None:
        """Count what is unanswered as lost, and as long as has been waited for it by now."""
        lost = [*self._gaps.pop(row, ()), *range(self._acked[row] + 1, self._rhythm.seq[row] + 1)]
        self._acked[row] = self._rhythm.seq[row]
        if self._heard and lost:
            self._count("lost", len(lost))
            for due in (self._grids.due(row, seq, every) for seq in lost):
                if due is not None:
                    self._time(due)
        self._grids.forget(row)

    def _time(self, due: Millis) -> None:
        due_ns = self._clock.business.monotonic_ns(due)
        self._meters.ack_time.record(since_us(due_ns))
        self._meters.ack_service.record(since_us(self._grids.sent_ns(due)))

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
