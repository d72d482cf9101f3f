"""The seam: all that a terminal knows of the world it lives in.

A terminal keeps *story time*: the business instant that its story has reached. It moves only by
what the terminal waits for, so a story does not depend on how long a packet travelled or how busy
the machine was. Time taken by an answer does not move it; what a person or a machine takes (typing
a password, installing a version) is drawn by the terminal itself and waited for. Only where the
world itself decides (a link that failed, an answer that never came, an order without an instant)
does the story jump forward to the world's clock.

Deadlines, never durations, cross the seam. All instants are business milliseconds since the run's
epoch.
"""

from collections.abc import Awaitable
from typing import Protocol

from fleet.life.states import Step
from fleet.life.truth import Truth
from fleet.units import Millis
from fleet.wire.messages import Answer, AnyOrder, Message, Request


class LinkDown(Exception):
    """The network's mistake: the link is down, or could not be brought up."""


class NoAnswer(Exception):
    """The peer's mistake: a request was sent and no answer came in time."""


class WorldEnded(BaseException):
    """The world is over; thrown into every terminal that still waits."""


class World(Protocol):
    """A clock, a link, and ways to wait."""

    def now(self) -> Millis:
        """Return the story's instant."""

    def patience(self, protocol_ms: Millis) -> Millis:
        """Return the business instant that lies `protocol_ms` of protocol time ahead.

        Protocol timers (time-outs, backoff) are never scaled by the speed of the business clock.
        """

    async def sleep(self, until: Millis) -> None:
        """Wait, deaf: orders queue up (a bounded number; the oldest is dropped and counted)."""

    # Terminals spend their lives in the next two, thousands at once: a world that can do without
    # a coroutine of its own for each of them returns what it would have awaited.

    def listen(self, until: Millis) -> Awaitable[AnyOrder | None]:
        """Wait until `until`, or until an order takes effect, and return it.

        Raises:
            LinkDown: The link was up and went down.
        """

    def beat(self, every: Millis, until: Millis) -> Awaitable[AnyOrder | None]:
        """Like `listen`, and send a heartbeat at each instant of the grid up to `until`.

        The grid is anchored by the first beat after `attach`; a late wake-up does not move it.

        Raises:
            LinkDown: The link was up and went down.
        """

    async def attach(self) -> None:
        """Bring the link up: connect, subscribe to orders and answers.

        Raises:
            LinkDown: It could not be brought up; the story has moved to the world's clock.
        """

    async def detach(self, *, clean: bool) -> None:
        """Take the link down; not `clean` cuts it so that the last will is published."""

    def say(self, message: Message) -> None:
        """Send, by the message's QoS, and go on.

        Raises:
            LinkDown: The link is down.
        """

    def heeds(self, kind: type[Message]) -> bool:
        """Return whether anybody takes note of messages of a kind.

        What nobody takes note of need not be put together, nor said.
        """

    async def ask(self, request: Request, timeout_ms: Millis) -> Answer:
        """Send a request and return its answer; takes no story time.

        Args:
            request: Its `req` is repeated by the answer.
            timeout_ms: In protocol time.

        Raises:
            LinkDown: The link went down meanwhile.
            NoAnswer: The time-out passed.
        """

    def record(self, step: Step) -> None:
        """Note a step of the terminal's life."""

    def note(self, truth: Truth) -> None:
        """Note a truth that the terminal itself does not know; see `fleet.life.truth`."""
