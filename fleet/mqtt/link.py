"""The seam between who has something to say and how it is carried.

A terminal is driven by a kernel of its own, so a link never makes it wait: it is told what
happened through callbacks, and asks for things by plain calls.

A link is in one of five phases, the same in every implementation:

    phase        what is under way                          left for
    DOWN         nothing                                    DIALLING on `open`
    DIALLING     TCP, and then TLS or WebSocket             GREETING when CONNECT is sent
    GREETING     the wait for CONNACK                       SUBSCRIBING, or UP without filters
    SUBSCRIBING  the wait for SUBACK                        UP: `link_up`
    UP           messages, both ways                        DOWN

Every phase is left for DOWN in one of two ways: by `close`, silently, or by mishap, with exactly
one `link_down`. The connect time-out covers the phases between DOWN and UP.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol, Self

from fleet.mqtt.down import DownReason
from fleet.mqtt.endpoint import Address, Endpoint
from fleet.mqtt.frames import PreparedTopic
from fleet.mqtt.lane import Lane
from fleet.mqtt.options import SessionOptions
from fleet.mqtt.packets import Will
from fleet.mqtt.poller import Poller
from fleet.mqtt.stream import Stream


class Phase(Enum):
    """See the table above."""

    DOWN = "down"
    DIALLING = "dialling"
    GREETING = "greeting"
    SUBSCRIBING = "subscribing"
    UP = "up"


# How often a link wants to hear of the time while it connects.
CONNECTING_TICK_MS: Final = 1_000


class LinkDown(Exception):
    """The link is not up, so nothing can be sent."""


class Backpressure(Exception):
    """The broker does not read as fast as it is written to; the message was dropped."""


class LinkOwner(Protocol):
    """Whose link it is: who is told what happens on it, and asked what it says for itself.

    Its methods run in the event loop, and must not block. What a client says as it connects is
    asked for then, and not kept: a link is up for hours, and there are thousands of them.
    """

    def last_will(self) -> Will | None:
        """Return what the broker publishes if the connection that is being made dies."""

    def subscriptions(self) -> Sequence[tuple[str, int]]:
        """Return topic filters and their QoS, to be subscribed to before the link is up."""

    def link_up(self) -> None:
        """The broker accepted the connection and every subscription."""

    def link_down(self, reason: DownReason, text: str) -> None:
        """The link went down, or never came up; once for each `open` that `close` did not end.

        The text is one sentence for a log. Unacknowledged messages may never be acknowledged.
        """

    def heard(self, topic: str, payload: bytes) -> None:
        """A message came; of a session that survived, perhaps before `link_up`."""

    def acknowledged(self, packet_id: int) -> None:
        """The broker has settled a QoS 1 or 2 message which `send` numbered so."""


class Link(Protocol):
    """One client's connection to a broker, again and again."""

    def open(self) -> None:
        """Begin to connect; `link_up` or `link_down` tells how it went, never before this returns.

        Raises:
            RuntimeError: The link is open already.
        """

    def send(
        self, topic: PreparedTopic, payload: bytes, qos: int = 0, *, retain: bool = False
    ) -> int:
        """Send a message; return its packet id, which is 0 for QoS 0.

        Raises:
            LinkDown: The link is not up.
            Backpressure: More than the plan's bound is waiting to be written already.
            WindowFull: As many messages of QoS 1 and 2 are unacknowledged as may be.
            PacketTooLarge: The broker does not take packets of this size.
            NotSupported: The broker does not do this QoS, or does not retain.
            MalformedPacket: The payload is larger than any packet may be (256 MiB).
        """

    def stream_for(self, frame_bytes: int) -> Stream | None:
        """Return where frames of QoS 0, up to this size, may be written as they are: the hot path.

        It may be used until the link goes down, and while nothing is unsent. None if the link is
        not up, makes its own frames, or the broker does not take such long ones.
        """

    def lane_for(self, frame_bytes: int) -> Lane | None:
        """Return where frames of QoS 1, up to this size, may be written as they are.

        It may be used until the link goes down. None if the link is not up or makes its own frames,
        or the broker does not take such long ones, or none of QoS 1.
        """

    def close(self, *, clean: bool) -> None:
        """End the connection, in any phase; there is no callback after it.

        Args:
            clean: True says DISCONNECT; False ends the connection without it, so that the broker
                publishes the last will. What was sent before arrives in either case.
        """

    def tick(self, now_ms: int) -> int:
        """Let time pass: connect time-out and keep-alive.

        Args:
            now_ms: The instant on the plan's clock.

        Returns:
            When to be called next; sooner does no harm. About a second after `open` at first.
        """


@dataclass(frozen=True, slots=True)
class Route:
    """A broker's endpoint and the socket addresses it stands for, to be tried in order."""

    endpoint: Endpoint
    addresses: tuple[Address, ...]

    @classmethod
    def to(cls, endpoint: Endpoint) -> Self:
        """Look the endpoint up (blocks).

        Raises:
            OSError: The name does not resolve.
        """
        return cls(endpoint, endpoint.resolve())


@dataclass(frozen=True, slots=True)
class LinkPlan:
    """What all links of a shard have in common.

    Attributes:
        routes: Brokers of one cluster; clients spread over them by their index.
        options: MQTT version, keep-alive, window and other settings of the session.
        poller: Watches the sockets, in the event loop in which the links are opened.
        now_ms: The clock which `tick` is told the time of; integer milliseconds, monotonic.
        connect_timeout_ms: From `open` to `link_up`.
        source_addresses: Local addresses; clients spread over them by their index. A source
            address has about 28,000 ports towards one broker on Linux. Empty: the system's choice.
        unsent_bytes_max: Above it `send` raises `Backpressure`; beyond the socket's own buffer.
    """

    routes: tuple[Route, ...]
    options: SessionOptions
    poller: Poller
    now_ms: Callable[[], int]
    connect_timeout_ms: int = 10_000
    source_addresses: tuple[str, ...] = ()
    unsent_bytes_max: int = 65_536

    def route(self, index: int) -> Route:
        """Return the way of client number `index`, which counts from 0."""
        return self.routes[index % len(self.routes)]

    def source_address(self, index: int) -> str | None:
        """Return the local address of client number `index`, or None for the system's choice."""
        sources = self.source_addresses
        # Every pair of broker and source is used: both may be as many as there are shards.
        return sources[index // len(self.routes) % len(sources)] if sources else None
