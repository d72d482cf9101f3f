"""PUBACKs of a shard's heartbeats, where those are numbered as they are printed.

A PUBACK says its packet id, which is the heartbeat's own number (see `fleet.worlds.press`), and
that is enough: when it was due and when it was sent follow from the number. So an acknowledgement
costs a note of who, which and when; every so often all notes are worked up at once.
"""

from time import monotonic_ns
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fleet.mqtt.lane import Lane
from fleet.worlds.clock import LiveClock
from fleet.worlds.grids import Grids
from fleet.worlds.meters import Meters
from fleet.worlds.press import FIRST_BEAT_ID, SESSION_IDS_MAX
from fleet.worlds.rhythm import Rhythm

Integers = NDArray[np.int64]

_US_NS: Final = 1_000


class Receipts:
    """The PUBACKs of a shard, by the row of its terminals."""

    def __init__(self, rhythm: Rhythm, grids: Grids, clock: LiveClock, meters: Meters) -> None:
        """Wait for receipts of the heartbeats of `rhythm`."""
        self._rhythm = rhythm
        self._grids = grids
        self._clock = clock
        self._meters = meters
        # The first number that was sent over the link that is now: the others were given up.
        self._since = np.ones(len(rhythm.seq), np.int64)
        self._rows: list[int] = []
        self._ids: list[int] = []
        self._at_ns: list[int] = []

    def note(self, row: int, packet_id: int) -> None:
        """A heartbeat was acknowledged just now."""
        self._rows.append(row)
        self._ids.append(packet_id)
        self._at_ns.append(monotonic_ns())

    def record(self) -> None:
        """Record what was noted since this was last called; often enough is often."""
        if self._rows:
            rows, ids, at_ns = (np.array(of, np.int64) for of in self._take())
            self._record(rows, ids, at_ns)

    def anchor(self, row: int) -> None:
        """A terminal's grid is about to begin anew; of those that are over one is remembered."""
        if self._rows and self._grids.remembers(row):
            self.record()

    def give_up(self, row: int, lane: Lane) -> None:
        """Count what waits for its PUBACK in vain, as long as has been waited for it by now."""
        self.record()
        ids = np.array([each for each in lane.held if each >= FIRST_BEAT_ID], np.int64)
        rows = np.full(len(ids), row)
        self._record(rows, ids, np.full(len(ids), monotonic_ns()))
        self._since[row] = self._rhythm.seq[row] + 1

    def _take(self) -> tuple[list[int], list[int], list[int]]:
        taken = self._rows, self._ids, self._at_ns
        self._rows, self._ids, self._at_ns = [], [], []
        return taken

    def _record(self, rows: Integers, ids: Integers, at_ns: Integers) -> None:
        last = self._rhythm.seq[rows]
        seq = last - ((last - ids) & SESSION_IDS_MAX)
        due = self._grids.due_of(rows, seq)
        known = (due >= 0) & (seq >= self._since[rows])
        due, at_ns = due[known], at_ns[known]
        business = self._clock.business
        due_ns = business.epoch_ns + np.rint(due * (1e6 / business.speed)).astype(np.int64)
        sent_ns = self._grids.sent_ns_of(due, due_ns)
        for recorder, begun_ns in (
            (self._meters.publish_time, due_ns),
            (self._meters.publish_service, sent_ns),
        ):
            recorder.record_many(np.maximum(at_ns - begun_ns, 0) // _US_NS)
