"""A world for one terminal, without clock or network: time jumps, and a real desk answers."""

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from fleet.life.pulse import Pulse
from fleet.life.states import Event, State, Step
from fleet.life.story import live
from fleet.life.terminal import Terminal
from fleet.life.truth import Truth
from fleet.life.vitals import Vitals
from fleet.life.world import LinkDown, NoAnswer, WorldEnded
from fleet.profile.clock import origin_ms
from fleet.profile.members import member
from fleet.profile.profile import Profile
from fleet.tms.desk import Desk
from fleet.wire.messages import Answer, AnyOrder, Heartbeat, Message, Order, Request, UpdateReported


@dataclass
class Solitude:
    """The seam, kept by a script.

    Attributes:
        end: The story ends here.
        outages: Spans of story time in which no link comes up.
        mute: Kinds of request that get no answer.
        orders: Orders and the instants at which they take effect, soonest first.
    """

    desk: Desk
    tid: str
    tenant: str
    pulse: Pulse
    origin_ms: int
    end: int
    outages: list[tuple[int, int]] = field(default_factory=list)
    mute: set[str] = field(default_factory=set)
    orders: list[tuple[int, AnyOrder]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    truths: list[Truth] = field(default_factory=list)
    said: list[Message] = field(default_factory=list)
    beats: list[tuple[int, State]] = field(default_factory=list)
    departures: list[bool] = field(default_factory=list)
    story: int = 0
    up: bool = False
    beat_at: int | None = None

    def now(self) -> int:
        return self.story

    def patience(self, protocol_ms: int) -> int:
        return self.story + protocol_ms

    def record(self, step: Step) -> None:
        self.steps.append(step)

    def note(self, truth: Truth) -> None:
        self.truths.append(truth)

    async def sleep(self, until: int) -> None:
        self._go(until)

    async def listen(self, until: int) -> AnyOrder | None:
        return self._attend(until)

    async def beat(self, every: int, until: int) -> AnyOrder | None:
        while True:
            due = self._next_beat(every)
            if due > min(until, self.orders[0][0] if self.orders else until):
                return self._attend(until)
            self._go(due)
            self._require_link()
            self._say_heartbeat()
            self.beat_at = due + every

    async def attach(self) -> None:
        if self._cut():
            raise LinkDown
        self.up, self.beat_at = True, None

    async def detach(self, *, clean: bool) -> None:
        self.up = False
        self.departures.append(clean)

    def say(self, message: Message) -> None:
        self._require_link()
        self.said.append(message)
        if isinstance(message, UpdateReported):
            self.desk.hear(self.tenant, self.tid, message, message.ts)

    def heeds(self, kind: type[Message]) -> bool:
        del kind
        return True

    async def ask(self, request: Request, timeout_ms: int) -> Answer:
        self.say(request)
        if request.kind in self.mute:
            self._go(self.patience(timeout_ms))
            raise NoAnswer
        (reply,) = self.desk.hear(self.tenant, self.tid, request, self.origin_ms + self.story)
        return reply.message  # type: ignore[return-value]

    def events(self) -> list[Event]:
        return [step.event for step in self.steps]

    def heard_of(self, kind: str) -> list[Any]:
        return [message for message in self.said if message.kind == kind]

    def _go(self, until: int) -> None:
        if until > self.end:
            raise WorldEnded
        self.story = max(self.story, until)

    def _cut(self) -> bool:
        return any(begin <= self.story < end for begin, end in self.outages)

    def _require_link(self) -> None:
        if self.up and self._cut():
            self.up = False
        if not self.up:
            raise LinkDown

    def _attend(self, until: int) -> AnyOrder | None:
        if self.orders and self.orders[0][0] <= until:
            at, order = self.orders.pop(0)
            self._go(at)
            return order
        self._go(until)
        return None

    def _next_beat(self, every: int) -> int:
        at = self.story if self.beat_at is None else self.beat_at
        while at < self.story:
            at += every
        return at

    def _say_heartbeat(self) -> None:
        pulse = self.pulse
        pulse.seq += 1
        self.beats.append((self.story, pulse.state))
        beat = Heartbeat(
            ts=self.origin_ms + self.story, seq=pulse.seq, boot=pulse.boot,
            state=pulse.state.value, fw=pulse.fw, plan=pulse.plan, uptime_s=0, temp_c=38.0,
            supply_mv=5_000, rssi_dbm=-70, rtt_ms=80, cpu_pct=10, mem_pct=30, flash_pct=41, reads=0,
            read_errors=0, txn_ok=0, txn_fail=0, net_retry=0, paper_m=20.0, faults=pulse.faults,
        )  # fmt: skip
        for reply in self.desk.hear(self.tenant, self.tid, beat, beat.ts):
            if isinstance(reply.message, Order):
                due = reply.message.at - self.origin_ms
                order = cast("AnyOrder", reply.message)
                if order.plan not in {known.plan for _, known in self.orders}:
                    self.orders = sorted([(due, order), *self.orders], key=lambda each: each[0])


def settle(profile: Profile, *, hours: float, seed: int = 7, index: int = 0) -> Solitude:
    """Make a world for terminal `index`, in which nothing has happened yet."""
    who = member(profile.estate, seed, index)
    return Solitude(
        desk=Desk(profile, seed),
        tid=who.tid,
        tenant=profile.estate.tenant,
        pulse=Pulse(0, who.model.firmware, has_battery=who.model.battery),
        origin_ms=origin_ms(profile.run),
        end=int(hours * 3_600_000),
    )


def settler(profile: Profile, world: Solitude, *, seed: int = 7, index: int = 0) -> Terminal:
    """Make the terminal that lives in `world`."""
    vitals = Vitals(seed, np.array([index], np.uint64))
    who = member(profile.estate, seed, index)
    return Terminal(profile, who, seed, world, world.pulse, vitals, world.origin_ms)


def spend(profile: Profile, world: Solitude, *, seed: int = 7, index: int = 0) -> Terminal:
    """Let the terminal live in `world` until its end."""
    terminal = settler(profile, world, seed=seed, index=index)
    try:
        live(terminal).send(None)
    except WorldEnded:
        return terminal
    msg = "a world without waiting cannot suspend a terminal"
    raise AssertionError(msg)
