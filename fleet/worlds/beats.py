"""Heartbeats on their way out: read, formatted and sent, a tick's worth at a time.

This is the hot path. A terminal's coroutine sleeps through its heartbeats; `Rhythm` knows when they
are due, and here they are put together and handed to the links. Three things make it cheap, each
worth more than any of its instructions, because between two ticks the processor's caches go cold:

- telemetry is computed for all heartbeats of the next 50 ms in one call. What changes meanwhile (a
  boot, a drift) is told by the row's count of changes, and computed again; the function is the
  same, so ahead or not makes no difference to anybody;
- first all messages of a tick are prepared, then all are sent: a processor that goes back and forth
  between this program and the system's network code runs both at half the speed;
- whole numbers are formatted as integers, which takes half the time of a float.
"""

from typing import TYPE_CHECKING, Final

import numpy as np

from fleet.life.telemetry import ROW, Vitals, telemetry
from fleet.mqtt import errors
from fleet.mqtt.link import Backpressure, LinkDown, Sending
from fleet.units import Millis
from fleet.wire import heartbeat
from fleet.worlds.clock import LiveClock
from fleet.worlds.meters import Meters
from fleet.worlds.rhythm import Entry, Reading, Rhythm

if TYPE_CHECKING:
    from fleet.worlds.live import LiveWorld

HEADER_BYTES: Final = 3  # of a PUBLISH of 128 to 16,383 bytes, as nearly all are
PACKET_ID_BYTES: Final = 2
REFUSALS: Final = (
    LinkDown, Backpressure, errors.WindowFull, errors.PacketTooLarge, errors.NotSupported,
)  # fmt: skip

# How far telemetry is computed ahead, in real time.
_AHEAD_MS: Final = 50
_TENTHS: Final = tuple(ROW.index(name) for name in sorted(heartbeat.TENTHS))


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
        span = max(1, int(_AHEAD_MS * clock.business.speed))
        self.rhythm = Rhythm(len(vitals.serials), span)
        self.worlds: list[LiveWorld] = []
        self.armed: Millis = 0
        self._vitals = vitals
        self._clock = clock
        self._meters = meters
        self._qos = qos
        # Of the open span, latest first.
        self._ahead: list[Entry] = []
        self._late_ms: list[Millis] = []

    def send_due(self, now: Millis) -> None:
        """Send all that are due by this business instant."""
        while beats := self._due(now):
            self._send(beats)
            sent_at, armed = self._clock.now(), self.armed
            self._late_ms += [sent_at - max(beat[0], armed) for beat in beats]
        while self.rhythm.closes <= now:
            self._open_next()
            self.send_due(min(now, self.rhythm.closes - 1))

    def record_lag(self) -> None:
        """Record how late the heartbeats were since this was last called; often enough is often."""
        late_ms = np.maximum(np.array(self._late_ms, np.int64), 0)
        self._late_ms.clear()
        self._meters.lag.record_many((late_ms * self._clock.real_us(1)).astype(np.int64))

    # ------------------------------------------------------------------ what is due

    def _open_next(self) -> None:
        self._ahead = self._entries(self.rhythm.open_next())

    def _due(self, now: Millis) -> list[Entry]:
        rhythm = self.rhythm
        if rhythm.joined:
            self._admit()
        beats = rhythm.walk(self._ahead, now)
        changes = self._vitals.changes
        for number, (at, row, count, _) in enumerate(beats):
            if count != changes[row]:
                (reading,) = self._readings([row], [at], [rhythm.seq[row]])
                beats[number] = (at, row, count, reading)
        return beats

    def _admit(self) -> None:
        """Put those who came into the open span where they belong."""
        joined, self.rhythm.joined = self.rhythm.joined, []
        self._ahead += self._entries(joined)
        self._ahead.sort(key=_instant, reverse=True)

    def _entries(self, rows: list[int]) -> list[Entry]:
        """Return the entries of the next heartbeats of these terminals, latest first."""
        if not rows:
            return []
        rhythm, changes = self.rhythm, self._vitals.changes
        coming = sorted([(rhythm.next_of(row), row) for row in rows], reverse=True)
        instants, listed = (list(column) for column in zip(*coming, strict=True))
        readings = self._readings(listed, instants, [rhythm.seq[row] + 1 for row in listed])
        counts = [changes[row] for row in listed]
        return list(zip(instants, listed, counts, readings, strict=True))

    def _readings(
        self, rows: list[int], instants: list[Millis], numbers: list[int]
    ) -> list[Reading]:
        at, seq = np.array(instants, np.int64), np.array(numbers, np.uint64)
        origin_ms = self._clock.business.origin_ms
        table = telemetry(self._vitals, np.array(rows, np.int64), at, seq, origin_ms)
        columns: list[list[float]] = table.T.astype(np.int64).tolist()
        for column in _TENTHS:
            columns[column] = table[:, column].tolist()
        return list(zip(*columns, strict=True))

    # ------------------------------------------------------------------ sending

    def _send(self, beats: list[Entry]) -> None:
        sendings, sent_bytes = self._prepare(beats)
        for write, data in sendings:
            write(data)
        sent, meters = len(sendings), self._meters
        meters.add(meters.heartbeats, sent)
        meters.add(meters.sent["heartbeat"], sent)
        header_bytes = HEADER_BYTES + (PACKET_ID_BYTES if self._qos else 0)
        meters.add(meters.sent_bytes, sent_bytes + sent * header_bytes)

    def _prepare(self, beats: list[Entry]) -> tuple[list[Sending], int]:
        worlds, qos, sent_bytes = self.worlds, self._qos, 0
        sendings: list[Sending] = []
        for at, row, _, reading in beats:
            world = worlds[row]
            link, topic = world.link, world.beat_topic
            if link is None:
                continue
            payload = world.template % (reading if world.has_battery else reading[:-1])
            try:
                sendings.append(link.prepare(topic, payload, qos))
            except REFUSALS as refusal:
                world.outbox.refused(refusal)
                continue
            world.beat_due = at
            sent_bytes += topic.size + len(payload)
        return sendings, sent_bytes


def _instant(entry: Entry) -> Millis:
    return entry[0]
