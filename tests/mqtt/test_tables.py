"""Packets and their bytes, written out by hand from the norm; and bytes which the norm forbids."""

import pytest

from fleet.mqtt.decoding import Decoder
from fleet.mqtt.encoding import encode
from fleet.mqtt.errors import MalformedPacket
from fleet.mqtt.packets import (
    Auth,
    ConnAck,
    Connect,
    Disconnect,
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
from fleet.mqtt.rules import check_filter

V311, V5 = Version

LEGAL: list[tuple[Version, Packet, str]] = [
    (V311, Connect("ab", keep_alive_s=60), "10 0e 0004 4d515454 04 02 003c 0002 6162"),
    (
        V311,
        Connect(
            "a",
            clean_start=False,
            keep_alive_s=1,
            username="u",
            password=b"p",
            will=Will("w", b"x", 1, retain=True),
        ),
        "10 19 0004 4d515454 04 ec 0001 0001 61 0001 77 0001 78 0001 75 0001 70",
    ),
    (
        V5,
        Connect("a", V5, will=Will("w", b"", properties=Properties(will_delay_interval=5))),
        "10 19 0004 4d515454 05 06 0000 00 0001 61 05 18 00000005 0001 77 0000",
    ),
    (
        V5,
        Connect("a", V5, password=b"p", properties=Properties(receive_maximum=20)),
        "10 14 0004 4d515454 05 42 0000 03 21 0014 0001 61 0001 70",
    ),
    (V311, ConnAck(session_present=True), "20 02 01 00"),
    (V311, ConnAck(reason=5), "20 02 00 05"),
    (V5, ConnAck(properties=Properties(server_keep_alive=9)), "20 06 00 00 03 13 0009"),
    (V311, Publish("a/b", b"hi"), "30 07 0003 612f62 6869"),
    (V5, Publish("a/b", b"hi", retain=True), "31 08 0003 612f62 00 6869"),
    (V311, Publish("a", b"", 1, dup=True, packet_id=10), "3a 05 0001 61 000a"),
    (V5, Publish("a", b"z", 2, packet_id=258), "34 07 0001 61 0102 00 7a"),
    (V5, Publish("", b"z", properties=Properties(topic_alias=7)), "30 07 0000 03 23 0007 7a"),
    (
        V5,
        Publish("a", b"", properties=Properties(subscription_identifier=(1, 200))),
        "30 09 0001 61 05 0b 01 0b c801",
    ),
    (V311, PubAck(1), "40 02 0001"),
    (V5, PubAck(1), "40 02 0001"),
    (V5, PubAck(1, 0x10), "40 04 0001 10 00"),
    (V5, PubAck(1, 0, Properties(reason_string="x")), "40 08 0001 00 04 1f 0001 78"),
    (V311, PubRec(1), "50 02 0001"),
    (V5, PubRel(1, 0x92), "62 04 0001 92 00"),
    (V311, PubComp(65535), "70 02 ffff"),
    (V311, Subscribe(1, (Subscription("a/#", 1),)), "82 08 0001 0003 612f23 01"),
    (
        V5,
        Subscribe(1, (Subscription("a", 2, True, True, 2),)),  # noqa: FBT003 - the four options
        "82 07 0001 00 0001 61 2e",
    ),
    (V311, SubAck(1, (0, 1, 2, 0x80)), "90 06 0001 00 01 02 80"),
    (V5, SubAck(1, (0x87,)), "90 04 0001 00 87"),
    (V311, Unsubscribe(1, ("a", "b")), "a2 08 0001 0001 61 0001 62"),
    (V5, Unsubscribe(1, ("a",)), "a2 06 0001 00 0001 61"),
    (V311, UnsubAck(1), "b0 02 0001"),
    (V5, UnsubAck(1, (0, 0x11)), "b0 05 0001 00 00 11"),
    (V311, PingReq(), "c0 00"),
    (V5, PingResp(), "d0 00"),
    (V311, Disconnect(), "e0 00"),
    (V5, Disconnect(4), "e0 02 04 00"),
    (
        V5,
        Disconnect(0, Properties(user_property=(("k", "v"), ("k", "w")))),
        "e0 10 00 0e 26 0001 6b 0001 76 26 0001 6b 0001 77",
    ),
    (V5, Auth(), "f0 00"),
    (V5, Auth(0x18, Properties(authentication_method="m")), "f0 06 18 04 15 0001 6d"),
]

# Legal, but not what we write: what may be left out is there.
LONG: list[tuple[Version, Packet, str]] = [
    (V5, PubAck(1, 0x10), "40 03 0001 10"),
    (V5, PubAck(1), "40 04 0001 00 00"),
    (V5, Disconnect(0x8B), "e0 01 8b"),
    (V311, PubAck(1), "40 8200 0001"),
]

FORBIDDEN: list[tuple[Version | None, str, str]] = [
    (V311, "00 00", "no packet type 0"),
    (V311, "f0 00", "AUTH does not exist"),
    (V5, "36 05 0001 61 0001", "QoS 3"),
    (V5, "38 04 0001 61 00", "DUP"),
    (V5, "60 02 0001", "PUBREL has the flags"),
    (V5, "80 06 0001 00 0001 61 00", "SUBSCRIBE has the flags"),
    (V5, "a0 06 0001 00 0001 61", "UNSUBSCRIBE has the flags"),
    (V5, "41 02 0001", "PUBACK has the flags"),
    (V5, "c1 00", "PINGREQ has the flags"),
    (V5, "c0 01 00", "1 bytes too many"),
    (V5, "d0 ffffffff01", "more than four bytes"),
    (V5, "40 8200 0001", "more bytes than it needs"),
    (V5, "40 01 00", "2 bytes should follow"),
    (V5, "40 02 0000", "packet id is 0"),
    (V5, "40 03 0001 01", "cannot carry the reason 0x01"),
    (V5, "40 05 0001 00 00 00", "1 bytes too many"),
    (V311, "40 03 0001 00", "1 bytes too many"),
    (V5, "40 05 0001 00 01 1f", "2 bytes should follow"),
    (V5, "40 05 0001 00 02 1f", "2 bytes should follow"),
    (V5, "40 06 0001 00 02 7f 00", "no property 0x7f"),
    (V5, "40 07 0001 00 03 21 0001", "receive_maximum is not allowed in PUBACK"),
    (V5, "20 09 00 00 06 13 0001 13 0002", "server_keep_alive stands more than once"),
    (V5, "20 06 00 00 03 21 0000", "receive_maximum is 0"),
    (V5, "20 05 00 00 02 24 02", "maximum_qos is 2"),
    (V5, "20 05 00 00 02 25 07", "retain_available is 7"),
    (V5, "20 08 00 00 05 27 00000000", "maximum_packet_size is 0"),
    (V5, "20 03 02 00 00", "CONNACK has the flags"),
    (V5, "20 03 01 87 00", "refuses and yet"),
    (V311, "20 02 00 06", "cannot carry the reason 0x06"),
    (V311, "20 02 01 05", "refuses and yet"),
    (V311, "30 02 0000", "topic name is empty"),
    (V5, "30 03 0000 00", "topic name is empty"),
    (V5, "30 07 0000 03 23 0000 00", "topic_alias is 0"),
    (V311, "30 03 0001 2b", "wildcard"),
    (V311, "30 03 0001 23", "wildcard"),
    (V311, "30 03 0001 00", "null character"),
    (V311, "30 05 0003 eda080", "not well-formed UTF-8"),
    (V311, "30 04 0002 c080", "not well-formed UTF-8"),
    (V311, "30 03 0001 ff", "not well-formed UTF-8"),
    (V311, "30 04 0003 6161", "3 bytes should follow"),
    (V311, "32 05 0001 61 0000", "packet id is 0"),
    (V5, "30 08 0001 61 04 08 0001 23", "wildcard"),
    (V5, "30 06 0001 61 02 01 02", "payload_format_indicator is 2"),
    (V5, "30 06 0001 61 02 0b 00", "subscription_identifier is 0"),
    (V5, "82 03 0001 00", "no topic filter"),
    (V311, "82 02 0001", "no topic filter"),
    (V5, "82 0b 0001 04 0b 01 0b 02 0001 61 00", "more than one subscription identifier"),
    (V5, "82 07 0001 00 0001 61 03", "QoS 3"),
    (V5, "82 07 0001 00 0001 61 30", "retain handling 3"),
    (V5, "82 07 0001 00 0001 61 40", "reserved option bits"),
    (V311, "82 06 0001 0001 61 04", "no subscription options"),
    (V311, "82 05 0001 0000 00", "topic filter is empty"),
    (V5, "82 10 0001 00 000a 247368617265 2f67 2f61 04", "No Local"),
    (V5, "82 0e 0001 00 0008 247368617265 2f67 00", r"\$share/NAME/FILTER"),
    (V5, "90 03 0001 00", "no reason code"),
    (V5, "90 04 0001 00 03", "cannot carry"),
    (V311, "90 03 0001 03", "cannot carry"),
    (V311, "b0 03 0001 00", "3.1.1 has none"),
    (V5, "b0 03 0001 00", "no reason code"),
    (V5, "a2 03 0001 00", "no topic filter"),
    (V311, "e0 01 00", "1 bytes too many"),
    (V5, "e0 01 01", "cannot carry"),
    (V5, "f0 01 18", "1 bytes should follow"),
    (None, "10 0d 0004 4d515454 04 03 0000 0001 61", "reserved flag"),
    (None, "10 0d 0004 4d515454 04 22 0000 0001 61", "without a will"),
    (None, "10 0d 0004 4d515454 04 0a 0000 0001 61", "without a will"),
    (None, "10 10 0004 4d515454 04 42 0000 0001 61 0001 70", "password without a user name"),
    (None, "10 0c 0004 4d515454 04 00 0000 0000", "empty client id"),
    (None, "10 0d 0004 4d515454 03 02 0000 0001 61", "only MQTT 4 and 5"),
    (None, "10 0f 0006 4d5149736470 03 02 0000 0001 61", "only MQTT 4 and 5"),
    (None, "10 12 0004 4d515454 04 1e 0000 0001 61 0001 77 0000", "will has QoS 3"),
    (None, "10 12 0004 4d515454 04 06 0000 0001 61 0001 23 0000", "wildcard"),
    (None, "10 11 0004 4d515454 05 02 0000 03 16 0000 0001 61", "without an authentication"),
    (None, "10 13 0004 4d515454 05 02 0000 05 18 00000000 0001 61", "not allowed in CONNECT"),
]

UNSAYABLE: list[tuple[Version, Packet, str]] = [
    (V5, Publish("a\ud800", b""), "surrogate"),
    (V5, Publish("a\0", b""), "null character"),
    (V5, Publish("x" * 65536, b""), "65536 bytes is longer"),
    (V5, Publish("a", b"", 1), "packet id is 0"),
    (V5, Publish("a", b"", packet_id=1), "QoS 0 has a packet id"),
    (V5, Publish("a", b"", dup=True), "QoS 0 has the DUP"),
    (V5, Publish("a", b"", 3, packet_id=1), "QoS 3"),
    (V311, Publish("a", b"", properties=Properties(content_type="t")), "3.1.1 has none"),
    (V311, PubAck(1, 0x10), "cannot carry"),
    (V311, Disconnect(4), "cannot carry"),
    (V5, PubAck(65536), "packet id is 65536"),
    (V5, Connect("a", V5, keep_alive_s=65536), "does not fit into 2 bytes"),
    (V5, Connect("a", V5, will=Will("#", b"")), "wildcard"),
    (V5, Disconnect(0, Properties(topic_alias=1)), "not allowed in DISCONNECT"),
    (V5, ConnAck(properties=Properties(receive_maximum=0)), "receive_maximum is 0"),
]


@pytest.mark.parametrize(("version", "packet", "data"), LEGAL)
def test_a_packet_is_written_as_the_norm_says(version: Version, packet: Packet, data: str) -> None:
    """`encode` gives exactly the bytes of the table."""
    assert encode(packet, version).hex() == data.replace(" ", "")


@pytest.mark.parametrize(("version", "packet", "data"), LEGAL + LONG)
def test_a_packet_is_read_as_the_norm_says(version: Version, packet: Packet, data: str) -> None:
    """The decoder gives exactly the packet of the table."""
    assert Decoder(version).feed(bytes.fromhex(data)) == [packet]


@pytest.mark.parametrize(("version", "data", "complaint"), FORBIDDEN)
def test_what_the_norm_forbids_is_refused(
    version: Version | None, data: str, complaint: str
) -> None:
    """Each broken packet is refused, for its own reason."""
    with pytest.raises(MalformedPacket, match=complaint):
        Decoder(version).feed(bytes.fromhex(data))


@pytest.mark.parametrize(("version", "packet", "complaint"), UNSAYABLE)
def test_what_the_norm_forbids_is_not_written(
    version: Version, packet: Packet, complaint: str
) -> None:
    """`encode` refuses what the decoder would refuse."""
    with pytest.raises(MalformedPacket, match=complaint):
        encode(packet, version)


@pytest.mark.parametrize("legal", ["#", "+", "a/#", "+/a/+/#", "/", "a//b", "$SYS/#"])
def test_wildcards_may_be_whole_levels(legal: str) -> None:
    """A filter may have wildcards as whole levels, # as the last."""
    check_filter(legal)


@pytest.mark.parametrize("illegal", ["", "a#", "#/a", "a/#/b", "a+", "+a/b", "##"])
def test_wildcards_may_not_be_parts_of_levels(illegal: str) -> None:
    """A filter with a wildcard beside other characters, or # before the end, is refused."""
    with pytest.raises(MalformedPacket):
        check_filter(illegal)
