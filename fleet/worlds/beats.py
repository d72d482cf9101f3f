"""Heartbeats due in one tick: their telemetry is computed at once, then each is sent.

This is the hot path. A terminal's coroutine sleeps through its heartbeats; its world notes each one
that falls due here, and at the end of the tick one call of the telemetry function serves them all.
"""

from typing import TYPE_CHECKING

import numpy as np

from fleet.life.telemetry import Vitals, telemetry
from fleet.units import Millis
from fleet.worlds.clock import LiveClock
from fleet.worlds.meters import Meters

if TYPE_CHECKING:
    from fleet.worlds.live import LiveWorld


class Beats:
    """Heartbeats that are due and not yet sent; at most one tick's."""

    def __init__(self, vitals: Vitals, clock: LiveClock, meters: Meters) -> None:
        """Start with none.

        Args:
            vitals: The shard's terminals.
            clock: The business clock.
            meters: Where the lag is recorded.
        """
        self._vitals = vitals
        self._clock = clock
        self._meters = meters
        self._worlds: list[LiveWorld] = []
        self._rows: list[int] = []
        self._at: list[Millis] = []
        self._seq: list[int] = []

    def due(self, world: "LiveWorld", row: int, at: Millis, seq: int) -> None:
        """Note a heartbeat which is due at `at`."""
        self._worlds.append(world)
        self._rows.append(row)
        self._at.append(at)
        self._seq.append(seq)

    def flush(self, armed_ms: Millis) -> None:
        """Send all that are due.

        Args:
            armed_ms: Business instant of the tick before. Nothing that is due now was known to be
                due before that, so an instant that lies further back is no fault of the generator.
        """
        if not self._worlds:
            return
        at = np.array(self._at, np.int64)
        rows = np.array(self._rows, np.int64)
        seq = np.array(self._seq, np.uint64)
        table = telemetry(self._vitals, rows, at, seq, self._clock.business.origin_ms)
        for world, number, due, row in zip(
            self._worlds, self._seq, self._at, table.tolist(), strict=True
        ):
            world.send_beat(number, due, row)
        late_ms = np.maximum(self._clock.now() - np.maximum(at, armed_ms), 0)
        self._meters.lag.record_many((late_ms * self._clock.real_us(1)).astype(np.int64))
        self._worlds.clear()
        self._rows.clear()
        self._at.clear()
        self._seq.clear()
