"""From the bytes of one packet to the packet.

Each body is read by the reader of its kind, which has to use it up; then `rules.check` judges what
was said.
"""

from collections.abc import Callable

from fleet.mqtt.encoding import DUP, FLAGS
from fleet.mqtt.errors import MalformedPacket
from fleet.mqtt.packets import (
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
from fleet.mqtt.primitives import Reader
from fleet.mqtt.properties import decode_properties
from fleet.mqtt.rules import check

UNSUPPORTED_VERSION = 0x84
_QOS_3 = 0b0110
_KINDS = tuple(Kind)


def decode(header: int, body: bytes, version: Version) -> Packet:
    """Return the packet with this first byte and this body; a CONNECT says its version itself.

    Raises:
        MalformedPacket: The norm forbids such a packet.
    """
    check_header(header)
    kind = _KINDS[header >> 4]
    reader = Reader(body)
    packet: Packet
    if kind is Kind.PUBLISH:
        packet = _publish(header, reader, version)
    else:
        packet = _READERS[kind](reader, version)
    try:
        reader.finish()
    except MalformedPacket as error:
        msg = f"{kind.name}: {error.reason}"
        raise MalformedPacket(msg) from error
    check(packet, version)
    return packet


def check_header(header: int) -> None:
    """Raise MalformedPacket unless `header` is a possible first byte of a packet."""
    if header not in _LEGAL_HEADERS:
        raise MalformedPacket(_complaint(header))


def _complaint(header: int) -> str:
    kind, flags = _KINDS[header >> 4], header & 0x0F
    if kind is Kind.WILL:
        # Table 2-1: the type 0 is "Forbidden"
        return "there is no packet type 0"
    if kind is not Kind.PUBLISH:
        # [MQTT-2.1.3-1] "Where a flag bit is marked as "Reserved" it ... MUST be set to the value
        # listed"
        return "" if flags == FLAGS.get(kind, 0) else f"{kind.name} has the flags 0b{flags:04b}"
    if flags & _QOS_3 == _QOS_3:
        # [MQTT-3.3.1-4] "A PUBLISH Packet MUST NOT have both QoS bits set to 1"
        return "PUBLISH has QoS 3"
    # [MQTT-3.3.1-2] "The DUP flag MUST be set to 0 for all QoS 0 messages"
    return "PUBLISH with QoS 0 has the DUP flag" if flags & (DUP | _QOS_3) == DUP else ""


_LEGAL_HEADERS = frozenset(header for header in range(256) if not _complaint(header))


def _properties(reader: Reader, kind: Kind, version: Version) -> Properties:
    return decode_properties(reader, kind) if version is Version.V5 else NO_PROPERTIES


def _connect(reader: Reader, version: Version) -> Connect:
    version = _version(reader)
    flags = reader.integer(1)
    _check_connect_flags(flags)
    keep_alive_s = reader.integer(2)
    properties = _properties(reader, Kind.CONNECT, version)
    return Connect(
        version=version,
        clean_start=bool(flags & 0x02),
        keep_alive_s=keep_alive_s,
        properties=properties,
        client_id=reader.utf8(),
        will=_will(reader, flags, version) if flags & 0x04 else None,
        username=reader.utf8() if flags & 0x80 else None,
        password=reader.binary() if flags & 0x40 else None,
    )


def _version(reader: Reader) -> Version:
    name, level = reader.binary(), reader.integer(1)
    # [MQTT-3.1.2-1] "The protocol name MUST be the UTF-8 String "MQTT""
    # [MQTT-3.1.2-2] "If the Protocol Version is not 5 and the Server does not want to accept the
    # CONNECT packet, the Server MAY send a CONNACK packet with Reason Code 0x84"
    if name != b"MQTT" or level not in tuple(Version):
        msg = f"CONNECT asks for {name[:20]!r} version {level}, but only MQTT 4 and 5 are known"
        raise MalformedPacket(msg, UNSUPPORTED_VERSION)
    return Version(level)


def _check_connect_flags(flags: int) -> None:
    # [MQTT-3.1.2-3] "The Server MUST validate that the reserved flag in the CONNECT packet is set
    # to 0"
    if flags & 0x01:
        msg = "CONNECT has its reserved flag set"
        raise MalformedPacket(msg)
    # [MQTT-3.1.2-11] "If the Will Flag is set to 0, then the Will QoS MUST be set to 0" and
    # [MQTT-3.1.2-13] "... then Will Retain MUST be set to 0"
    if not flags & 0x04 and flags & 0x38:
        msg = "CONNECT has a will QoS or will retain without a will"
        raise MalformedPacket(msg)


def _will(reader: Reader, flags: int, version: Version) -> Will:
    properties = _properties(reader, Kind.WILL, version)
    return Will(
        topic=reader.utf8(),
        payload=reader.binary(),
        qos=flags >> 3 & 0b11,
        retain=bool(flags & 0x20),
        properties=properties,
    )


def _connack(reader: Reader, version: Version) -> ConnAck:
    flags = reader.integer(1)
    # [MQTT-3.2.2-1] "Byte 1 is the "Connect Acknowledge Flags". Bits 7-1 are reserved and MUST be
    # set to 0"
    if flags > 1:
        msg = f"CONNACK has the flags 0b{flags:08b}, of which only the last may be set"
        raise MalformedPacket(msg)
    reason = reader.integer(1)
    return ConnAck(bool(flags), reason, _properties(reader, Kind.CONNACK, version))


def _publish(header: int, reader: Reader, version: Version) -> Publish:
    qos = header >> 1 & 0b11
    topic = reader.utf8()
    packet_id = reader.integer(2) if qos else 0
    properties = _properties(reader, Kind.PUBLISH, version)
    payload = reader.rest()
    return Publish(
        topic, payload, qos, bool(header & 0x01), bool(header & 0x08), packet_id, properties
    )


def _reason(reader: Reader, kind: Kind, version: Version) -> tuple[int, Properties]:
    # 3.4.2.1 (and so for the others): "If the Remaining Length is 2, then there is no Reason Code
    # and the value of 0x00 (Success) is used." 3.4.2.2.1: "If the Remaining Length is less than 4
    # there is no Property Length"
    if version is not Version.V5 or not reader.left:
        return 0, NO_PROPERTIES
    reason = reader.integer(1)
    # 3.15.2.1 lets an AUTH omit both, never the Property Length alone
    if not reader.left and kind is not Kind.AUTH:
        return reason, NO_PROPERTIES
    return reason, decode_properties(reader, kind)


def _puback(reader: Reader, version: Version) -> PubAck:
    return PubAck(reader.integer(2), *_reason(reader, Kind.PUBACK, version))


def _pubrec(reader: Reader, version: Version) -> PubRec:
    return PubRec(reader.integer(2), *_reason(reader, Kind.PUBREC, version))


def _pubrel(reader: Reader, version: Version) -> PubRel:
    return PubRel(reader.integer(2), *_reason(reader, Kind.PUBREL, version))


def _pubcomp(reader: Reader, version: Version) -> PubComp:
    return PubComp(reader.integer(2), *_reason(reader, Kind.PUBCOMP, version))


def _subscribe(reader: Reader, version: Version) -> Subscribe:
    packet_id = reader.integer(2)
    properties = _properties(reader, Kind.SUBSCRIBE, version)
    subscriptions = []
    while reader.left:
        subscriptions.append(_subscription(reader))
    return Subscribe(packet_id, tuple(subscriptions), properties)


def _subscription(reader: Reader) -> Subscription:
    topic_filter, options = reader.utf8(), reader.integer(1)
    # [MQTT-3.8.3-5] "The Server MUST treat a SUBSCRIBE packet as malformed if any of Reserved bits
    # in the Payload are non-zero"
    if options & 0xC0:
        msg = f"the subscription to {topic_filter!r} has reserved option bits set"
        raise MalformedPacket(msg)
    return Subscription(
        topic_filter,
        qos=options & 0b11,
        no_local=bool(options & 0x04),
        retain_as_published=bool(options & 0x08),
        retain_handling=options >> 4 & 0b11,
    )


def _suback(reader: Reader, version: Version) -> SubAck:
    packet_id = reader.integer(2)
    properties = _properties(reader, Kind.SUBACK, version)
    return SubAck(packet_id, tuple(reader.rest()), properties)


def _unsubscribe(reader: Reader, version: Version) -> Unsubscribe:
    packet_id = reader.integer(2)
    properties = _properties(reader, Kind.UNSUBSCRIBE, version)
    topic_filters = []
    while reader.left:
        topic_filters.append(reader.utf8())
    return Unsubscribe(packet_id, tuple(topic_filters), properties)


def _unsuback(reader: Reader, version: Version) -> UnsubAck:
    packet_id = reader.integer(2)
    properties = _properties(reader, Kind.UNSUBACK, version)
    return UnsubAck(packet_id, tuple(reader.rest()), properties)


_READERS: dict[Kind, Callable[[Reader, Version], Packet]] = {
    Kind.CONNECT: _connect,
    Kind.CONNACK: _connack,
    Kind.PUBACK: _puback,
    Kind.PUBREC: _pubrec,
    Kind.PUBREL: _pubrel,
    Kind.PUBCOMP: _pubcomp,
    Kind.SUBSCRIBE: _subscribe,
    Kind.SUBACK: _suback,
    Kind.UNSUBSCRIBE: _unsubscribe,
    Kind.UNSUBACK: _unsuback,
    Kind.PINGREQ: lambda _reader, _version: PingReq(),
    Kind.PINGRESP: lambda _reader, _version: PingResp(),
    Kind.DISCONNECT: lambda reader, version: Disconnect(*_reason(reader, Kind.DISCONNECT, version)),
    Kind.AUTH: lambda reader, version: Auth(*_reason(reader, Kind.AUTH, version)),
}
