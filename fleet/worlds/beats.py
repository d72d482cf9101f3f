"""Heartbeats on their way out: found, read, formatted and sent, a tick's worth at a time.

This is the hot path. A terminal's coroutine sleeps through its heartbeats; `Rhythm` knows when they
are due, `Readings` what they say, and here they are put together and handed to the links: first all
are prepared, then all are sent, because a processor that goes back and forth between this program
and the system's network code runs both at half the speed (13.7 us a message that way, 8.2 us so).
"""

from typing import TYPE_CHECKING, Final

import numpy as np

from fleet.life.telemetry import Integers, Vitals
from fleet.mqtt import errors
from fleet.mqtt.link import Backpressure, LinkDown, Sending
from fleet.units import Millis
from fleet.worlds.clock import LiveClock
from fleet.worlds.meters import Meters
from fleet.worlds.readings import Reading, Readings
from fleet.worlds.rhythm import Rhythm

if TYPE_CHECKING:
    from fleet.worlds.live import LiveWorld

HEADER_BYTES: Final = 3  # of a PUBLISH of 128 to 16,383 bytes, as nearly all are
PACKET_ID_BYTES: Final = 2
REFUSALS: Final = (
    LinkDown, Backpressure, errors.WindowFull, errors.PacketTooLarge, errors.NotSupported,
)  # fmt: skip

# How far telemetry is computed ahead, in real time.
_AHEAD_MS: Final = 50


class Beats:
    """The heartbeats of a shard.

    Attributes:
        rhythm: When they are due.
        worlds: The world of each row, in order; filled by whoever makes the worlds.
        armed: Business instant of the tick before. Nothing that is due now was known to be due
            before that, so an instant that lies further back is no fault of the generator.
    """

    def __init__(self, vitals: Vitals, clock: LiveClock, meters: Meters, qos: int) -> None:
        """Start with nobody beating.

        Args:
            vitals: The shard's terminals.
            clock: The business clock.
            meters: Where heartbeats are counted and their lag is recorded.
            qos: With which they are sent.
        """
        self.rhythm = Rhythm(len(vitals.serials))
        self.worlds: list[LiveWorld] = []
        self._readings = Readings(vitals, clock.business.origin_ms)
        self._clock = clock
        self._meters = meters
        self._qos = qos
        self._known_until: Millis = 0
        self._late_ms: list[Integers] = []
        self.armed: Millis = 0

    def send_due(self, now: Millis) -> None:
        """Send all that are due by this business instant."""
        self._look_ahead(now)
        rows, at = self.rhythm.due(now)
        while rows.size:
            seq = self.rhythm.seq[rows]
            self._send(rows, at, self._readings.take(rows, at, seq))
            self._late_ms.append(self._clock.now() - np.maximum(at, self.armed))
            rows, at = self.rhythm.due(now)

    def _look_ahead(self, now: Millis) -> None:
        if now >= self._known_until:
            self._known_until = now + max(1, int(_AHEAD_MS * self._clock.business.speed))
            rows, at = self.rhythm.coming(self._known_until)
            if rows.size:
                self._readings.look_ahead(rows, at, self.rhythm.seq[rows] + np.uint64(1))

    def record_lag(self) -> None:
        """Record how late the heartbeats were since this was last called; often enough is often."""
        if self._late_ms:
            late_ms = np.maximum(np.concatenate(self._late_ms), 0)
            self._late_ms.clear()
            self._meters.lag.record_many((late_ms * self._clock.real_us(1)).astype(np.int64))

    def _send(self, rows: Integers, at: Integers, readings: list[Reading]) -> None:
        sendings, sent_bytes = self._prepare(rows, at, readings)
        for write, data in sendings:
            write(data)
        sent = len(sendings)
        meters = self._meters
        meters.add(meters.heartbeats, sent)
        meters.add(meters.sent["heartbeat"], sent)
        header_bytes = HEADER_BYTES + (PACKET_ID_BYTES if self._qos else 0)
        meters.add(meters.sent_bytes, sent_bytes + sent * header_bytes)

    def _prepare(
        self, rows: Integers, at: Integers, readings: list[Reading]
    ) -> tuple[list[Sending], int]:
        worlds, qos, sent_bytes = self.worlds, self._qos, 0
        sendings: list[Sending] = []
        for row, instant, reading in zip(rows.tolist(), at.tolist(), readings, strict=True):
            world = worlds[row]
            link = world.link
            if link is None:
                continue
            payload = world.template % (reading if world.has_battery else reading[:-1])
            try:
                sendings.append(link.prepare(world.beat_topic, payload, qos))
            except REFUSALS as refusal:
                world.refused(refusal)
                continue
            world.beat_due = instant
            sent_bytes += world.beat_topic.size + len(payload)
        return sendings, sent_bytes
