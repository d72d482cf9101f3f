"""A client's session, without I/O and without a clock: what the broker says.

The theory is in `state`.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from fleet.mqtt.decoding import SHORT_BYTES, Decoder, decode_short
from fleet.mqtt.encoding import encode
from fleet.mqtt.errors import PROTOCOL_ERROR, MalformedPacket, NotConnected
from fleet.mqtt.events import (
    Acknowledged,
    AuthRequested,
    Connected,
    Disconnected,
    Event,
    Pong,
    Received,
    Refused,
    Subscribed,
    Unsubscribed,
)
from fleet.mqtt.exchanges import PUBLISH_QOS_1, WITHOUT_DUP_AND_RETAIN
from fleet.mqtt.frames import read_frame
from fleet.mqtt.options import agree
from fleet.mqtt.packets import (
    KINDS,
    Auth,
    ConnAck,
    Disconnect,
    Kind,
    Packet,
    PingResp,
    PubAck,
    PubComp,
    Publish,
    PubRec,
    PubRel,
    SubAck,
    UnsubAck,
    Version,
)
from fleet.mqtt.primitives import TWO_BYTES_MAX
from fleet.mqtt.reasons import FAILURE, PACKET_ID_NOT_FOUND, reason_text, refusal_text
from fleet.mqtt.state import Phase, SessionState

_PINGRESP = encode(PingResp(), Version.V311)
_PUBACK_HEAD = encode(PubAck(1), Version.V311)[:2]
PUBACK_SIZE = 4
_PUBLISH_SIZE_MIN = 5
_PONG = Pong()
_TOPIC_ALIAS_INVALID = 0x94
_DISCONNECT_WITH_WILL = 0x04


class Inbound(SessionState):
    """How a session takes what the broker says."""

    __slots__ = ()

    def receive(self, data: bytes, now_ms: int) -> list[Event]:
        """Take what came from the broker, in chunks of any size; return what happened.

        Args:
            data: The bytes.
            now_ms: The time, on the clock which `tick` is asked by.

        Raises:
            MalformedPacket: The broker broke the protocol. Say `disconnect(error.code)` and hang
                up; events of packets before the bad one in the same `data` are not told.
            NotConnected: `connect` was not called.
        """
        if self.phase is Phase.ONLINE and self._decoder is None:
            if len(data) == PUBACK_SIZE and (packet_id := self.settled_by(data, now_ms)):
                return [Acknowledged(packet_id)]
            event = self._receive_frequent(data, now_ms)
            if event is not None:
                return [event]
        return self._receive_any(data, now_ms)

    def settled_by(self, data: bytes, now_ms: int) -> int:
        """Take the first `PUBACK_SIZE` bytes of `data` if they are a PUBACK that is awaited.

        Returns:
            Its packet id; 0 for anything else, which is left untouched for `receive`.
        """
        if len(data) < PUBACK_SIZE or data[0] != _PUBACK_HEAD[0] or data[1] != _PUBACK_HEAD[1]:
            return 0
        if self.phase is not Phase.ONLINE or self._decoder is not None:
            return 0
        packet_id = data[2] << 8 | data[3]
        held = self._exchanges.held
        frame = held.get(packet_id)
        if frame is None or frame[0] & WITHOUT_DUP_AND_RETAIN != PUBLISH_QOS_1:
            return 0
        del held[packet_id]
        if not self._ping_unanswered:
            self.due_ms = now_ms + self.limits.keep_alive_ms
        return packet_id

    def _receive_frequent(self, data: bytes, now_ms: int) -> Event | None:
        """Take `data` if it is exactly one packet of the frequent kinds, in its frequent shape.

        Whatever else it is, broken or not, is left untouched for `_receive_any` to judge.
        """
        size = len(data)
        if data == _PINGRESP:
            self._ping_unanswered = False
            self._note_exchange(now_ms)
            return _PONG
        if _PUBLISH_SIZE_MIN <= size <= self.options.max_packet_bytes:
            found = read_frame(data, self.options.version)
            if found is not None:
                if found[1]:
                    self._output += _PUBACK_HEAD + found[1].to_bytes(2, "big")
                    self._note_exchange(now_ms)
                return found[0]
        return None

    def _receive_any(self, data: bytes, now_ms: int) -> list[Event]:
        if self.phase is Phase.OFFLINE:
            msg = "bytes came, but no CONNECT was made"
            raise NotConnected(msg)
        if self.phase is Phase.CLOSED:
            return []
        events: list[Event] = []
        for packet in self._packets(data):
            self._hear(packet, now_ms, events)
        return events

    def _packets(self, data: bytes) -> Sequence[Packet]:
        # It is kept while a packet is incomplete, and for good once the stream is broken.
        if self._decoder is None:
            if len(data) <= SHORT_BYTES and data[0] >> 4 != Kind.PUBLISH:
                packet = decode_short(data, self.options.version)
                if packet is not None:
                    return (packet,)
            self._decoder = Decoder(self.options.version, self.options.max_packet_bytes)
        packets = self._decoder.feed(data)
        if not self._decoder.buffered:
            self._decoder = None
        return packets

    def _hear(self, packet: Packet, now_ms: int, events: list[Event]) -> None:
        if self.phase is Phase.CLOSED:
            return
        handler = self._HANDLERS[self.phase].get(type(packet))
        if handler is None:
            # 1.2, Protocol Error: "... data that is not allowed by the protocol or is inconsistent
            # with the state of the Client or Server"
            msg = f"the broker sent {KINDS[type(packet)].name} while {self.phase.value}"
            raise MalformedPacket(msg, PROTOCOL_ERROR)
        event = handler(self, packet)
        if event is not None:
            events.append(event)
        if not isinstance(packet, Publish) or packet.qos:
            self._note_exchange(now_ms)

    def _say(self, packet: Packet) -> None:
        self._output += encode(packet, self.options.version)

    def _on_connack(self, packet: ConnAck) -> Event:
        if packet.reason:
            self._close()
            text = packet.properties.reason_string
            text = text or refusal_text(packet.reason, self.options.version)
            return Refused(packet.reason, text, packet.properties)
        if packet.session_present and self.options.clean_start:
            # [MQTT-3.2.2-2] "If the Server accepts a connection with Clean Start set to 1, the
            # Server MUST set Session Present to 0 in the CONNACK packet"
            msg = "CONNACK says that a session is present, but a clean start was asked for"
            raise MalformedPacket(msg, PROTOCOL_ERROR)
        self.phase = Phase.ONLINE
        self.limits = agree(self.options, packet)
        self.client_id = packet.properties.assigned_client_identifier or self.client_id
        return Connected(packet.session_present, self._resume(packet), packet.properties)

    def _resume(self, packet: ConnAck) -> tuple[int, ...]:
        if packet.session_present:
            self._output += self._exchanges.repeat()
            return ()
        # [MQTT-3.2.2-5] "If the Client does have Session State and receives Session Present set to
        # 0 it MUST discard its Session State if it continues with the Network Connection"
        return self._exchanges.forget()

    def _on_publish(self, packet: Publish) -> Event | None:
        if packet.properties.topic_alias is not None:
            # [MQTT-3.3.2-11] "A Server MUST NOT send a PUBLISH packet with a Topic Alias greater
            # than the Topic Alias Maximum value sent by the Client"; we send none, which means 0
            msg = "PUBLISH has a topic alias, but none was offered"
            raise MalformedPacket(msg, _TOPIC_ALIAS_INVALID)
        new = True
        if packet.qos == 1:
            self._say(PubAck(packet.packet_id))
        elif packet.qos:
            new = self._exchanges.arrive(packet.packet_id, self._receive_maximum)
            self._say(PubRec(packet.packet_id))
        if not new:
            return None
        return Received(
            packet.topic, packet.payload, packet.qos, packet.retain, packet.dup, packet.properties
        )

    @property
    def _receive_maximum(self) -> int:
        v5 = self.options.version is Version.V5
        return self.options.receive_maximum if v5 else TWO_BYTES_MAX

    def _on_puback(self, packet: PubAck) -> Event | None:
        settled = self._exchanges.settle(packet.packet_id, Kind.PUBACK)
        return Acknowledged(packet.packet_id, packet.reason) if settled else None

    def _on_pubrec(self, packet: PubRec) -> Event | None:
        awaited = self._exchanges.awaited(packet.packet_id)
        if packet.reason < FAILURE and awaited is not Kind.PUBACK:
            self._release(packet.packet_id, known=awaited is not None)
            return None
        settled = self._exchanges.settle(packet.packet_id, Kind.PUBREC)
        return Acknowledged(packet.packet_id, packet.reason) if settled else None

    def _release(self, packet_id: int, *, known: bool) -> None:
        # [MQTT-4.3.3-4] "MUST send a PUBREL packet when it receives a PUBREC packet from the
        # receiver with a Reason Code value less than 0x80"
        v5 = self.options.version is Version.V5
        pubrel = PubRel(packet_id, PACKET_ID_NOT_FOUND if v5 and not known else 0)
        data = encode(pubrel, self.options.version)
        if known:
            self._exchanges.release(packet_id, data)
        self._output += data

    def _on_pubrel(self, packet: PubRel) -> None:
        # [MQTT-4.3.3-11] "MUST respond to a PUBREL packet by sending a PUBCOMP packet containing
        # the same Packet Identifier as the PUBREL"
        known = self._exchanges.leave(packet.packet_id)
        v5 = self.options.version is Version.V5
        self._say(PubComp(packet.packet_id, PACKET_ID_NOT_FOUND if v5 and not known else 0))

    def _on_pubcomp(self, packet: PubComp) -> Event | None:
        settled = self._exchanges.settle(packet.packet_id, Kind.PUBCOMP)
        return Acknowledged(packet.packet_id, packet.reason) if settled else None

    def _on_suback(self, packet: SubAck) -> Event | None:
        known = self._exchanges.answered(packet.packet_id, Kind.SUBSCRIBE, packet.reasons)
        return Subscribed(packet.packet_id, packet.reasons) if known else None

    def _on_unsuback(self, packet: UnsubAck) -> Event | None:
        reasons = packet.reasons if self.options.version is Version.V5 else None
        known = self._exchanges.answered(packet.packet_id, Kind.UNSUBSCRIBE, reasons)
        return Unsubscribed(packet.packet_id, packet.reasons) if known else None

    def _on_pong(self, _packet: PingResp) -> Event:
        self._ping_unanswered = False
        return _PONG

    def _on_disconnect(self, packet: Disconnect) -> Event:
        # 3.1.1, 3.14: "The DISCONNECT Packet is the final Control Packet sent from the Client to
        # the Server"; [MQTT-3.14.2-2] "The Session Expiry Interval MUST NOT be sent on a DISCONNECT
        # by the Server"; and by 3.14.2.1 only a client disconnects with its will message
        if (
            self.options.version is Version.V311
            or packet.properties.session_expiry_interval is not None
            or packet.reason == _DISCONNECT_WITH_WILL
        ):
            msg = "the broker sent a DISCONNECT which only a client may send"
            raise MalformedPacket(msg, PROTOCOL_ERROR)
        self._close()
        text = packet.properties.reason_string or reason_text(packet.reason)
        return Disconnected(packet.reason, text, packet.properties)

    def _on_auth(self, packet: Auth) -> Event:
        if self.options.authentication_method is None:
            # [MQTT-4.12.0-6] "If the Client does not include an Authentication Method in the
            # CONNECT, the Server MUST NOT send an AUTH packet"
            msg = "the broker sent AUTH, but no authentication method was offered"
            raise MalformedPacket(msg, PROTOCOL_ERROR)
        return AuthRequested(packet.reason, packet.properties)

    _HANDLERS: ClassVar[dict[Phase, dict[type[Packet], Callable[[Any, Any], Event | None]]]] = {
        Phase.CONNECTING: {ConnAck: _on_connack, Auth: _on_auth},
        Phase.ONLINE: {
            Publish: _on_publish,
            PubAck: _on_puback,
            PubRec: _on_pubrec,
            PubRel: _on_pubrel,
            PubComp: _on_pubcomp,
            SubAck: _on_suback,
            UnsubAck: _on_unsuback,
            PingResp: _on_pong,
            Disconnect: _on_disconnect,
            Auth: _on_auth,
        },
    }
