"""Heartbeats due in one tick: their telemetry is computed at once, then each is sent.

This is the hot path. A terminal's coroutine sleeps through its heartbeats; its world notes each one
that falls due here, and at the end of the tick one call of the telemetry function serves them all.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from fleet.life.telemetry import ROW, Integers, Vitals, telemetry
from fleet.mqtt import errors
from fleet.mqtt.link import Backpressure, LinkDown
from fleet.units import Millis
from fleet.wire import heartbeat
from fleet.worlds.clock import LiveClock
from fleet.worlds.meters import Meters

if TYPE_CHECKING:
    from fleet.worlds.live import LiveWorld

TENTHS: Final = tuple(ROW.index(name) for name in sorted(heartbeat.TENTHS))
HEADER_BYTES: Final = 3  # of a PUBLISH of 128 to 16,383 bytes, as nearly all are
PACKET_ID_BYTES: Final = 2
REFUSALS: Final = (
    LinkDown, Backpressure, errors.WindowFull, errors.PacketTooLarge, errors.NotSupported,
)  # fmt: skip


class Beats:
    """Heartbeats that are due and not yet sent; at most one tick's.

    Attributes:
        due: World, its row in the vitals, instant, and number of each heartbeat, in order.
    """

    __slots__ = ("_clock", "_meters", "_qos", "_vitals", "due")

    def __init__(self, vitals: Vitals, clock: LiveClock, meters: Meters, qos: int) -> None:
        """Start with none.

        Args:
            vitals: The shard's terminals.
            clock: The business clock.
            meters: Where heartbeats are counted and their lag is recorded.
            qos: With which they are sent.
        """
        self._vitals = vitals
        self._clock = clock
        self._meters = meters
        self._qos = qos
        self.due: list[tuple[LiveWorld, int, Millis, int]] = []

    def flush(self, armed_ms: Millis) -> None:
        """Send all that are due.

        Args:
            armed_ms: Business instant of the tick before. Nothing that is due now was known to be
                due before that, so an instant that lies further back is no fault of the generator.
        """
        if not self.due:
            return
        due, self.due = self.due, []
        worlds, rows, instants, numbers = zip(*due, strict=True)
        at = np.array(instants, np.int64)
        self._send(worlds, instants, numbers, self._readings(rows, at, numbers))
        late_ms = np.maximum(self._clock.now() - np.maximum(at, armed_ms), 0)
        self._meters.lag.record_many((late_ms * self._clock.real_us(1)).astype(np.int64))

    def _readings(
        self, rows: tuple[int, ...], at: Integers, numbers: tuple[int, ...]
    ) -> Iterator[tuple[float, ...]]:
        seq = np.array(numbers, np.uint64)
        origin_ms = self._clock.business.origin_ms
        table = telemetry(self._vitals, np.array(rows, np.int64), at, seq, origin_ms)
        # A whole number is formatted twice as fast from an int as from a float.
        columns: list[list[float]] = table.T.astype(np.int64).tolist()
        for column in TENTHS:
            columns[column] = table[:, column].tolist()
        return zip(*columns, strict=True)

    def _send(
        self,
        worlds: tuple["LiveWorld", ...],
        instants: tuple[Millis, ...],
        numbers: tuple[int, ...],
        readings: Iterator[tuple[float, ...]],
    ) -> None:
        qos, sent, sent_bytes = self._qos, 0, 0
        for world, at, number, reading in zip(worlds, instants, numbers, readings, strict=True):
            link = world.link
            if link is None:
                continue
            payload = world.template % (reading if world.has_battery else reading[:-1])
            try:
                link.send(world.beat_topic, payload, qos)
            except REFUSALS as refusal:
                world.refused(refusal)
                continue
            world.beat_sent = number
            world.beat_due = at
            sent += 1
            sent_bytes += world.beat_topic.size + len(payload)
        self._count(sent, sent_bytes)

    def _count(self, sent: int, sent_bytes: int) -> None:
        meters = self._meters
        meters.add(meters.heartbeats, sent)
        meters.add(meters.sent["heartbeat"], sent)
        header_bytes = HEADER_BYTES + (PACKET_ID_BYTES if self._qos else 0)
        meters.add(meters.sent_bytes, sent_bytes + sent * header_bytes)
