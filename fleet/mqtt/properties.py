"""The properties of MQTT 5 (2.2.2.2) as one table, and their codec, which only walks the table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fleet.mqtt.errors import PROTOCOL_ERROR, MalformedPacket
from fleet.mqtt.packets import NO_PROPERTIES, Kind, Properties
from fleet.mqtt.primitives import (
    FOUR_BYTES_MAX,
    TWO_BYTES_MAX,
    VARINT_MAX,
    Reader,
    encode_binary,
    encode_int,
    encode_utf8,
    encode_varint,
)


@dataclass(frozen=True, slots=True)
class Form:
    """How a value is written."""

    read: Callable[[Reader], Any]
    write: Callable[[Any], bytes]


BYTE = Form(lambda reader: reader.integer(1), lambda value: encode_int(value, 1))
TWO_BYTES = Form(lambda reader: reader.integer(2), lambda value: encode_int(value, 2))
FOUR_BYTES = Form(lambda reader: reader.integer(4), lambda value: encode_int(value, 4))
VARINT = Form(Reader.varint, encode_varint)
UTF8 = Form(Reader.utf8, encode_utf8)
BINARY = Form(Reader.binary, encode_binary)
UTF8_PAIR = Form(
    lambda reader: (reader.utf8(), reader.utf8()),
    lambda pair: encode_utf8(pair[0]) + encode_utf8(pair[1]),
)


@dataclass(frozen=True, slots=True)
class Property:
    """One row of the table.

    Attributes:
        identifier: Its number on the wire.
        name: Its field in `Properties`.
        form: How its value is written.
        kinds: The packets in which it may stand.
        lowest: Of a number, the smallest value the norm allows.
        highest: Of a number, the largest one.
        repeats: It may stand more than once.
    """

    identifier: int
    name: str
    form: Form
    kinds: frozenset[Kind]
    lowest: int = 0
    highest: int = FOUR_BYTES_MAX
    repeats: bool = False

    def check(self, value: Any, kind: Kind) -> None:
        """Raise MalformedPacket if this value cannot stand in a packet of this kind."""
        if kind not in self.kinds:
            msg = f"the property {self.name} is not allowed in {kind.name}"
            raise MalformedPacket(msg)
        if isinstance(value, int) and not self.lowest <= value <= self.highest:
            msg = f"{self.name} is {value}, but must be from {self.lowest} to {self.highest}"
            raise MalformedPacket(msg, PROTOCOL_ERROR)


_MESSAGE = frozenset({Kind.PUBLISH, Kind.WILL})
_CONNACK = frozenset({Kind.CONNACK})
_HANDSHAKE = frozenset({Kind.CONNECT, Kind.CONNACK})
_AUTHENTICATION = _HANDSHAKE | {Kind.AUTH}
_ANYWHERE = frozenset(Kind) - {Kind.PINGREQ, Kind.PINGRESP}
_ANSWERS = frozenset(
    {Kind.CONNACK, Kind.PUBACK, Kind.PUBREC, Kind.PUBREL, Kind.PUBCOMP, Kind.SUBACK, Kind.UNSUBACK}
    | {Kind.DISCONNECT, Kind.AUTH}
)

TABLE = (
    Property(0x01, "payload_format_indicator", BYTE, _MESSAGE, highest=1),
    Property(0x02, "message_expiry_interval", FOUR_BYTES, _MESSAGE),
    Property(0x03, "content_type", UTF8, _MESSAGE),
    Property(0x08, "response_topic", UTF8, _MESSAGE),
    Property(0x09, "correlation_data", BINARY, _MESSAGE),
    Property(
        0x0B,
        "subscription_identifier",
        VARINT,
        frozenset({Kind.PUBLISH, Kind.SUBSCRIBE}),
        lowest=1,
        highest=VARINT_MAX,
        repeats=True,
    ),
    Property(0x11, "session_expiry_interval", FOUR_BYTES, _HANDSHAKE | {Kind.DISCONNECT}),
    Property(0x12, "assigned_client_identifier", UTF8, _CONNACK),
    Property(0x13, "server_keep_alive", TWO_BYTES, _CONNACK, highest=TWO_BYTES_MAX),
    Property(0x15, "authentication_method", UTF8, _AUTHENTICATION),
    Property(0x16, "authentication_data", BINARY, _AUTHENTICATION),
    Property(0x17, "request_problem_information", BYTE, frozenset({Kind.CONNECT}), highest=1),
    Property(0x18, "will_delay_interval", FOUR_BYTES, frozenset({Kind.WILL})),
    Property(0x19, "request_response_information", BYTE, frozenset({Kind.CONNECT}), highest=1),
    Property(0x1A, "response_information", UTF8, _CONNACK),
    Property(0x1C, "server_reference", UTF8, frozenset({Kind.CONNACK, Kind.DISCONNECT})),
    Property(0x1F, "reason_string", UTF8, _ANSWERS),
    Property(0x21, "receive_maximum", TWO_BYTES, _HANDSHAKE, lowest=1, highest=TWO_BYTES_MAX),
    Property(0x22, "topic_alias_maximum", TWO_BYTES, _HANDSHAKE, highest=TWO_BYTES_MAX),
    Property(
        0x23, "topic_alias", TWO_BYTES, frozenset({Kind.PUBLISH}), lowest=1, highest=TWO_BYTES_MAX
    ),
    Property(0x24, "maximum_qos", BYTE, _CONNACK, highest=1),
    Property(0x25, "retain_available", BYTE, _CONNACK, highest=1),
    Property(0x26, "user_property", UTF8_PAIR, _ANYWHERE, repeats=True),
    Property(0x27, "maximum_packet_size", FOUR_BYTES, _HANDSHAKE, lowest=1),
    Property(0x28, "wildcard_subscription_available", BYTE, _CONNACK, highest=1),
    Property(0x29, "subscription_identifier_available", BYTE, _CONNACK, highest=1),
    Property(0x2A, "shared_subscription_available", BYTE, _CONNACK, highest=1),
)
_BY_IDENTIFIER = {row.identifier: row for row in TABLE}


def encode_properties(properties: Properties, kind: Kind) -> bytes:
    """Return the properties, their length in front, as they stand in a packet of this kind.

    Raises:
        MalformedPacket: A property is not allowed there, or has a value it may not have.
    """
    if properties is NO_PROPERTIES:
        return b"\0"
    out = bytearray()
    for row in TABLE:
        found = getattr(properties, row.name)
        for value in found if row.repeats else () if found is None else (found,):
            row.check(value, kind)
            out += encode_varint(row.identifier) + row.form.write(value)
    return encode_varint(len(out)) + out


def decode_properties(reader: Reader, kind: Kind) -> Properties:
    """Read the properties of a packet of this kind.

    Raises:
        MalformedPacket: A property is unknown, repeated, not allowed there, or has a value it may
            not have, or the length is wrong.
    """
    length = reader.varint()
    if not length:
        return NO_PROPERTIES
    inner = Reader(reader.take(length))
    found: dict[str, Any] = {}
    while inner.left:
        row = _row(inner.varint())
        value = row.form.read(inner)
        row.check(value, kind)
        if row.repeats:
            found.setdefault(row.name, []).append(value)
        elif row.name in found:
            # 2.2.2.2 and 3.x.2: "It is a Protocol Error to include [it] more than once."
            msg = f"the property {row.name} stands more than once"
            raise MalformedPacket(msg, PROTOCOL_ERROR)
        else:
            found[row.name] = value
    for name in ("subscription_identifier", "user_property"):
        if name in found:
            found[name] = tuple(found[name])
    return Properties(**found)


def _row(identifier: int) -> Property:
    row = _BY_IDENTIFIER.get(identifier)
    if row is None:
        # 2.2.2.2: "A Control Packet which contains an Identifier which is not valid for its
        # packet type, or contains a value not of the specified data type, is a Malformed Packet."
        msg = f"there is no property 0x{identifier:02x}"
        raise MalformedPacket(msg)
    return row
