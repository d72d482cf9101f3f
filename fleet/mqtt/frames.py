"""The hot path, both ways: PUBLISH frames from prepared topics, and plain PUBLISH frames read.

A frame is header byte, remaining length, topic, packet id (QoS 1 and 2), properties (MQTT 5; here
always none) and payload. All but the payload and the packet id are known beforehand: the topic is
prepared by its owner, and header bytes with their remaining lengths come from tables shared by
all. What is left is one lookup and one join.
"""

from fleet.mqtt.encoding import DUP
from fleet.mqtt.events import Received
from fleet.mqtt.packets import Kind, Version
from fleet.mqtt.primitives import encode_utf8, encode_varint
from fleet.mqtt.rules import check_topic

# The tables reach as far as a terminal's messages usually do; about 70 KiB for each header.
_TABLE_SIZE = 2048
_PUBLISH = Kind.PUBLISH << 4
_MORE = 0x80
_LENGTH_END = 16_384  # 1.5.5: what two bytes of a variable byte integer cannot hold
_PLAIN = frozenset({0x30, 0x31, 0x32, 0x33, 0x3A, 0x3B})


def _table(header: int) -> tuple[bytes, ...]:
    first = bytes([header])
    return tuple(first + encode_varint(length) for length in range(_TABLE_SIZE))


_QOS_0 = _table(_PUBLISH)
_QOS_1 = _table(_PUBLISH | 1 << 1)


class PreparedTopic:
    """A topic name, checked and encoded once for one protocol version.

    Attributes:
        encoded: The topic as it stands in a PUBLISH, its length in front.
        no_properties: The empty properties after it: a zero byte in MQTT 5, nothing in 3.1.1.
        size: The bytes of both.

    Raises:
        MalformedPacket: It is not a topic name: empty, too long, with a wildcard or U+0000.
    """

    __slots__ = ("encoded", "no_properties", "size")

    def __init__(self, version: Version, topic: str) -> None:
        check_topic(topic)
        self.encoded = encode_utf8(topic)
        self.no_properties = b"\0" if version is Version.V5 else b""
        self.size = len(self.encoded) + len(self.no_properties)

    @property
    def topic(self) -> str:
        """The topic as text."""
        return self.encoded[2:].decode()


def frame(prepared: PreparedTopic, payload: bytes, *, retain: bool = False) -> bytes:
    """Return a QoS 0 PUBLISH.

    Raises:
        MalformedPacket: The payload is larger than any packet may be (256 MiB).
    """
    length = prepared.size + len(payload)
    if length < _TABLE_SIZE and not retain:
        head = _QOS_0[length]
    else:
        head = bytes((_PUBLISH | retain,)) + encode_varint(length)
    return b"".join((head, prepared.encoded, prepared.no_properties, payload))


def frame_qos1(
    prepared: PreparedTopic, payload: bytes, packet_id: int, *, retain: bool = False
) -> bytes:
    """Return a QoS 1 PUBLISH; `packet_id` is from 1 to 65535 (not checked here).

    Raises:
        MalformedPacket: The payload is larger than any packet may be (256 MiB).
    """
    length = prepared.size + 2 + len(payload)
    if length < _TABLE_SIZE and not retain:
        head = _QOS_1[length]
    else:
        head = bytes((_PUBLISH | 1 << 1 | retain,)) + encode_varint(length)
    id_bytes = packet_id.to_bytes(2, "big")
    return b"".join((head, prepared.encoded, id_bytes, prepared.no_properties, payload))


def frame_qos2(
    prepared: PreparedTopic, payload: bytes, packet_id: int, *, retain: bool = False
) -> bytes:
    """Return a QoS 2 PUBLISH; `packet_id` is from 1 to 65535 (not checked here).

    Raises:
        MalformedPacket: The payload is larger than any packet may be (256 MiB).
    """
    length = prepared.size + 2 + len(payload)
    head = bytes((_PUBLISH | 2 << 1 | retain,)) + encode_varint(length)
    id_bytes = packet_id.to_bytes(2, "big")
    return b"".join((head, prepared.encoded, id_bytes, prepared.no_properties, payload))


def repeated(published: bytes) -> bytes:
    """Return the same PUBLISH with its DUP flag set."""
    # [MQTT-3.3.1-1] "The DUP flag MUST be set to 1 by the Client or Server when it attempts to
    # re-deliver a PUBLISH packet"
    return bytes((published[0] | DUP,)) + published[1:]


def read_frame(data: bytes, version: Version) -> tuple[Received, int] | None:
    """Read `data`, if it is exactly one PUBLISH of QoS 0 or 1 without properties.

    Args:
        data: What came from the stream, where a packet begins.
        version: What the stream speaks.

    Returns:
        The message and its packet id (0 for QoS 0), or None for anything else.
    """
    header = data[0]
    if header not in _PLAIN:
        return None
    packet_id, qos = 0, header >> 1 & 1
    try:
        start, length = 2, data[1]
        if length >= _MORE:
            start, length = 3, length + (data[2] - 1) * _MORE
        position = topic_end = start + 2 + (data[start] << 8 | data[start + 1])
        if qos:
            packet_id = data[position] << 8 | data[position + 1]
            position += 2
        if version is Version.V5:
            if data[position]:
                return None
            position += 1
        topic = data[start + 2 : topic_end].decode()
    except (IndexError, UnicodeDecodeError):
        return None
    if "\0" in topic or "+" in topic or "#" in topic:
        return None
    if (
        start + length != len(data)
        or position > len(data)
        or not _MORE * (start - 2) <= length < _LENGTH_END
        or (qos and not packet_id)
        or not topic
    ):
        return None
    return Received(topic, data[position:], qos, header & 1 == 1, header & DUP == DUP), packet_id
