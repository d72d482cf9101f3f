"""Heartbeats on their way out: printed a span ahead, and handed to the links a tick at a time.

This is the hot path. A terminal's coroutine sleeps through its heartbeats; `Rhythm` knows when they
are due, `Press` prints them, and here they are sent. Two things make it cheap, each worth more than
any of its instructions, because between two ticks the processor's caches go cold:

- all heartbeats of the next 400 ms are printed in one go, by array operations, telemetry and all.
  What changes meanwhile (a boot, a drift) is told by the row's count of changes, and printed again;
  the function is the same, so ahead or not makes no difference to anybody;
- a tick only sends: a processor that goes back and forth between this program and the system's
  network code runs both at half the speed. Ten array operations in a tick of fifty heartbeats cost
  as much as making all of them; what they would do is done for a whole span (`_settle`).
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from fleet.life.vitals import Vitals
from fleet.units import Millis
from fleet.worlds.clock import LiveClock
from fleet.worlds.echoes import Echoes
from fleet.worlds.grids import Grids
from fleet.worlds.meters import Meters
from fleet.worlds.press import Press, packet_ids
from fleet.worlds.receipts import Receipts
from fleet.worlds.rhythm import NEVER, Rhythm
from fleet.worlds.span import NOTHING, Prints
from fleet.worlds.wires import Wires

# How far heartbeats are printed ahead, in real time and in those of one terminal: the more at once,
# the cheaper each; but what changes meanwhile is printed again.
_AHEAD_MS_MAX: Final = 400
_AHEAD_BEATS_MAX: Final = 2
# How long before a span begins it is printed, at most: in the tick before, when that has sent all.
_EARLY_MS_MAX: Final = 10
Integers = NDArray[np.int64]


class Turn(NamedTuple):
    """What was sent at once: how many, when they were on their way, and since when it was known."""

    size: int
    done: Millis
    armed: Millis


class Sender(Protocol):
    """A terminal, to those who have a heartbeat for it that must go in a frame of its link's."""

    def send_beat(self, payload: bytes, qos: int, due_ns: int) -> int:
        """Send a heartbeat; return its bytes, 0 if it was not sent.

        Args:
            payload: What it says.
            qos: With which it is sent.
            due_ns: Monotonic instant at which it was due; read at QoS 1.
        """


class Beats:
    """The heartbeats of a shard.

    Attributes:
        rhythm: When they are due.
        press: What they look like.
        senders: The terminal of each row; set by whoever makes them, before any beats.
        grids: When each was due, and sent.
        echoes: Their acknowledgements by the TMS.
        receipts: Their PUBACKs.
        wires: Where they are sent.
        due: How many have fallen due so far.
        armed: Business instant of the tick before. Nothing that is due now was known to be due
            before that, so an instant that lies further back is no fault of the generator.
    """

    def __init__(
        self, vitals: Vitals, clock: LiveClock, meters: Meters, qos: int, interval_ms: Millis
    ) -> None:
        """Start with nobody beating.

        Args:
            vitals: The shard's terminals.
            clock: The business clock.
            meters: Where heartbeats are counted and their lag is recorded.
            qos: With which they are sent.
            interval_ms: Business time between two heartbeats of a terminal, as a rule.
        """
        speed = clock.business.speed
        span = max(1, min(int(_AHEAD_MS_MAX * speed), interval_ms * _AHEAD_BEATS_MAX))
        terminals = len(vitals.serials)
        self.rhythm = Rhythm(terminals, span)
        self.grids = Grids(self.rhythm, clock)
        self.echoes = Echoes(self.rhythm, self.grids, clock, meters)
        self.receipts = Receipts(self.rhythm, self.grids, clock, meters)
        self.press = Press(vitals, clock.business.origin_ms, qos)
        self.senders: Sequence[Sender] = ()
        self.wires = Wires(terminals, qos)
        self.due = 0
        self.armed: Millis = 0
        self._vitals = vitals
        self._clock = clock
        self._meters = meters
        self._qos = qos
        # Of the open span: what is sent, and to whom; how far it is settled; what was right of it.
        self._prints = NOTHING
        self._rows: list[int] = []
        self._ids: list[int] = []
        self._settled = 0
        self._turns: list[Turn] = []
        self._edition = 0
        self._stale: Integers = np.zeros(0, np.int64)
        self._stale_from = NEVER
        self._early_max = int(_EARLY_MS_MAX * speed)

    def send_due(self, now: Millis) -> None:
        """Send all that are due by this business instant."""
        rhythm = self.rhythm
        next_tick = now + max(0, min(now - self.armed, self._early_max))
        while True:
            if rhythm.wrong_from <= now:
                self._put_right()
            elif self._vitals.edition != self._edition:
                self._find_stale()
            elif self._stale_from <= now:
                self._freshen()
            elif rhythm.soonest <= now:
                self.grids.sent(min(now, rhythm.closes - 1))
                self._send(rhythm.due(now))
            elif rhythm.closes <= next_tick:
                self._play(self.press.print(rhythm.open_next(now)))
            else:
                return

    def anchor(self, row: int, every: Millis) -> None:
        """A terminal's grid begins anew; `every` was its distance so far, or 0."""
        self.receipts.anchor(row)
        asked_for = self._qos or self.echoes.waits_for(row)
        self.grids.anchor(row, every if asked_for else 0)

    def give_up(self, row: int, every: Millis) -> None:
        """Wait no longer for a terminal's acknowledgements; time them as they stand."""
        lane = self.wires.lanes[row]
        if lane is not None:
            self.receipts.give_up(row, lane)
        self.echoes.give_up(row, every)

    def record_times(self) -> None:
        """Record what was noted since this was last called; often enough is often.

        It is how late the heartbeats were, and when they were acknowledged.
        """
        self.receipts.record()
        self._settle()

    # ------------------------------------------------------------------ the open span

    def _play(self, prints: Prints) -> None:
        """Send these from now on."""
        self._settle()
        self._prints, self._rows, self._settled = prints, prints.score.rows.tolist(), 0
        self.rhythm.play(prints.score)
        if self._qos:
            self._ids = packet_ids(prints.score.seq).tolist()
        self._find_stale()

    def _put_right(self) -> None:
        """Leave out what is not right any more, and print for those who joined."""
        rhythm = self.rhythm
        rest = self._prints.only(rhythm.right(self._prints.score))
        joined = rhythm.take_joined()
        self._play(rest.with_more(self.press.print(joined)) if len(joined.at) else rest)

    def _find_stale(self) -> None:
        """Find what is still to be sent of terminals that have changed since it was printed."""
        self._edition, prints = self._vitals.edition, self._prints
        to_come = slice(self.rhythm.played, None)
        changed = prints.changes[to_come] != self._vitals.changes[prints.score.rows[to_come]]
        self._stale = to_come.start + np.flatnonzero(changed)
        self._stale_from = int(prints.score.at[self._stale[0]]) if len(self._stale) else NEVER

    def _freshen(self) -> None:
        """Print that anew."""
        prints = self._prints
        prints.replace(self._stale, self.press.print(prints.score.part(self._stale)))
        self._stale_from = NEVER

    def _settle(self) -> None:
        """Count what was sent and sold, and how late, of all since this was last called."""
        part = slice(self._settled, self.rhythm.played)
        if part.start == part.stop:
            return
        self._settled, meters, prints = part.stop, self._meters, self._prints
        self._count(part.stop - part.start, sum(map(len, prints.frames[part])))
        approved, declined = prints.sold[part].sum(axis=0).tolist()
        meters.add(meters.approved, approved)
        meters.add(meters.declined, declined)
        size, done, armed = np.array(self._turns, np.int64).T
        self._turns.clear()
        due = np.maximum(prints.score.at[part], np.repeat(armed, size))
        late_ms = np.maximum(np.repeat(done, size) - due, 0)
        meters.lag.record_many((late_ms * self._clock.real_us(1)).astype(np.int64))

    def _count(self, sent: int, sent_bytes: int) -> None:
        meters = self._meters
        meters.add(meters.heartbeats, sent)
        meters.add(meters.sent["heartbeat"], sent)
        meters.add(meters.sent_bytes, sent_bytes)

    # ------------------------------------------------------------------ sending

    def _send(self, part: slice) -> None:
        rows, frames = self._rows[part], self._prints.frames[part]
        if self._qos:
            refused = self.wires.send_held(rows, frames, self._ids[part])
        else:
            refused = self.wires.send(rows, frames)
        place = -1
        for row, frame in refused:
            place = frames.index(frame, place + 1)
            size = self._publish(row, frame, int(self._prints.score.at[part.start + place]))
            self._count(-(not size), size - len(frame))  # it will be counted as if it went
        self.due += len(rows)
        self._turns.append(Turn(len(rows), self._clock.now(), self.armed))

    def _publish(self, row: int, frame: bytes, due: Millis) -> int:
        """Let the link make a frame of its own; return its bytes, 0 if not sent."""
        due_ns = self._clock.business.monotonic_ns(due) if self._qos else 0
        return self.senders[row].send_beat(frame[self.press.start :], self._qos, due_ns)
