"""What QoS 1 and 2 leave unfinished: it is settled, repeated, told as lost, and has bounds."""

import pytest

from fleet.mqtt.errors import MalformedPacket, NotSupported, PacketTooLarge, WindowFull
from fleet.mqtt.events import Acknowledged, Connected, Received
from fleet.mqtt.packets import ConnAck, PubAck, PubComp, Publish, PubRec, PubRel, SubAck, Version
from fleet.mqtt.session import SessionOptions
from tests.mqtt.played import LASTING, V5, V311, VERSIONS, Broker, online


@VERSIONS
def test_qos_0_is_forgotten(version: Version) -> None:
    """A QoS 0 message has packet id 0 and leaves nothing in flight."""
    broker = online(SessionOptions(version))
    data, packet_id = broker.session.publish(broker.topic, b"x", 0, retain=True)
    assert packet_id == 0
    assert not broker.session.held
    assert broker.reads(data) == [Publish("a/b", b"x", retain=True)]


@VERSIONS
def test_qos_1_is_settled_by_puback(version: Version) -> None:
    """A QoS 1 message is in flight until its PUBACK, which tells its packet id."""
    broker = online(SessionOptions(version))
    data, packet_id = broker.session.publish(broker.topic, b"x", 1)
    assert broker.reads(data) == [Publish("a/b", b"x", 1, packet_id=packet_id)]
    assert len(broker.session.held) == 1
    assert broker.says(PubAck(packet_id)) == [Acknowledged(packet_id)]
    assert not broker.session.held
    assert broker.says(PubAck(packet_id)) == []
    assert broker.session.take_output() == b""


def test_a_refused_message_is_told() -> None:
    """In MQTT 5 a PUBACK or PUBREC may refuse, which settles the message too."""
    broker = online(SessionOptions(V5))
    _, one = broker.session.publish(broker.topic, b"x", 1)
    _, two = broker.session.publish(broker.topic, b"x", 2)
    assert broker.says(PubAck(one, 0x97)) == [Acknowledged(one, 0x97)]
    assert broker.says(PubRec(two, 0x97)) == [Acknowledged(two, 0x97)]
    assert broker.session.take_output() == b""
    assert not broker.session.held


@VERSIONS
def test_qos_2_out_takes_four_packets(version: Version) -> None:
    """PUBLISH, PUBREC, PUBREL, PUBCOMP: only the last settles it."""
    broker = online(SessionOptions(version))
    data, packet_id = broker.session.publish(broker.topic, b"x", 2)
    assert broker.reads(data) == [Publish("a/b", b"x", 2, packet_id=packet_id)]
    for _ in range(2):
        assert broker.says(PubRec(packet_id)) == []
        assert broker.reads_output() == [PubRel(packet_id)]
        assert len(broker.session.held) == 1
    assert broker.says(PubComp(packet_id)) == [Acknowledged(packet_id)]
    assert not broker.session.held


@VERSIONS
def test_answers_to_nothing(version: Version) -> None:
    """Answers to unknown packet ids settle nothing; PUBREC and PUBREL are answered as they must."""
    broker = online(SessionOptions(version))
    unknown = 0x92 if version is V5 else 0
    assert broker.says(PubAck(9), PubComp(9), SubAck(9, (0,))) == []
    assert broker.session.take_output() == b""
    assert broker.says(PubRec(9), PubRel(8)) == []
    assert broker.reads_output() == [PubRel(9, unknown), PubComp(8, unknown)]


@VERSIONS
@pytest.mark.parametrize(("qos", "wrong"), [(1, PubRec), (1, PubComp), (2, PubAck), (2, PubComp)])
def test_the_wrong_answer_breaks_the_protocol(
    version: Version, qos: int, wrong: type[PubAck] | type[PubRec] | type[PubComp]
) -> None:
    """An answer which belongs to another QoS or step is a protocol error."""
    broker = online(SessionOptions(version))
    _, packet_id = broker.session.publish(broker.topic, b"x", qos)
    with pytest.raises(MalformedPacket, match="which awaits") as caught:
        broker.says(wrong(packet_id))
    assert caught.value.code == 0x82


@VERSIONS
def test_what_comes_is_acknowledged(version: Version) -> None:
    """A QoS 0 message needs no answer, QoS 1 a PUBACK; both are told."""
    broker = online(SessionOptions(version))
    assert broker.says(Publish("x", b"0")) == [Received("x", b"0", 0, retain=False, dup=False)]
    assert broker.session.take_output() == b""
    message = Publish("x", b"1", 1, retain=True, dup=True, packet_id=7)
    assert broker.says(message) == [Received("x", b"1", 1, retain=True, dup=True)]
    assert broker.reads_output() == [PubAck(7)]
    assert broker.session.take_output() == b""


@VERSIONS
def test_qos_2_in_is_told_once(version: Version) -> None:
    """A repeated QoS 2 message is acknowledged again, not told again, until it is released."""
    broker = online(SessionOptions(version))
    message = Publish("x", b"2", 2, packet_id=7)
    told = [Received("x", b"2", 2, retain=False, dup=False)]
    assert broker.says(message) == told
    assert broker.says(Publish("x", b"2", 2, dup=True, packet_id=7)) == []
    assert broker.reads_output() == [PubRec(7), PubRec(7)]
    assert broker.says(PubRel(7)) == []
    assert broker.reads_output() == [PubComp(7)]
    assert broker.says(message) == told


@VERSIONS
def test_qos_2_in_is_told_once_across_connections(version: Version) -> None:
    """A QoS 2 message repeated after a resumption is not told again."""
    broker = online(LASTING[version])
    broker.says(Publish("x", b"2", 2, packet_id=7))
    broker.resumes()
    assert broker.says(Publish("x", b"2", 2, dup=True, packet_id=7)) == []
    assert broker.reads_output() == [PubRec(7)]


@VERSIONS
def test_a_resumed_session_repeats_in_order(version: Version) -> None:
    """What is unacknowledged is repeated with DUP and its old packet id, in the old order."""
    broker = online(LASTING[version])
    ids = [broker.session.publish(broker.topic, bytes([qos]), qos)[1] for qos in (1, 2, 2, 1)]
    broker.says(PubRec(ids[2]), PubAck(ids[3]))
    assert broker.resumes() == [Connected(session_present=True)]
    assert broker.reads_output() == [
        Publish("a/b", b"\1", 1, dup=True, packet_id=ids[0]),
        Publish("a/b", b"\2", 2, dup=True, packet_id=ids[1]),
        PubRel(ids[2]),
    ]
    assert broker.says(PubAck(ids[0])) == [Acknowledged(ids[0])]
    assert broker.says(PubComp(ids[2])) == [Acknowledged(ids[2])]


@VERSIONS
def test_a_forgotten_session_names_what_is_lost(version: Version) -> None:
    """If the broker no longer has the session, the unacknowledged are lost and told by id."""
    broker = online(LASTING[version])
    ids = [broker.session.publish(broker.topic, b"", qos)[1] for qos in (1, 2)]
    assert broker.session.connection_lost() == ()
    assert broker.accepts() == [Connected(session_present=False, lost=tuple(ids))]
    assert broker.session.take_output() == b""
    assert not broker.session.held


@pytest.mark.parametrize(
    "options",
    [
        SessionOptions(V311),
        SessionOptions(V5, session_expiry_s=10),
        SessionOptions(V5, clean_start=False),
    ],
)
def test_a_passing_session_loses_at_once(options: SessionOptions) -> None:
    """A session which ends with its connection names the lost messages when it is cut."""
    broker = online(options)
    _, packet_id = broker.session.publish(broker.topic, b"", 1)
    assert broker.session.connection_lost() == (packet_id,)
    assert broker.accepts() == [Connected(session_present=False)]


@VERSIONS
def test_a_clean_start_finds_no_session(version: Version) -> None:
    """A broker that claims a session after a clean start breaks the protocol."""
    broker = Broker(SessionOptions(version))
    broker.session.connect()
    with pytest.raises(MalformedPacket, match="clean start"):
        broker.says(ConnAck(session_present=True))


@VERSIONS
@pytest.mark.parametrize("qos", [1, 2])
def test_the_window_fills_and_empties(version: Version, qos: int) -> None:
    """Beyond the window publishing raises WindowFull, until something is settled; QoS 0 passes."""
    broker = online(SessionOptions(version, receive_maximum=3))
    ids = [broker.session.publish(broker.topic, b"", qos)[1] for _ in range(3)]
    with pytest.raises(WindowFull, match="3 messages"):
        broker.session.publish(broker.topic, b"", qos)
    broker.session.publish(broker.topic, b"", 0)
    if qos == 2:
        broker.says(PubRec(ids[1]))
        broker.says(PubComp(ids[1]))
    else:
        broker.says(PubAck(ids[1]))
    broker.session.publish(broker.topic, b"", qos)
    assert len(broker.session.held) == 3


def test_the_brokers_window_counts_too() -> None:
    """The smaller of both receive maximums is the window."""
    broker = online(SessionOptions(V5), receive_maximum=1)
    broker.session.publish(broker.topic, b"", 1)
    with pytest.raises(WindowFull):
        broker.session.publish(broker.topic, b"", 1)


def test_the_brokers_limits_hold() -> None:
    """What the broker says it cannot take is not sent to it, and leaves nothing in flight."""
    limits = {"maximum_packet_size": 100, "maximum_qos": 1, "retain_available": 0}
    broker = online(SessionOptions(V5), **limits)
    session = broker.session
    for qos in (0, 1):
        with pytest.raises(PacketTooLarge, match="at most 100"):
            session.publish(broker.topic, bytes(100), qos)
    with pytest.raises(PacketTooLarge):
        session.subscribe([("x" * 100, 0)])
    with pytest.raises(NotSupported):
        session.publish(broker.topic, b"", 2)
    with pytest.raises(NotSupported):
        session.publish(broker.topic, b"", 0, retain=True)
    assert not session.held
    size_of_the_rest = len(session.publish(broker.topic, b"", 0)[0])
    assert len(session.publish(broker.topic, bytes(100 - size_of_the_rest), 0)[0]) == 100


def test_the_broker_keeps_our_window() -> None:
    """More unreleased QoS 2 messages than our receive maximum break the protocol."""
    broker = online(SessionOptions(V5, receive_maximum=2))
    broker.says(*(Publish("x", b"", 2, packet_id=number) for number in (1, 2)))
    with pytest.raises(MalformedPacket) as caught:
        broker.says(Publish("x", b"", 2, packet_id=3))
    assert caught.value.code == 0x93


@VERSIONS
def test_packet_ids_in_use_are_passed_over(version: Version) -> None:
    """Packet ids go round from 65535 to 1, and skip those in flight or awaiting a SUBACK."""
    broker = online(SessionOptions(version))
    session = broker.session
    _, held = session.publish(broker.topic, b"", 1)
    _, asked = session.subscribe([("a", 0)])
    seen = []
    for _ in range(65535):
        _, packet_id = session.publish(broker.topic, b"", 1)
        session.receive(b"\x40\x02" + packet_id.to_bytes(2, "big"), 0)
        seen.append(packet_id)
    assert (held, asked) == (1, 2)
    assert seen == [*range(3, 65536), 3, 4]
