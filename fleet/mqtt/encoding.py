"""From packets to bytes."""

from collections.abc import Callable
from typing import Any

from fleet.mqtt.packets import (
    KINDS,
    NO_PROPERTIES,
    Auth,
    ConnAck,
    Connect,
    Disconnect,
    Kind,
    Packet,
    PingReq,
    PingResp,
    Properties,
    PubAck,
    PubComp,
    Publish,
    PubRec,
    PubRel,
    SubAck,
    Subscribe,
    Subscription,
    UnsubAck,
    Unsubscribe,
    Version,
    Will,
)
from fleet.mqtt.primitives import encode_binary, encode_int, encode_utf8, encode_varint
from fleet.mqtt.properties import encode_properties
from fleet.mqtt.rules import check, check_properties

# [MQTT-2.1.3-1] "Where a flag bit is marked as "Reserved" it is reserved for future use and MUST be
# set to the value listed"
FLAGS = {Kind.PUBREL: 0b0010, Kind.SUBSCRIBE: 0b0010, Kind.UNSUBSCRIBE: 0b0010}
DUP = 0b1000  # 3.3.1.1: the flag of PUBLISH


def encode(packet: Packet, version: Version) -> bytes:
    """Return the packet as bytes; a `Connect` is written in its own version.

    Raises:
        MalformedPacket: The norm forbids such a packet, or a field is too long for it.
    """
    check_properties(packet, version)
    check(packet, version)
    kind = KINDS[type(packet)]
    flags = _publish_flags(packet) if isinstance(packet, Publish) else FLAGS.get(kind, 0)
    body = _WRITERS[type(packet)](packet, version)
    return bytes([kind << 4 | flags]) + encode_varint(len(body)) + body


def _publish_flags(packet: Publish) -> int:
    return packet.dup << 3 | packet.qos << 1 | packet.retain


def _properties(properties: Properties, kind: Kind, version: Version) -> bytes:
    return encode_properties(properties, kind) if version is Version.V5 else b""


def _connect(packet: Connect, version: Version) -> bytes:
    version = packet.version
    flags = (
        (packet.username is not None) << 7
        | (packet.password is not None) << 6
        | packet.clean_start << 1
    )
    will = b""
    if packet.will is not None:
        flags |= packet.will.retain << 5 | packet.will.qos << 3 | 1 << 2
        will = _will(packet.will, version)
    return b"".join(
        (
            b"\0\4MQTT",
            bytes([version, flags]),
            encode_int(packet.keep_alive_s, 2),
            _properties(packet.properties, Kind.CONNECT, version),
            encode_utf8(packet.client_id),
            will,
            b"" if packet.username is None else encode_utf8(packet.username),
            b"" if packet.password is None else encode_binary(packet.password),
        )
    )


def _will(will: Will, version: Version) -> bytes:
    properties = _properties(will.properties, Kind.WILL, version)
    return properties + encode_utf8(will.topic) + encode_binary(will.payload)


def _connack(packet: ConnAck, version: Version) -> bytes:
    head = bytes([packet.session_present, packet.reason])
    return head + _properties(packet.properties, Kind.CONNACK, version)


def _publish(packet: Publish, version: Version) -> bytes:
    return b"".join(
        (
            encode_utf8(packet.topic),
            encode_int(packet.packet_id, 2) if packet.qos else b"",
            _properties(packet.properties, Kind.PUBLISH, version),
            packet.payload,
        )
    )


def _answer(packet: PubAck | PubRec | PubRel | PubComp, version: Version) -> bytes:
    head = encode_int(packet.packet_id, 2)
    return head + _reason(packet, KINDS[type(packet)], version)


def _reason(
    packet: PubAck | PubRec | PubRel | PubComp | Disconnect | Auth, kind: Kind, version: Version
) -> bytes:
    # 3.4.2.1 (and so for the others): "The Reason Code and Property Length can be omitted if the
    # Reason Code is 0x00 (Success) and there are no Properties."
    if packet.reason == 0 and packet.properties == NO_PROPERTIES:
        return b""
    return bytes([packet.reason]) + _properties(packet.properties, kind, version)


def _subscribe(packet: Subscribe, version: Version) -> bytes:
    return b"".join(
        (
            encode_int(packet.packet_id, 2),
            _properties(packet.properties, Kind.SUBSCRIBE, version),
            *(encode_utf8(each.topic_filter) + _options(each) for each in packet.subscriptions),
        )
    )


def _options(subscription: Subscription) -> bytes:
    return bytes(
        [
            subscription.retain_handling << 4
            | subscription.retain_as_published << 3
            | subscription.no_local << 2
            | subscription.qos
        ]
    )


def _suback(packet: SubAck | UnsubAck, version: Version) -> bytes:
    head = encode_int(packet.packet_id, 2)
    return (
        head + _properties(packet.properties, KINDS[type(packet)], version) + bytes(packet.reasons)
    )


def _unsubscribe(packet: Unsubscribe, version: Version) -> bytes:
    return b"".join(
        (
            encode_int(packet.packet_id, 2),
            _properties(packet.properties, Kind.UNSUBSCRIBE, version),
            *map(encode_utf8, packet.topic_filters),
        )
    )


def _ping(packet: PingReq | PingResp, version: Version) -> bytes:  # noqa: ARG001 - always empty
    return b""


def _farewell(packet: Disconnect | Auth, version: Version) -> bytes:
    return _reason(packet, KINDS[type(packet)], version)


_WRITERS: dict[type[Packet], Callable[[Any, Version], bytes]] = {
    Connect: _connect,
    ConnAck: _connack,
    Publish: _publish,
    PubAck: _answer,
    PubRec: _answer,
    PubRel: _answer,
    PubComp: _answer,
    Subscribe: _subscribe,
    SubAck: _suback,
    Unsubscribe: _unsubscribe,
    UnsubAck: _suback,
    PingReq: _ping,
    PingResp: _ping,
    Disconnect: _farewell,
    Auth: _farewell,
}
