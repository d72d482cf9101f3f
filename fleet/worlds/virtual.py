"""The virtual world: no clock, no network; months of an estate in minutes.

Theory of operation
-------------------
Terminals do not meet. What couples them (a campaign that stops when too many fail) acts at its own
tick, so up to the next tick each may live alone: whoever waits for an instant before the *horizon*
simply is there, at the cost of an assignment. Whoever waits for a later one parks on the kernel,
which wakes it when the horizon has moved on. Heartbeats are not sent but noted, a quiet stretch at
a time, and cut at the horizon, so that a stretch never reaches beyond it.

The TMS's desk answers directly, and takes no story time. It is asked when it will next have an
order for the terminal; the heartbeat which that order answers is the last of its stretch.
"""

from collections.abc import Container, Coroutine
from typing import Any, Final, Protocol

from fleet.life.pulse import Pulse
from fleet.life.states import Step
from fleet.life.truth import Truth
from fleet.life.world import LinkDown, NoAnswer, WorldEnded
from fleet.tms.desk import Desk
from fleet.units import Millis
from fleet.wire.messages import Answer, AnyOrder, Message, Presence, Request, UpdateReported
from fleet.worlds.inbox import Inbox
from fleet.worlds.kernel import Kernel, park

_NO_GRID: Final[Millis] = -1


class Chronicle(Protocol):
    """Who writes down what happens to the terminals of a virtual estate."""

    @property
    def heeded(self) -> Container[type[Message]]:
        """Kinds of messages that it takes note of, among those that need not be said."""

    def step(self, pulse: Pulse, step: Step) -> None:
        """Note a step of a terminal's life."""

    def note(self, pulse: Pulse, truth: Truth) -> None:
        """Note a truth that only the simulator knows."""

    def heard(self, pulse: Pulse, at: Millis, message: Message) -> None:
        """Note a message that the TMS heard or gave as an answer, at the instant `at`."""

    def beaten(self, pulse: Pulse, begin: Millis, every: Millis, count: int) -> None:
        """Note a stretch of heartbeats; the pulse has not counted them yet."""


class VirtualEstate:
    """What all virtual worlds of a process share.

    Attributes:
        kernel: Where those wait whose instant lies beyond the horizon.
        desk: The TMS.
        decides: Whether it decides of campaigns, so that orders hang on what others tell.
        chronicle: Who writes down what happens.
        tenant: The estate's.
        origin_ms: Unix time of the epoch.
        horizon: Up to here every terminal may live by itself.
        speed: How many times faster business clocks run than protocol timers.
        reachable: Whether links come up and stay; for whoever wants to pull the plug.
    """

    __slots__ = (
        "chronicle",
        "decides",
        "desk",
        "horizon",
        "kernel",
        "origin_ms",
        "reachable",
        "speed",
        "tenant",
    )

    def __init__(
        self, desk: Desk, chronicle: Chronicle, tenant: str, origin_ms: int, speed: float
    ) -> None:
        self.speed = speed
        self.kernel = Kernel()
        self.desk = desk
        self.decides = desk.book.decides
        self.chronicle = chronicle
        self.tenant = tenant
        self.origin_ms = origin_ms
        self.horizon: Millis = -1
        self.reachable = True

    def live_until(self, horizon: Millis) -> None:
        """Let all terminals live up to this instant, included.

        Where anything is decided of a campaign, they pause at each of the TMS's ticks: what is
        decided there goes by what every terminal has told before.
        """
        book, origin_ms = self.desk.book, self.origin_ms
        for tick_ms in book.ticks(origin_ms + self.horizon, origin_ms + horizon):
            self._live_until(tick_ms - origin_ms)
            book.decide(tick_ms + 1)
        self._live_until(horizon)

    def _live_until(self, horizon: Millis) -> None:
        self.horizon = horizon
        self.kernel.run_until(horizon)


class VirtualWorld:
    """One terminal's clock, link and ways to wait, all made up."""

    __slots__ = (
        "_asked", "_beat_at", "_coroutine", "_due", "_estate", "_inbox", "_pulse", "_story", "_up",
        "ticket", "tid",
    )  # fmt: skip

    def __init__(self, estate: VirtualEstate, tid: str, pulse: Pulse) -> None:
        self.tid = tid
        self.ticket = 0
        self._estate = estate
        self._pulse = pulse
        self._coroutine: Coroutine[Any, Any, None] | None = None
        self._story: Millis = 0
        self._up = False
        self._beat_at: Millis = _NO_GRID
        self._inbox: Inbox | None = None
        self._asked: tuple[int, str] | None = None
        self._due: Millis | None = None

    # ------------------------------------------------------------------ driven by its owner

    def begin(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Start the terminal's life; it goes as far as the horizon allows."""
        self._coroutine = coroutine
        coroutine.send(None)

    def end(self) -> None:
        """End it, whatever it waits for."""
        coroutine, self._coroutine = self._coroutine, None
        if coroutine is not None:
            self._estate.kernel.cancel(self)
            try:
                coroutine.throw(WorldEnded())
            except WorldEnded:
                return

    def order(self, order: AnyOrder) -> None:
        """Hand over an order, which takes effect at its own instant, or at once if it has none."""
        if self._inbox is None:
            self._inbox = Inbox()
        at = order.at - self._estate.origin_ms if order.at else self._story
        self._inbox.put(max(at, self._story), order)

    def wake(self, at: Millis) -> None:  # noqa: ARG002 - each wait knows what it waited for
        """The horizon has moved on to what the terminal waits for."""
        assert self._coroutine is not None  # noqa: S101 - only a life that began can wait
        self._coroutine.send(None)

    # ------------------------------------------------------------------ the seam

    def now(self) -> Millis:  # noqa: D102 - the seam says it
        return self._story

    def patience(self, protocol_ms: Millis) -> Millis:  # noqa: D102
        return self._story + round(protocol_ms * self._estate.speed)

    def record(self, step: Step) -> None:  # noqa: D102
        self._estate.chronicle.step(self._pulse, step)

    def note(self, truth: Truth) -> None:  # noqa: D102
        self._estate.chronicle.note(self._pulse, truth)

    async def sleep(self, until: Millis) -> None:  # noqa: D102
        if until > self._estate.horizon:
            await self._parked(until)
        self._story = max(self._story, until)

    async def listen(self, until: Millis) -> AnyOrder | None:  # noqa: D102
        at = until if self._inbox is None else self._inbox.soonest(until)
        if at > self._estate.horizon:
            await self._parked(at)
        return self._take_order(at)

    async def beat(self, every: Millis, until: Millis) -> AnyOrder | None:  # noqa: D102
        self._require_link()
        self._anchor(every)
        estate = self._estate
        while True:
            at = until if self._inbox is None else self._inbox.soonest(until)
            horizon = estate.horizon
            if self._beaten_until(every, min(at, horizon)):
                continue  # by an order
            if at <= horizon:
                return self._take_order(at)
            await self._parked(min(at, self._beat_at))
            self._require_link()

    async def attach(self) -> None:  # noqa: D102
        if not self._estate.reachable:
            raise LinkDown
        self._beat_at = _NO_GRID
        self._up = True

    async def detach(self, *, clean: bool) -> None:  # noqa: D102
        if self._up:
            self._up = False
            self._inbox = None
            if not clean:
                ts = self._estate.origin_ms + self._story
                self._hear(Presence(ts, online=False, reason="lost"))

    def say(self, message: Message) -> None:  # noqa: D102
        self._require_link()
        self._hear(message)
        if isinstance(message, UpdateReported):  # what a campaign goes by
            estate = self._estate
            estate.desk.hear(estate.tenant, self.tid, message, message.ts)

    def heeds(self, kind: type[Message]) -> bool:  # noqa: D102
        return kind in self._estate.chronicle.heeded

    async def ask(self, request: Request, timeout_ms: Millis) -> Answer:  # noqa: D102
        self.say(request)
        estate = self._estate
        now = estate.origin_ms + self._story
        answer = estate.desk.answer(estate.tenant, self.tid, request, now)
        if answer is not None:
            self._hear(answer)
            return answer
        await self.sleep(self.patience(timeout_ms))
        raise NoAnswer

    # ------------------------------------------------------------------ how it is done

    async def _parked(self, until: Millis) -> None:
        self._estate.kernel.call(until, self)
        await park()

    def _hear(self, message: Message) -> None:
        self._estate.chronicle.heard(self._pulse, self._story, message)

    def _require_link(self) -> None:
        if not (self._up and self._estate.reachable):
            self._up = False
            self._inbox = None
            raise LinkDown

    def _take_order(self, at: Millis) -> AnyOrder | None:
        self._story = max(self._story, at)
        return None if self._inbox is None else self._inbox.take(self._story)

    def _anchor(self, every: Millis) -> None:
        """Find the next heartbeat on the grid; those that fell into another state are lost."""
        if self._beat_at == _NO_GRID:
            self._beat_at = self._story
        elif self._beat_at < self._story:
            self._beat_at += -((self._beat_at - self._story) // every) * every

    def _beaten_until(self, every: Millis, limit: Millis) -> bool:
        """Note the heartbeats up to `limit`; end early, and say so, at one that brings an order."""
        first = self._beat_at
        if first > limit:
            return False
        order = self._order_due()
        answered = None if order is None else first + max(0, -((first - order) // every)) * every
        last = limit if answered is None else min(limit, answered)
        count = (last - first) // every + 1
        self._estate.chronicle.beaten(self._pulse, first, every, count)
        self._pulse.seq += count
        last = first + (count - 1) * every
        self._story = max(self._story, last)
        self._beat_at = last + every
        return last == answered and self._hear_order(last)

    def _order_due(self) -> Millis | None:
        """Return from when on a heartbeat is answered by an order that is not here yet."""
        if self._inbox is not None and len(self._inbox):
            return None
        pulse, estate = self._pulse, self._estate
        if self._asked == (pulse.plan, pulse.fw):
            return self._due
        due = estate.desk.next_order_ms(self.tid, pulse.plan, pulse.fw)
        self._due = None if due is None else due - estate.origin_ms
        if not estate.decides:  # what it will be told hangs on itself alone
            self._asked = (pulse.plan, pulse.fw)
        return self._due

    def _hear_order(self, at: Millis) -> bool:
        pulse, estate = self._pulse, self._estate
        order = estate.desk.order_at(self.tid, pulse.plan, pulse.fw, estate.origin_ms + at)
        if order is None:
            return False
        self.order(order)
        self._hear(order)
        return True
