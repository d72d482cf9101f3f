"""How a live terminal waits: what it waits for, and what ends that.

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

The kernel wakes it at instants, the link tells it what happened between them (`fleet.worlds.ear`).
The terminal's story stands still while it asks or attaches, and so is often a little behind the
clock; instants that have passed are then caught up with at once, in order. An open load model: what
was due is sent, however late, and its latency counts from when it was due.
"""

from collections.abc import Awaitable, Coroutine
from enum import Enum
from typing import Any

from fleet.life.pulse import Pulse
from fleet.life.world import LinkDown, NoAnswer, WorldEnded
from fleet.mqtt.link import Link
from fleet.units import Millis
from fleet.wire import topics
from fleet.wire.messages import (
    AnyOrder,
    Heartbeat,
    Request,
    SignInRequested,
    Update,
)
from fleet.worlds.beating import Beating
from fleet.worlds.environment import Environment
from fleet.worlds.inbox import Inbox
from fleet.worlds.kernel import park
from fleet.worlds.outbox import Outbox
from fleet.worlds.stopwatch import Stopwatch


class Wait(Enum):
    """See the table above."""

    NOTHING = 0
    SLEEP = 1
    LISTEN = 2
    BEAT = 3
    ATTACH = 4
    ASK = 5


class Waiter:
    """One terminal's story, and its ways to wait.

    Attributes:
        tid: The terminal's id, also its MQTT client id.
        index: The terminal's number in the estate.
        pulse: The slow part of its heartbeats.
        region: Where it stands.
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
        "region",
        "ticket",
        "tid",
    )  # fmt: skip

    def __init__(
        self, environment: Environment, tid: str, index: int, pulse: Pulse, region: str = ""
    ) -> None:
        self._environment = environment
        self.region = region
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

    def _attend(self, wait: Wait, until: Millis) -> Awaitable[AnyOrder | None]:
        if self.link is None and wait is Wait.BEAT:
            raise LinkDown
        self._wait = wait
        self._until = until
        self._aim()
        return park()

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

    def _time_sign_in(self) -> None:
        if isinstance(self._request, SignInRequested):
            self._stopwatch.time_sign_in()
