"""A client's session, without I/O and without a clock: what we say.

The theory is in `state`, what the broker says in `inbound`.
"""

from collections.abc import Sequence

from fleet.mqtt.encoding import encode
from fleet.mqtt.errors import (
    KeepAliveTimeout,
    NotConnected,
    NotSupported,
    PacketTooLarge,
    WindowFull,
)
from fleet.mqtt.frames import PreparedTopic, frame, frame_qos1, frame_qos2
from fleet.mqtt.inbound import Inbound
from fleet.mqtt.options import SessionOptions
from fleet.mqtt.packets import (
    KINDS,
    Auth,
    Connect,
    Disconnect,
    PingReq,
    Properties,
    Subscribe,
    Subscription,
    Unsubscribe,
    Version,
    Will,
)
from fleet.mqtt.state import Phase

__all__ = ["Phase", "Session", "SessionOptions"]

_PINGREQ = encode(PingReq(), Version.V311)
_CONTINUE = 0x18  # 3.15.2.1: continue authentication


class Session(Inbound):
    """One client's session, over one connection after the other.

    Args:
        options: What it shares with other sessions.
        client_id: The client identifier; empty to let the broker choose one.
    """

    __slots__ = ()

    def connect(self, will: Will | None = None) -> bytes:
        """Return the CONNECT which opens a new connection.

        Args:
            will: What the broker publishes if this connection dies.

        Raises:
            MalformedPacket: The client id, credentials or will cannot be said in this version.
        """
        self._go_offline()
        packet = Connect(
            client_id=self.client_id,
            version=self.options.version,
            clean_start=self.options.clean_start,
            keep_alive_s=self.options.keep_alive_s,
            username=self.options.username,
            password=self.options.password,
            will=will,
            properties=self.options.properties,
        )
        data = encode(packet, self.options.version)
        self.phase = Phase.CONNECTING
        return data

    def publish(
        self, topic: PreparedTopic, payload: bytes, qos: int, *, retain: bool = False
    ) -> tuple[bytes, int]:
        """Return a PUBLISH and its packet id, 0 for QoS 0; the topic is of the session's version.

        Raises:
            NotConnected: The broker has not accepted yet, or the connection is over.
            WindowFull: Too many messages are unacknowledged; publish again after the next
                `Acknowledged`.
            PacketTooLarge: The broker takes no packet of this size.
            NotSupported: The broker has no such QoS or does not retain.
            MalformedPacket: The payload is larger than any packet may be.
        """
        limits = self.limits
        if not (qos or retain) and self.phase is Phase.ONLINE:  # the hot path
            data = frame(topic, payload)
            if len(data) <= limits.max_packet_bytes:
                return data, 0
        if self.phase is not Phase.ONLINE:
            self._check_online()
        if qos > limits.qos_max or (retain and not limits.retain):
            # [MQTT-3.2.2-11] "If a Client receives a Maximum QoS from a Server, it MUST NOT send
            # PUBLISH packets at a QoS level exceeding the Maximum QoS level specified" and
            # [MQTT-3.2.2-14] "... MUST NOT send a PUBLISH packet with the RETAIN flag set to 1"
            msg = f"the broker takes QoS up to {limits.qos_max}, retained: {limits.retain}"
            raise NotSupported(msg)
        if not qos:
            return self._fit(frame(topic, payload, retain=retain)), 0
        return self._publish_held(topic, payload, qos, retain=retain)

    def _publish_held(
        self, topic: PreparedTopic, payload: bytes, qos: int, *, retain: bool
    ) -> tuple[bytes, int]:
        exchanges = self._exchanges
        if len(exchanges.held) >= self.limits.window:
            # [MQTT-3.3.4-7] "The Client MUST NOT send more than Receive Maximum QoS 1 and QoS 2
            # PUBLISH packets for which it has not received PUBACK, PUBCOMP, or PUBREC"
            msg = f"{len(exchanges.held)} messages are unacknowledged, as many as may be"
            raise WindowFull(msg)
        packet_id = exchanges.new_id()
        make = frame_qos1 if qos == 1 else frame_qos2
        data = self._fit(make(topic, payload, packet_id, retain=retain))
        exchanges.held[packet_id] = data
        return data, packet_id

    def _fit(self, data: bytes) -> bytes:
        # [MQTT-3.2.2-15] "The Client MUST NOT send packets exceeding Maximum Packet Size to the
        # Server"
        if len(data) > self.limits.max_packet_bytes:
            most = self.limits.max_packet_bytes
            msg = f"a packet of {len(data)} bytes, but the broker takes at most {most}"
            raise PacketTooLarge(msg)
        return data

    def subscribe(self, filters: Sequence[tuple[str, int]]) -> tuple[bytes, int]:
        """Return a SUBSCRIBE to these filters with their QoS, and its packet id.

        Raises:
            NotConnected: The broker has not accepted yet, or the connection is over.
            PacketTooLarge: The broker takes no packet of this size.
            MalformedPacket: There is no filter, or one is not a topic filter.
        """
        subscriptions = tuple(Subscription(each, qos) for each, qos in filters)
        packet_id = self._exchanges.new_id()
        return self._request(Subscribe(packet_id, subscriptions), len(subscriptions)), packet_id

    def unsubscribe(self, filters: Sequence[str]) -> tuple[bytes, int]:
        """Return an UNSUBSCRIBE from these filters, and its packet id; raises like `subscribe`."""
        packet_id = self._exchanges.new_id()
        return self._request(Unsubscribe(packet_id, tuple(filters)), len(filters)), packet_id

    def _request(self, packet: Subscribe | Unsubscribe, count: int) -> bytes:
        self._check_online()
        data = self._fit(encode(packet, self.options.version))
        self._exchanges.ask(packet.packet_id, KINDS[type(packet)], count)
        return data

    def ping(self) -> bytes:
        """Return a PINGREQ beside those of `tick`; its answer is a `Pong`."""
        self._check_online()
        return _PINGREQ

    def tick(self, now_ms: int) -> bytes:
        """Return a PINGREQ if one is due by `now_ms`, else nothing.

        Raises:
            KeepAliveTimeout: The last one was not answered within another keep-alive time.
        """
        if now_ms < self.due_ms:
            return b""
        if self._ping_unanswered:
            msg = f"no PINGRESP within {self.limits.keep_alive_ms} ms"
            raise KeepAliveTimeout(msg)
        self._ping_unanswered = True
        self.due_ms = now_ms + self.limits.keep_alive_ms
        return _PINGREQ

    def authenticate(self, data: bytes | None) -> bytes:
        """Return an AUTH with the next step of enhanced authentication (MQTT 5).

        Raises:
            NotConnected: There is no connection.
            MalformedPacket: The version is 3.1.1.
        """
        if self.phase is not Phase.CONNECTING:
            self._check_online()
        method = self.options.authentication_method
        said = Properties(authentication_method=method, authentication_data=data)
        return self._fit(encode(Auth(_CONTINUE, said), self.options.version))

    def disconnect(self, reason: int = 0) -> bytes:
        """Return the DISCONNECT which ends the connection; 3.1.1 cannot say the reason.

        Reason 0 makes the broker drop the will, 4 makes it publish it.

        Raises:
            NotConnected: There is no connection to end.
            MalformedPacket: There is no such reason.
        """
        if self.phase is Phase.OFFLINE:
            self._check_online()
        said = reason if self.options.version is Version.V5 else 0
        data = encode(Disconnect(said), self.options.version)
        self._close()
        return data

    def connection_lost(self) -> tuple[int, ...]:
        """Note that there is no connection any more, however it ended.

        Returns:
            The packet ids of messages whose fate will never be known: all that are unacknowledged,
            if the session ends with its connection. If it survives, they are repeated after the
            next CONNACK, or `Connected.lost` names them.
        """
        self._go_offline()
        self._exchanges.drop_requests()
        return () if self.options.survives else self._exchanges.forget()

    def _check_online(self) -> None:
        if self.phase is not Phase.ONLINE:
            msg = f"there is no connection to say this on: it is {self.phase.value}"
            raise NotConnected(msg)
