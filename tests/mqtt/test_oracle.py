"""Our codec against `mqtt5`, an independent one in Rust, in both directions (MQTT 5 only)."""

from dataclasses import replace
from typing import Any

import mqtt5
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fleet.mqtt.decoding import Decoder
from fleet.mqtt.encoding import encode
from fleet.mqtt.errors import MalformedPacket
from fleet.mqtt.packets import Auth, Connect, Disconnect, Packet, Properties, Version
from tests.mqtt.strategies import packets

V5 = Version.V5

# What absence means (2.2.2.2 and the property's own section); `mqtt5` does not tell the two apart.
DEFAULTS = {
    "payload_format_indicator": 0,
    "session_expiry_interval": 0,
    "request_problem_information": 1,
    "request_response_information": 0,
    "will_delay_interval": 0,
    "receive_maximum": 65535,
    "topic_alias_maximum": 0,
    "retain_available": 1,
    "wildcard_subscription_available": 1,
    "subscription_identifier_available": 1,
    "shared_subscription_available": 1,
}
THEIR_NAMES = {
    "subscription_identifier": "subscription_ids",
    "assigned_client_identifier": "assigned_client_id",
    "request_problem_information": "request_problem_info",
    "request_response_information": "request_response_info",
    "response_information": "response_info",
    "reason_string": "reason_str",
    "receive_maximum": "receive_max",
    "topic_alias_maximum": "topic_alias_max",
    "maximum_qos": "max_qos",
    "user_property": "user_properties",
    "maximum_packet_size": "max_packet_size",
    "subscription_identifier_available": "subscription_id_available",
}


def _it_lacks(packet: Packet) -> bool:
    """Whether the norm allows this packet, but mqtt5 0.8.0 does not know it."""
    # Table 2-6 lets a DISCONNECT say 0x8C, bad authentication method.
    if isinstance(packet, Disconnect):
        return packet.reason == 0x8C
    # 3.15.2.1: an AUTH may be empty.
    return packet == Auth()


def _plain(properties: Properties) -> Properties:
    absent = {name: None for name, value in DEFAULTS.items() if getattr(properties, name) == value}
    return replace(properties, **absent)  # type: ignore[arg-type]


def _normal(packet: Packet) -> Packet:
    if not hasattr(packet, "properties"):
        return packet
    changed: dict[str, Any] = {"properties": _plain(packet.properties)}
    if isinstance(packet, Connect) and packet.will is not None:
        will = packet.will
        changed["will"] = replace(will, properties=_plain(will.properties))
    return replace(packet, **changed)


def _check_attributes(ours: Properties, theirs: Any) -> None:
    for name in Properties.__slots__:
        value = getattr(ours, name)
        if value not in (None, ()):
            attribute = getattr(theirs, THEIR_NAMES.get(name, name), None)
            if name == "subscription_identifier" and attribute is None:
                attribute = [theirs.subscription_id]
            found = tuple(attribute) if isinstance(attribute, list) else attribute
            assert found == value, name


@settings(max_examples=300)
@given(packet=packets(V5))
def test_each_reads_what_the_other_writes(packet: Packet) -> None:
    """Our bytes are read by `mqtt5` to the same values, and what it writes of them by us."""
    assume(not _it_lacks(packet))
    data = encode(packet, V5)
    theirs, size = mqtt5.read(memoryview(data))
    assert size == len(data)
    assert type(theirs).__name__.lower() == f"{type(packet).__name__}packet".lower()
    if hasattr(packet, "properties"):
        _check_attributes(packet.properties, theirs)
    for name in ("topic", "payload", "packet_id", "client_id", "username", "password"):
        value = getattr(packet, name, None)
        assert not value or getattr(theirs, name) == value
    (back,) = Decoder(V5).feed(theirs.write())
    assert _normal(back) == _normal(packet)


@settings(max_examples=300)
@given(data=st.data())
def test_what_it_refuses_we_refuse(data: st.DataObject) -> None:
    """Of mutated packets we accept nothing which `mqtt5` refuses as malformed."""
    stream = bytearray(encode(data.draw(packets(V5)), V5))
    for _ in range(data.draw(st.integers(1, 3))):
        stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = Decoder(V5).feed(bytes(stream))
    except MalformedPacket:
        return
    if found and not _it_lacks(found[0]):
        mqtt5.read(memoryview(bytes(stream)))
