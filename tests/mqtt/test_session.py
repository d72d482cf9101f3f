"""Conversations of a session with a broker played by hand."""

import tracemalloc

import pytest

from fleet.mqtt.decoding import Decoder
from fleet.mqtt.encoding import encode
from fleet.mqtt.errors import (
    KeepAliveTimeout,
    MalformedPacket,
    NotConnected,
    NotSupported,
    PacketTooLarge,
    WindowFull,
)
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
from fleet.mqtt.frames import PreparedTopic
from fleet.mqtt.options import NEVER_MS
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
from fleet.mqtt.session import Session, SessionOptions

V311, V5 = Version
VERSIONS = pytest.mark.parametrize("version", list(Version))
LASTING = {
    V311: SessionOptions(V311, clean_start=False),
    V5: SessionOptions(V5, clean_start=False, session_expiry_s=3600),
}


class Broker:
    """The other side of a session, played by hand: it says packets and reads what it is sent."""

    def __init__(self, options: SessionOptions, **credentials: str | bytes) -> None:
        self.version = options.version
        self.session = Session(options, "t1", **credentials)  # type: ignore[arg-type]
        self.now_ms = 1_000_000
        self.topic = PreparedTopic(self.version, "a/b")

    def says(self, *packets: Packet) -> list[Event]:
        """Say packets in one chunk; return the session's events."""
        data = b"".join(encode(packet, self.version) for packet in packets)
        return self.session.receive(data, self.now_ms)

    def reads(self, data: bytes) -> list[Packet]:
        """Read bytes which the session made."""
        return Decoder(self.version).feed(data)

    def reads_output(self) -> list[Packet]:
        """Read what receiving made the session say."""
        return self.reads(self.session.take_output())

    def accepts(self, **properties: int | str) -> list[Event]:
        """Let the session connect, without a session of old."""
        self.session.connect()
        return self.says(ConnAck(properties=Properties(**properties)))  # type: ignore[arg-type]

    def resumes(self) -> list[Event]:
        """Cut the connection and let the session resume."""
        self.session.connection_lost()
        self.session.connect()
        return self.says(ConnAck(session_present=True))


def _online(options: SessionOptions, **properties: int | str) -> Broker:
    broker = Broker(options)
    broker.accepts(**properties)
    return broker


@VERSIONS
def test_connect_says_who_it_is(version: Version) -> None:
    """CONNECT carries the options, the credentials and the will."""
    will = Will("w", b"gone", 1, retain=True)
    broker = Broker(SessionOptions(version, keep_alive_s=30), username="u", password=b"p")
    (connect,) = broker.reads(broker.session.connect(will))
    said = Properties(receive_maximum=20, maximum_packet_size=1_048_576)
    expected = Connect(
        "t1", version, keep_alive_s=30, username="u", password=b"p", will=will,
        properties=said if version is V5 else Properties(),
    )  # fmt: skip
    assert connect == expected
    assert not broker.session.connected
    assert broker.says(ConnAck()) == [Connected(session_present=False)]
    assert broker.session.connected


@pytest.mark.parametrize(
    ("version", "code", "text"), [(V311, 5, "not authorized"), (V5, 0x87, "not authorized")]
)
def test_a_refusal_is_told(version: Version, code: int, text: str) -> None:
    """A CONNACK that refuses gives its code and its name, and ends the conversation."""
    broker = Broker(SessionOptions(version))
    broker.session.connect()
    assert broker.says(ConnAck(reason=code)) == [Refused(code, text)]
    assert not broker.session.connected
    assert broker.says(PingResp()) == []


@VERSIONS
def test_nothing_is_said_without_a_connection(version: Version) -> None:
    """Before CONNACK, and after the connection is lost, publishing raises NotConnected."""
    broker = Broker(SessionOptions(version))
    session = broker.session
    with pytest.raises(NotConnected):
        session.receive(b"", 0)
    with pytest.raises(NotConnected):
        session.disconnect()
    session.connect()
    for say in (
        lambda: session.publish(broker.topic, b"", 0),
        lambda: session.publish(broker.topic, b"", 1),
        lambda: session.subscribe([("a", 0)]),
        lambda: session.unsubscribe(["a"]),
        session.ping,
    ):
        with pytest.raises(NotConnected, match="connecting"):
            say()


@VERSIONS
def test_qos_0_is_forgotten(version: Version) -> None:
    """A QoS 0 message has packet id 0 and leaves nothing in flight."""
    broker = _online(SessionOptions(version))
    data, packet_id = broker.session.publish(broker.topic, b"x", 0, retain=True)
    assert packet_id == 0
    assert len(broker.session.held) == 0
    assert broker.reads(data) == [Publish("a/b", b"x", retain=True)]


@VERSIONS
def test_qos_1_is_settled_by_puback(version: Version) -> None:
    """A QoS 1 message is in flight until its PUBACK, which tells its packet id."""
    broker = _online(SessionOptions(version))
    data, packet_id = broker.session.publish(broker.topic, b"x", 1)
    assert broker.reads(data) == [Publish("a/b", b"x", 1, packet_id=packet_id)]
    assert len(broker.session.held) == 1
    assert broker.says(PubAck(packet_id)) == [Acknowledged(packet_id)]
    assert len(broker.session.held) == 0
    assert broker.says(PubAck(packet_id)) == []
    assert broker.session.take_output() == b""


def test_a_refused_message_is_told() -> None:
    """In MQTT 5 a PUBACK or PUBREC may refuse, which settles the message too."""
    broker = _online(SessionOptions(V5))
    _, one = broker.session.publish(broker.topic, b"x", 1)
    _, two = broker.session.publish(broker.topic, b"x", 2)
    assert broker.says(PubAck(one, 0x97)) == [Acknowledged(one, 0x97)]
    assert broker.says(PubRec(two, 0x97)) == [Acknowledged(two, 0x97)]
    assert broker.session.take_output() == b""
    assert len(broker.session.held) == 0


@VERSIONS
def test_qos_2_out_takes_four_packets(version: Version) -> None:
    """PUBLISH, PUBREC, PUBREL, PUBCOMP: only the last settles it."""
    broker = _online(SessionOptions(version))
    data, packet_id = broker.session.publish(broker.topic, b"x", 2)
    assert broker.reads(data) == [Publish("a/b", b"x", 2, packet_id=packet_id)]
    for _ in range(2):
        assert broker.says(PubRec(packet_id)) == []
        assert broker.reads_output() == [PubRel(packet_id)]
        assert len(broker.session.held) == 1
    assert broker.says(PubComp(packet_id)) == [Acknowledged(packet_id)]
    assert len(broker.session.held) == 0


@VERSIONS
def test_answers_to_nothing(version: Version) -> None:
    """Answers to unknown packet ids settle nothing; PUBREC and PUBREL are answered as they must."""
    broker = _online(SessionOptions(version))
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
    broker = _online(SessionOptions(version))
    _, packet_id = broker.session.publish(broker.topic, b"x", qos)
    with pytest.raises(MalformedPacket, match="which awaits") as caught:
        broker.says(wrong(packet_id))
    assert caught.value.code == 0x82


@VERSIONS
def test_what_comes_is_acknowledged(version: Version) -> None:
    """A QoS 0 message needs no answer, QoS 1 a PUBACK; both are told."""
    broker = _online(SessionOptions(version))
    assert broker.says(Publish("x", b"0")) == [Received("x", b"0", 0, retain=False, dup=False)]
    assert broker.session.take_output() == b""
    message = Publish("x", b"1", 1, retain=True, dup=True, packet_id=7)
    assert broker.says(message) == [Received("x", b"1", 1, retain=True, dup=True)]
    assert broker.reads_output() == [PubAck(7)]
    assert broker.session.take_output() == b""


@VERSIONS
def test_qos_2_in_is_told_once(version: Version) -> None:
    """A repeated QoS 2 message is acknowledged again, not told again, until it is released."""
    broker = _online(SessionOptions(version))
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
    broker = _online(LASTING[version])
    broker.says(Publish("x", b"2", 2, packet_id=7))
    broker.resumes()
    assert broker.says(Publish("x", b"2", 2, dup=True, packet_id=7)) == []
    assert broker.reads_output() == [PubRec(7)]


@VERSIONS
def test_a_resumed_session_repeats_in_order(version: Version) -> None:
    """What is unacknowledged is repeated with DUP and its old packet id, in the old order."""
    broker = _online(LASTING[version])
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
    broker = _online(LASTING[version])
    ids = [broker.session.publish(broker.topic, b"", qos)[1] for qos in (1, 2)]
    assert broker.session.connection_lost() == ()
    assert broker.accepts() == [Connected(session_present=False, lost=tuple(ids))]
    assert broker.session.take_output() == b""
    assert len(broker.session.held) == 0


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
    broker = _online(options)
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
    broker = _online(SessionOptions(version, receive_maximum=3))
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
    broker = _online(SessionOptions(V5), receive_maximum=1)
    broker.session.publish(broker.topic, b"", 1)
    with pytest.raises(WindowFull):
        broker.session.publish(broker.topic, b"", 1)


def test_the_brokers_limits_hold() -> None:
    """What the broker says it cannot take is not sent to it, and leaves nothing in flight."""
    limits = {"maximum_packet_size": 100, "maximum_qos": 1, "retain_available": 0}
    broker = _online(SessionOptions(V5), **limits)
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
    assert len(session.held) == 0
    size_of_the_rest = len(session.publish(broker.topic, b"", 0)[0])
    assert len(session.publish(broker.topic, bytes(100 - size_of_the_rest), 0)[0]) == 100


def test_the_broker_keeps_our_window() -> None:
    """More unreleased QoS 2 messages than our receive maximum break the protocol."""
    broker = _online(SessionOptions(V5, receive_maximum=2))
    broker.says(*(Publish("x", b"", 2, packet_id=number) for number in (1, 2)))
    with pytest.raises(MalformedPacket) as caught:
        broker.says(Publish("x", b"", 2, packet_id=3))
    assert caught.value.code == 0x93


@VERSIONS
def test_packet_ids_in_use_are_passed_over(version: Version) -> None:
    """Packet ids go round from 65535 to 1, and skip those in flight or awaiting a SUBACK."""
    broker = _online(SessionOptions(version))
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


@VERSIONS
def test_subscribing(version: Version) -> None:
    """SUBSCRIBE and UNSUBSCRIBE say their filters; their answers are told."""
    broker = _online(SessionOptions(version))
    data, packet_id = broker.session.subscribe([("a/#", 1), ("b", 2)])
    wanted = (Subscription("a/#", 1), Subscription("b", 2))
    assert broker.reads(data) == [Subscribe(packet_id, wanted)]
    assert broker.says(SubAck(packet_id, (1, 0x80))) == [Subscribed(packet_id, (1, 0x80))]
    data, packet_id = broker.session.unsubscribe(["a/#"])
    assert broker.reads(data) == [Unsubscribe(packet_id, ("a/#",))]
    reasons = (0,) if version is V5 else ()
    assert broker.says(UnsubAck(packet_id, reasons)) == [Unsubscribed(packet_id, reasons)]


@VERSIONS
def test_an_answer_must_fit_its_request(version: Version) -> None:
    """A SUBACK with too few codes, or one for an UNSUBSCRIBE, breaks the protocol."""
    broker = _online(SessionOptions(version))
    for _, packet_id in (
        broker.session.subscribe([("a", 0), ("b", 0)]),
        broker.session.unsubscribe(["a"]),
    ):
        with pytest.raises(MalformedPacket, match="does not fit"):
            broker.says(SubAck(packet_id, (0,)))


@VERSIONS
def test_a_refused_filter_takes_no_packet_id(version: Version) -> None:
    """A filter which the norm forbids is refused, and nothing waits for its answer."""
    broker = _online(SessionOptions(version))
    with pytest.raises(MalformedPacket):
        broker.session.subscribe([("a#", 0)])
    with pytest.raises(MalformedPacket):
        broker.session.subscribe([])
    assert broker.says(SubAck(1, (0,)), SubAck(2, (0,))) == []


@VERSIONS
def test_keep_alive_pings_when_idle(version: Version) -> None:
    """A PINGREQ is due a keep-alive time after the last exchange, and once only."""
    broker = _online(SessionOptions(version, keep_alive_s=10))
    session, start = broker.session, broker.now_ms
    assert session.due_ms == start + 10_000
    assert session.tick(start + 9_999) == b""
    assert broker.reads(session.tick(start + 10_000)) == [PingReq()]
    assert session.tick(start + 10_001) == b""
    broker.now_ms = start + 10_500
    assert broker.says(PingResp()) == [Pong()]
    assert session.due_ms == start + 20_500
    assert session.tick(start + 20_499) == b""


@VERSIONS
def test_an_exchange_puts_the_ping_off_and_qos_0_does_not(version: Version) -> None:
    """What the broker answers, or we answer it, puts off the PINGREQ; one-way messages do not."""
    broker = _online(SessionOptions(version, keep_alive_s=10))
    session, start = broker.session, broker.now_ms
    broker.now_ms += 4_000
    broker.says(Publish("x", b""))
    broker.says(Publish("x", b""), Publish("x", b""))
    session.publish(broker.topic, b"", 0)
    assert session.due_ms == start + 10_000
    _, packet_id = session.publish(broker.topic, b"", 1)
    broker.says(PubAck(packet_id))
    assert session.due_ms == start + 14_000
    broker.now_ms += 1_000
    broker.says(Publish("x", b"", 1, packet_id=1))
    assert session.due_ms == start + 15_000


@VERSIONS
def test_a_silent_broker_is_dead(version: Version) -> None:
    """Without PINGRESP for another keep-alive time, tick raises, whatever else came."""
    broker = _online(SessionOptions(version, keep_alive_s=10))
    session, start = broker.session, broker.now_ms
    session.tick(start + 10_000)
    _, packet_id = session.publish(broker.topic, b"", 1)
    broker.says(PubAck(packet_id))
    assert session.tick(start + 19_999) == b""
    with pytest.raises(KeepAliveTimeout, match="10000 ms"):
        session.tick(start + 20_000)
    session.connection_lost()
    assert session.due_ms == NEVER_MS
    broker.now_ms = start + 60_000
    broker.accepts()
    assert broker.reads(session.tick(start + 70_000)) == [PingReq()]


@VERSIONS
def test_keep_alive_may_be_off(version: Version) -> None:
    """With keep-alive 0 no PINGREQ is ever due; one may still be asked for."""
    broker = _online(SessionOptions(version, keep_alive_s=0))
    assert broker.session.tick(1 << 60) == b""
    assert broker.reads(broker.session.ping()) == [PingReq()]
    assert broker.says(PingResp()) == [Pong()]


def test_the_brokers_keep_alive_rules() -> None:
    """A server keep alive replaces ours."""
    broker = _online(SessionOptions(V5, keep_alive_s=60), server_keep_alive=5)
    assert broker.session.due_ms == broker.now_ms + 5_000


@VERSIONS
def test_disconnect_is_the_last_word(version: Version) -> None:
    """After DISCONNECT nothing is said, and what still comes is ignored."""
    broker = _online(SessionOptions(version))
    data = broker.session.disconnect(4)
    assert broker.reads(data) == [Disconnect(4 if version is V5 else 0)]
    assert broker.says(Publish("x", b"", 1, packet_id=1)) == []
    assert broker.session.take_output() == b""
    with pytest.raises(NotConnected, match="closed"):
        broker.session.publish(broker.topic, b"", 0)


def test_the_brokers_disconnect_is_told() -> None:
    """A DISCONNECT of the broker gives its reason; what follows it is ignored."""
    broker = _online(SessionOptions(V5))
    events = broker.says(Disconnect(0x8B), Publish("x", b""))
    assert events == [Disconnected(0x8B, "server shutting down")]
    assert not broker.session.connected
    assert broker.session.due_ms == NEVER_MS


@pytest.mark.parametrize(
    ("version", "packet"),
    [
        (V311, Disconnect()),
        (V5, Disconnect(4)),
        (V5, Disconnect(properties=Properties(session_expiry_interval=0))),
        (V5, Auth(0x18)),
        (V5, ConnAck()),
        (V5, PingReq()),
        (V311, Subscribe(1, (Subscription("a"),))),
        (V311, Connect("a")),
        (V5, Publish("", b"", properties=Properties(topic_alias=1))),
    ],
)
def test_what_a_broker_may_not_say(version: Version, packet: Packet) -> None:
    """A packet which only a client may send, or which was not offered, breaks the protocol."""
    broker = _online(SessionOptions(version))
    with pytest.raises(MalformedPacket) as caught:
        broker.says(packet)
    assert caught.value.code in {0x82, 0x94}


@VERSIONS
def test_connack_comes_first(version: Version) -> None:
    """Any other packet before CONNACK breaks the protocol."""
    broker = Broker(SessionOptions(version))
    broker.session.connect()
    with pytest.raises(MalformedPacket, match="PUBLISH while connecting"):
        broker.says(Publish("x", b""))


def test_enhanced_authentication() -> None:
    """With a method offered, AUTH steps go to and fro before CONNACK."""
    options = SessionOptions(V5, authentication_method="m", authentication_data=b"1")
    broker = Broker(options)
    (connect,) = broker.reads(broker.session.connect())
    assert isinstance(connect, Connect)
    assert connect.properties.authentication_data == b"1"
    said = Properties(authentication_method="m", authentication_data=b"2")
    assert broker.says(Auth(0x18, said)) == [AuthRequested(0x18, said)]
    answer = Properties(authentication_method="m", authentication_data=b"3")
    assert broker.reads(broker.session.authenticate(b"3")) == [Auth(0x18, answer)]
    assert broker.says(ConnAck()) == [Connected(session_present=False)]


def test_the_broker_may_choose_the_name() -> None:
    """An assigned client identifier becomes ours."""
    session = Session(SessionOptions(V5), "")
    session.connect()
    session.receive(
        encode(ConnAck(properties=Properties(assigned_client_identifier="given")), V5), 0
    )
    assert session.client_id == "given"


@VERSIONS
def test_events_do_not_depend_on_chunks(version: Version) -> None:
    """The same bytes give the same events and answers, whole or byte by byte."""
    told = []
    packets: list[Packet] = [
        ConnAck(),
        Publish("x", b"0"),
        Publish("x", bytes(200), 1, packet_id=5),
        Publish("x", b"2", 2, packet_id=6),
        PubRel(6),
        PingResp(),
    ]
    stream = b"".join(encode(packet, version) for packet in packets)
    for size in (1, 2, 3, 7, len(stream)):
        session = Session(SessionOptions(version), "t")
        session.connect()
        events = [
            event
            for start in range(0, len(stream), size)
            for event in session.receive(stream[start : start + size], 0)
        ]
        told.append((events, session.take_output()))
    assert len(told[0][0]) == 5
    assert told == [told[0]] * 5


@VERSIONS
def test_a_broken_stream_stays_broken(version: Version) -> None:
    """After malformed bytes every receive raises, until the next connection."""
    broker = _online(SessionOptions(version))
    for data in (b"\x00\x00", encode(PingResp(), version)):
        with pytest.raises(MalformedPacket):
            broker.session.receive(data, 0)
    assert broker.session.disconnect(0x81)
    broker.session.connection_lost()
    assert broker.accepts() == [Connected(session_present=False)]


@VERSIONS
def test_a_packet_beyond_our_limit_is_refused(version: Version) -> None:
    """A PUBLISH larger than we accept is refused, in whatever shape it comes."""
    broker = _online(SessionOptions(version, max_packet_bytes=100))
    with pytest.raises(MalformedPacket, match="at most 100"):
        broker.says(Publish("x", bytes(100)))


@pytest.mark.parametrize(
    "wrong",
    [{"keep_alive_s": 65536}, {"receive_maximum": 0}, {"session_expiry_s": -1},
     {"max_packet_bytes": 0}],
)  # fmt: skip
def test_options_have_ranges(wrong: dict[str, int]) -> None:
    """A number outside its range is refused, by name."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SessionOptions(**wrong)  # type: ignore[arg-type]


def test_an_idle_session_is_small() -> None:
    """A connected and subscribed session at rest takes less than 1 KiB of its own."""
    options, sessions = SessionOptions(V5), []
    tracemalloc.start()
    for number in range(1000):
        session = Session(options, "t")
        session.connect()
        session.receive(encode(ConnAck(), V5), 1_000_000 + number)
        _, packet_id = session.subscribe([("a/#", 1)])
        session.receive(encode(SubAck(packet_id, (1,)), V5), 2_000_000 + number)
        sessions.append(session)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size / len(sessions) < 1024
