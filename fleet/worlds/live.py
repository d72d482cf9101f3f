"""The live world: the wall clock, real MQTT, and one coroutine for each terminal.

Three parts, each on the one before: how it waits (`fleet.worlds.waiting`), what it is told by its
link (`fleet.worlds.ear`), and here the seam that its terminal sees, with what its shard does to it.
"""

from collections.abc import Awaitable, Coroutine
from contextlib import suppress
from typing import Any, Final

from fleet.life.states import Step
from fleet.life.truth import Truth
from fleet.life.world import LinkDown, WorldEnded
from fleet.mqtt.link import LinkDown as NotUp
from fleet.mqtt.packets import Will
from fleet.units import Millis
from fleet.wire import codec, topics
from fleet.wire.messages import (
    Answer,
    AnyOrder,
    Message,
    Presence,
    Request,
)
from fleet.worlds.ear import NETWORK, Ear
from fleet.worlds.kernel import park
from fleet.worlds.rounds import NEVER_MS
from fleet.worlds.waiting import Wait

_ORDERS_QOS: Final = 1


class LiveWorld(Ear):
    """One terminal's clock, link and ways to wait."""

    __slots__ = ()

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
        return self._wait in NETWORK

    def tick(self, now_ms: int) -> int:
        """Let real time pass for the link; return when to be called next."""
        return NEVER_MS if self.link is None else self.link.tick(now_ms)

    # ------------------------------------------------------------------ the seam

    def now(self) -> Millis:  # noqa: D102 - the seam says it
        return self._story

    def patience(self, protocol_ms: Millis) -> Millis:  # noqa: D102
        return self._environment.clock.after(protocol_ms)

    def record(self, step: Step) -> None:  # noqa: D102
        self._environment.record(self, step)
        self._stopwatch.see(step, self._story)

    def note(self, truth: Truth) -> None:
        """Let it go: a live run is for those who cannot know the truth."""

    async def sleep(self, until: Millis) -> None:  # noqa: D102
        if until > self._story:
            self._wait = Wait.SLEEP
            self._environment.kernel.call(until, self)
            await park()
            self._story = until

    def listen(self, until: Millis) -> Awaitable[AnyOrder | None]:  # noqa: D102
        return self._attend(Wait.LISTEN, until)

    def beat(self, every: Millis, until: Millis) -> Awaitable[AnyOrder | None]:  # noqa: D102
        self.beating.prepare(self._story, every)
        return self._attend(Wait.BEAT, until)

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

    # ------------------------------------------------------------------ told by the gate

    def admitted(self) -> None:
        """There is room to connect."""
        environment = self._environment
        self.link = environment.make_link(self)
        environment.rounds.soon(self.pulse.index)
        self._stopwatch.begin_at_last()
        self.link.open()

    # ------------------------------------------------------------------ asked by the link

    def last_will(self) -> Will:
        """See `LinkOwner`; the story stands still while the link comes up."""
        ts = self._environment.clock.business.origin_ms + self._story
        lost = Presence(ts, online=False, reason="lost")
        topic = topics.build(self._environment.tenant, self.tid, "up", lost.kind)
        return Will(topic, codec.encode(lost), lost.qos, retain=lost.retain)

    def subscriptions(self) -> tuple[tuple[str, int], ...]:
        """See `LinkOwner`."""
        return ((topics.terminal_filter(self._environment.tenant, self.tid), _ORDERS_QOS),)

    # ------------------------------------------------------------------ asked by the heartbeats

    def send_beat(self, payload: bytes, qos: int, due_ns: int) -> int:
        """See `Sender`."""
        if self.link is None:
            return 0
        return self.outbox.pass_by(self.link, self.beating.topic, payload, qos, due_ns)

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
            self._environment.meters.count_link(self.region, -1)
            self._forget_conversation()
