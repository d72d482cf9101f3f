"""The link for thousands: a sans-IO session over a bare socket, on any asyncio loop.

A link has no task, no future and no timer. Time reaches it through `tick`, bytes through its
stream; a message costs the framing and one system call.
"""

import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress

from fleet.mqtt.dial import Dial
from fleet.mqtt.down import DownReason, dial_reason, refusal_reason
from fleet.mqtt.endpoint import Endpoint
from fleet.mqtt.errors import KeepAliveTimeout, MalformedPacket, NotConnected, PacketTooLarge
from fleet.mqtt.events import (
    Acknowledged,
    Connected,
    Disconnected,
    Event,
    Received,
    Refused,
    Subscribed,
)
from fleet.mqtt.frames import PreparedTopic
from fleet.mqtt.inbound import PUBACK_SIZE
from fleet.mqtt.lane import Lane
from fleet.mqtt.link import (
    CONNECTING_TICK_MS,
    Backpressure,
    LinkDown,
    LinkOwner,
    LinkPlan,
    Phase,
)
from fleet.mqtt.options import NEVER_MS
from fleet.mqtt.reasons import FAILURE, reason_text
from fleet.mqtt.session import Session
from fleet.mqtt.stream import PlainStream, Stream, TlsStream

_AWAITED = {
    Phase.DIALLING: "there is no connection yet",
    Phase.GREETING: "CONNECT was not answered; the broker may have no connection to spare, or not"
    " be one",
    Phase.SUBSCRIBING: "SUBSCRIBE was not answered",
    Phase.UP: "it was up",
}


class FastLink:
    """A `Link` over TCP or TLS.

    Args:
        plan: What all links of the shard have in common.
        owner: Who is told, and asked.
        client_id: MQTT client identifier.
        index: The client's number, from 0, by which it gets its route and source address.
    """

    __slots__ = (
        "_deadline_ms",
        "_dial",
        "_index",
        "_owner",
        "_phase",
        "_plan",
        "_session",
        "_stream",
    )

    def __init__(self, plan: LinkPlan, owner: LinkOwner, *, client_id: str, index: int = 0) -> None:
        self._plan = plan
        self._owner = owner
        self._index = index
        self._session = Session(plan.options, client_id)
        self._phase = Phase.DOWN
        self._deadline_ms = 0
        self._dial: Dial | None = None
        self._stream: Stream | None = None

    def open(self) -> None:
        """See `Link.open`."""
        if self._phase is not Phase.DOWN:
            msg = f"the link is {self._phase.value} already"
            raise RuntimeError(msg)
        plan = self._plan
        self._phase = Phase.DIALLING
        self._deadline_ms = plan.now_ms() + plan.connect_timeout_ms
        addresses = plan.route(self._index).addresses
        self._dial = Dial(addresses, plan.source_address(self._index), plan.poller, self)

    def send(
        self, topic: PreparedTopic, payload: bytes, qos: int = 0, *, retain: bool = False
    ) -> int:
        """See `Link.send`."""
        stream = self._writable()
        try:
            data, packet_id = self._session.publish(topic, payload, qos, retain=retain)
        except NotConnected as error:  # the broker hung up in bytes which are just being told
            raise LinkDown(str(error)) from None
        stream.write(data)
        return packet_id

    def stream_for(self, frame_bytes: int) -> Stream | None:
        """See `Link.stream_for`."""
        fits = self._phase is Phase.UP and frame_bytes <= self._session.limits.max_packet_bytes
        return self._stream if fits else None

    def lane_for(self, frame_bytes: int) -> Lane | None:
        """See `Link.lane_for`."""
        stream, session = self.stream_for(frame_bytes), self._session
        if stream is None or not session.limits.qos_max:
            return None
        return Lane(stream, session.held, session.limits.window)

    def _writable(self) -> Stream:
        stream = self._stream
        if stream is None or self._phase is not Phase.UP:
            msg = f"the link is {self._phase.value}, not up"
            raise LinkDown(msg)
        if stream.unsent > self._plan.unsent_bytes_max:
            msg = f"{stream.unsent} bytes wait to be read by the broker"
            raise Backpressure(msg)
        return stream

    def close(self, *, clean: bool) -> None:
        """See `Link.close`."""
        if self._stream is not None:
            if clean:
                with suppress(NotConnected):
                    self._stream.write(self._session.disconnect())
            self._stream.close()
            self._stream = None
        self._drop()

    def tick(self, now_ms: int) -> int:
        """See `Link.tick`."""
        if self._phase is Phase.UP:
            self._keep_alive(now_ms)
        elif self._phase is not Phase.DOWN and now_ms >= self._deadline_ms:
            waited = f"after {self._plan.connect_timeout_ms} ms"
            text = f"{self._endpoint}: {waited} {_AWAITED[self._phase]}"
            self._fail(DownReason.TIMEOUT, text)
        if self._phase is Phase.UP:
            return self._session.due_ms
        connecting = self._phase is not Phase.DOWN
        return min(self._deadline_ms, now_ms + CONNECTING_TICK_MS) if connecting else NEVER_MS

    def dialled(self, connection: socket.socket) -> None:
        """See `DialOwner`."""
        self._dial = None
        poller, endpoint = self._plan.poller, self._endpoint
        if endpoint.tls is None:
            self._stream = PlainStream(connection, poller, self)
            self.ready()
        else:
            poller.unwatch(connection.fileno())
            self._stream = TlsStream(connection, endpoint.tls, endpoint.host, self)

    def undialled(self, error: OSError) -> None:
        """See `DialOwner`."""
        self._fail(dial_reason(error), f"{self._endpoint}: {error.strerror or error}")

    def ready(self) -> None:
        """See `StreamOwner`."""
        self._phase = Phase.GREETING
        self._introduce(lambda: self._session.connect(self._owner.last_will()))

    def received(self, data: bytes) -> None:
        """See `StreamOwner`."""
        stream, now_ms = self._stream, self._plan.now_ms()
        while packet_id := self._session.settled_by(data, now_ms):  # the hot path
            self._owner.acknowledged(packet_id)
            data = data[PUBACK_SIZE:]
            if not data or self._stream is not stream:
                return
        try:
            events = self._session.receive(data, now_ms)
        except MalformedPacket as error:
            self._fail(DownReason.PROTOCOL, f"the broker broke the protocol: {error}")
            return
        self._write(self._session.take_output())
        for event in events:
            if self._stream is not stream:  # closed by what the event before it led to
                return
            self._happened(event)

    def lost(self, error: Exception | None) -> None:
        """See `StreamOwner`."""
        self._stream = None
        endpoint = self._endpoint
        if isinstance(error, ssl.SSLError) or self._phase is Phase.DIALLING:
            self._fail(DownReason.TLS, f"{endpoint}: {error or 'TLS was broken off'}")
        else:
            how = "ended" if error is None else f"broke ({error})"
            text = f"{endpoint}: the connection {how}; {_AWAITED[self._phase]}"
            self._fail(DownReason.LOST, text)

    def _happened(self, event: Event) -> None:
        match event:
            case Received():
                self._owner.heard(event.topic, event.payload)
            case Acknowledged():
                self._owner.acknowledged(event.packet_id)
            case Connected():
                self._subscribe()
            case Subscribed():
                self._subscribed(event.reason_codes)
            case Refused():
                text = f"the broker refused the connection: {event.reason_text}"
                self._fail(refusal_reason(event.code), text)
            case Disconnected():
                self._fail(DownReason.KICKED, f"the broker hung up: {event.reason_text}")

    def _introduce(self, packet: Callable[[], bytes]) -> None:
        try:
            self._write(packet())
        except (MalformedPacket, PacketTooLarge) as error:
            self._fail(DownReason.PROTOCOL, f"this client cannot say what it was told to: {error}")

    def _subscribe(self) -> None:
        subscriptions = self._owner.subscriptions()
        if subscriptions:
            self._phase = Phase.SUBSCRIBING
            self._introduce(lambda: self._session.subscribe(subscriptions)[0])
        else:
            self._up()

    def _subscribed(self, reason_codes: Sequence[int]) -> None:
        asked_for = self._owner.subscriptions()
        for (topic_filter, _), code in zip(asked_for, reason_codes, strict=True):
            if code >= FAILURE:
                text = f"the broker refused to subscribe to {topic_filter}: {reason_text(code)}"
                self._fail(refusal_reason(code), text)
                return
        self._up()

    def _up(self) -> None:
        self._phase = Phase.UP
        self._owner.link_up()

    def _keep_alive(self, now_ms: int) -> None:
        try:
            self._write(self._session.tick(now_ms))
        except KeepAliveTimeout:
            self._fail(DownReason.KEEP_ALIVE, f"{self._endpoint}: no answer to the ping")

    def _write(self, data: bytes) -> None:
        if data and self._stream is not None:
            self._stream.write(data)

    def _fail(self, reason: DownReason, text: str) -> None:
        self._drop()
        self._owner.link_down(reason, text)

    def _drop(self) -> None:
        if self._dial is not None:
            self._dial.cancel()
            self._dial = None
        if self._stream is not None:
            self._stream.abort()
            self._stream = None
        self._session.connection_lost()
        self._phase = Phase.DOWN

    @property
    def _endpoint(self) -> Endpoint:
        return self._plan.route(self._index).endpoint
