"""The live world: the wall clock, real MQTT, and one coroutine for each terminal.

Theory of operation
-------------------
A world serves one terminal. It is, at any time, in one wait:

    wait     began by    ends when
    NOTHING  -           the terminal runs
    SLEEP    sleep       the instant has come
    LISTEN   listen      the instant has come, an order takes effect, or the link breaks
    BEAT     beat        the same; heartbeats are sent meanwhile without waking the terminal
    ATTACH   attach      the link is up, or did not come up
    ASK      ask         the answer came, the time-out passed, or the link broke

The kernel wakes it at instants, the link tells it what happened between them. The terminal's story
stands still while it asks or attaches, and so is often a little behind the clock; instants that
have passed are then caught up with at once, in order. An open load model: what was due is sent,
however late, and its latency counts from when it was due.
"""

from collections.abc import Coroutine
from contextlib import suppress
from enum import Enum
from typing import Any, Final

from fleet.life.pulse import Pulse
from fleet.life.states import Step
from fleet.life.truth import Truth
from fleet.life.world import LinkDown, NoAnswer, WorldEnded
from fleet.mqtt.down import DownReason
from fleet.mqtt.link import Link
from fleet.mqtt.link import LinkDown as NotUp
from fleet.mqtt.packets import Will
from fleet.units import Millis
from fleet.wire import codec, topics
from fleet.wire.errors import WireError
from fleet.wire.messages import (
    Answer,
    AnyOrder,
    Heartbeat,
    HeartbeatAcknowledged,
    Message,
    Presence,
    Request,
    SignInRequested,
    Update,
)
from fleet.worlds.beating import Beating
from fleet.worlds.environment import Environment
from fleet.worlds.inbox import Inbox
from fleet.worlds.kernel import park
from fleet.worlds.outbox import Outbox
from fleet.worlds.press import FIRST_BEAT_ID
from fleet.worlds.rounds import NEVER_MS
from fleet.worlds.stopwatch import Stopwatch


class Wait(Enum):
    """See the table above."""

    NOTHING = 0
    SLEEP = 1
    LISTEN = 2
    BEAT = 3
    ATTACH = 4
    ASK = 5


class LiveWorld:
    """One terminal's clock, link and ways to wait.

    Attributes:
        tid: The terminal's id, also its MQTT client id.
        index: The terminal's number in the estate.
        pulse: The slow part of its heartbeats.
        ticket: The kernel's.
        link: The link, while there is one.
        outbox: What goes over it, but for heartbeats.
        beating: Its heartbeats.
    """

    __slots__ = (
        "_coroutine",
        "_down_length",
        "_environment",
        "_inbox",
        "_region",
        "_request",
        "_stopwatch",
        "_story",
        "_until",
        "_wait",
        "beating",
        "index",
        "link",
        "outbox",
        "pulse",
        "ticket",
        "tid",
    )  # fmt: skip

    def __init__(
        self, environment: Environment, tid: str, index: int, pulse: Pulse, region: str = ""
    ) -> None:
        self._environment = environment
        self._region = region
        self.tid = tid
        self.index = index
        self.pulse = pulse
        self.ticket = 0
        self.link: Link | None = None
        self._coroutine: Coroutine[Any, Any, None] | None = None
        self._wait = Wait.NOTHING
        self._story: Millis = 0
        self._until: Millis = 0
        self._inbox: Inbox | None = None
        self.outbox = Outbox(environment, tid)
        self._request: Request | None = None
        self._down_length = len(topics.terminal_filter(environment.tenant, tid)) - 1
        topic = self.outbox.topic(Heartbeat.kind)
        self.beating = Beating(environment.beats, pulse, topic)
        self._stopwatch = Stopwatch(environment.clock, environment.meters)

    # ------------------------------------------------------------------ driven by the shard

    def begin(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Start the terminal's life."""
        self._coroutine = coroutine
        self._resume(None)

    def take_up(self, at: Millis) -> None:
        """Let the story begin at an instant: what was before is another process's."""
        self._story = at

    def end(self) -> None:
        """End it, whatever it waits for, and leave the broker politely."""
        connecting = self._wait is Wait.ATTACH
        if self._coroutine is not None:
            self._fail(WorldEnded())
        if connecting and self.link is not None:
            self.link.close(clean=False)
        elif self.link is not None:
            self._depart()

    @property
    def busy(self) -> bool:
        """Whether the story stands still because it waits for the network."""
        return self._wait in _NETWORK

    def tick(self, now_ms: int) -> int:
        """Let real time pass for the link; return when to be called next."""
        return NEVER_MS if self.link is None else self.link.tick(now_ms)

    # ------------------------------------------------------------------ the seam

    def now(self) -> Millis:  # noqa: D102 - the seam says it
        return self._story

    def patience(self, protocol_ms: Millis) -> Millis:  # noqa: D102
        return self._environment.clock.after(protocol_ms)

    def record(self, step: Step) -> None:  # noqa: D102
        self._environment.record(self.tid, step)
        self._stopwatch.see(step, self._story)

    def note(self, truth: Truth) -> None:
        """Let it go: a live run is for those who cannot know the truth."""

    async def sleep(self, until: Millis) -> None:  # noqa: D102
        if until > self._story:
            self._wait = Wait.SLEEP
            self._environment.kernel.call(until, self)
            await park()
            self._story = until

    async def listen(self, until: Millis) -> AnyOrder | None:  # noqa: D102
        return await self._attend(Wait.LISTEN, until)

    async def beat(self, every: Millis, until: Millis) -> AnyOrder | None:  # noqa: D102
        self.beating.prepare(self._story, every)
        return await self._attend(Wait.BEAT, until)

    async def attach(self) -> None:  # noqa: D102
        self._stopwatch.want_link(1)
        self._stopwatch.begin(self._story)
        self.beating.forget_grid()
        self._wait = Wait.ATTACH
        self._environment.gate.enter(self)
        await park()

    async def detach(self, *, clean: bool) -> None:  # noqa: D102
        if self.link is not None:
            self._drop_link(clean=clean)

    def say(self, message: Message) -> None:  # noqa: D102
        if self.link is None:
            raise LinkDown
        try:
            self.outbox.say(self.link, message, self._stopwatch.due_ns(self._story))
        except NotUp:
            raise LinkDown from None

    def heeds(self, kind: type[Message]) -> bool:  # noqa: ARG002, D102
        return True

    async def ask(self, request: Request, timeout_ms: Millis) -> Answer:  # noqa: D102
        self._stopwatch.begin(self._story)
        self.say(request)
        self._request = request
        self._wait = Wait.ASK
        self._environment.kernel.call(self.patience(timeout_ms), self)
        answer: Answer = await park()
        return answer

    # ------------------------------------------------------------------ told by the kernel

    def wake(self, at: Millis) -> None:
        """An instant has come."""
        if self._wait is Wait.ASK:
            self._time_sign_in()
            self._catch_up()
            self._fail(NoAnswer())
        elif self._wait is Wait.SLEEP:
            self._resume(None)
        else:
            self._attended(at)

    # ------------------------------------------------------------------ told by the gate and link

    def admitted(self) -> None:
        """There is room to connect."""
        environment = self._environment
        lost = Presence(
            environment.clock.business.origin_ms + self._story, online=False, reason="lost"
        )
        will = Will(
            self.outbox.topic(lost.kind).topic, codec.encode(lost), lost.qos, retain=lost.retain
        )
        self.link = environment.make_link(self, will)
        environment.rounds.soon(self.pulse.index)
        self._stopwatch.begin_at_last()
        self.link.open()

    def link_up(self) -> None:
        """The link is up."""
        meters = self._environment.meters
        self._stopwatch.time_connect()
        meters.add(meters.connects["ok"])
        self._stopwatch.want_link(0)
        meters.count_link(self._region, 1)
        self.beating.carry_by(self.link)
        self._environment.gate.leave()
        self._resume(None)

    def link_down(self, reason: DownReason, text: str) -> None:  # noqa: ARG002 - counted by reason
        """The link broke, or never came up."""
        meters, connecting = self._environment.meters, self._wait is Wait.ATTACH
        if not connecting:
            self.give_up()
        self._unlink()
        if connecting:
            meters.add(meters.connects[reason.value])
            if reason is DownReason.TIMEOUT:
                self._stopwatch.time_connect()
            self._environment.gate.leave(refused=True)
        else:
            meters.count_link(self._region, -1)
            self._stopwatch.want_link(1)
            meters.add(meters.lost[reason.value])
        self._forget_conversation()
        if self._wait in _NEEDS_LINK:
            self._catch_up()
            self._fail(LinkDown())

    def heard(self, topic: str, payload: bytes) -> None:
        """A message came."""
        meters = self._environment.meters
        try:
            message = codec.decode_down(topic[self._down_length :], payload)
        except WireError:
            meters.add(meters.dropped["unreadable"])
            return
        meters.add(meters.received[message.kind])
        if isinstance(message, HeartbeatAcknowledged):
            self.beating.hear(message.seq)
        elif isinstance(message, AnyOrder):
            self._take_order(message)
        else:
            self._take_answer(message)  # type: ignore[arg-type]

    def acknowledged(self, packet_id: int) -> None:
        """The broker has one message less of ours in flight."""
        if packet_id >= FIRST_BEAT_ID:
            self._environment.beats.receipts.note(self.pulse.index, packet_id)
        else:
            self.outbox.acknowledged()
        if self.outbox.queue and self.link is not None:
            self.outbox.go_on(self.link)

    # ------------------------------------------------------------------ waiting

    def _resume(self, value: object) -> None:
        if self._wait is Wait.BEAT:
            self._pause()
        self._wait = Wait.NOTHING
        self._environment.kernel.cancel(self)
        assert self._coroutine is not None  # noqa: S101 - only a life that began can wait
        self._coroutine.send(value)

    def _fail(self, error: BaseException) -> None:
        if self._wait is Wait.BEAT:
            self._pause()
        self._wait = Wait.NOTHING
        self._environment.kernel.cancel(self)
        assert self._coroutine is not None  # noqa: S101 - see above
        try:
            self._coroutine.throw(error)
        except WorldEnded:
            self._coroutine = None

    def _catch_up(self) -> None:
        self._story = max(self._story, self._environment.clock.now())

    async def _attend(self, wait: Wait, until: Millis) -> AnyOrder | None:
        if self.link is None and wait is Wait.BEAT:
            raise LinkDown
        self._wait = wait
        self._until = until
        self._aim()
        order: AnyOrder | None = await park()
        return order

    def _aim(self) -> None:
        """Wait for whatever comes first: the end of the wait, an order, a heartbeat."""
        at = self._until
        if self._inbox is not None:
            at = self._inbox.soonest(at)
        if self._wait is Wait.BEAT:
            self.beating.begin(at)
        self._environment.kernel.call(at, self)

    def _pause(self) -> None:
        """Take back from the heartbeats how far they have come."""
        self._story = max(self._story, self.beating.pause())

    def _attended(self, at: Millis) -> None:
        if self._wait is Wait.BEAT:
            self.beating.send_due(at)
        order = None if self._inbox is None else self._inbox.take(at)
        if isinstance(order, Update):
            self._stopwatch.note_update_order(at)
        self._story = max(self._story, at)
        self._resume(order)

    # ------------------------------------------------------------------ hearing

    def _take_order(self, order: AnyOrder) -> None:
        environment = self._environment
        now = environment.clock.now()
        if self._wait is Wait.BEAT:
            self._pause()
        due = max(order.at - environment.clock.business.origin_ms, self._story) if order.at else now
        if self._inbox is None:
            self._inbox = Inbox()
        if not self._inbox.put(due, order):
            environment.meters.add(environment.meters.dropped["inbox_full"])
        if self._wait in _ATTENDING and not order.at:
            self._attended(now)
        elif self._wait in _ATTENDING:
            self._aim()

    def _take_answer(self, answer: Answer) -> None:
        request = self._request
        if self._wait is Wait.ASK and request is not None and _answers(answer, request):
            self._time_sign_in()
            self._request = None
            self._resume(answer)

    def give_up(self) -> None:
        """Wait no longer for answers to what was sent; time them as they stand."""
        self.beating.give_up()
        self.outbox.give_up()

    def _time_sign_in(self) -> None:
        if isinstance(self._request, SignInRequested):
            self._stopwatch.time_sign_in()

    # ------------------------------------------------------------------ parting

    def _depart(self) -> None:
        ts = self._environment.clock.business.origin_ms + self._story
        with suppress(LinkDown):
            self.say(Presence(ts, online=False, reason="detached"))
        self._drop_link(clean=True)

    def _drop_link(self, *, clean: bool) -> None:
        if self.link is not None:
            self.link.close(clean=clean)
            self._unlink()
            self._environment.meters.count_link(self._region, -1)
            self._forget_conversation()

    def _unlink(self) -> None:
        self.link = None
        self.beating.carry_by(None)

    def _forget_conversation(self) -> None:
        self.outbox.forget()
        self.beating.forget()
        self._inbox = None
        self._request = None


_NETWORK: Final = frozenset({Wait.ATTACH, Wait.ASK})
_ATTENDING: Final = frozenset({Wait.LISTEN, Wait.BEAT})
_NEEDS_LINK: Final = _NETWORK | _ATTENDING


def _answers(answer: Answer, request: Request) -> bool:
    return answer.kind == request.kind and answer.req == request.req
