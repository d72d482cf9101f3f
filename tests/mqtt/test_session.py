"""Conversations of a session with a broker played by hand."""

import tracemalloc

import pytest

from fleet.mqtt.encoding import encode
from fleet.mqtt.errors import MalformedPacket, NotConnected
from fleet.mqtt.events import (
    AuthRequested,
    Connected,
    Disconnected,
    Refused,
    Subscribed,
    Unsubscribed,
)
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
    Publish,
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
from tests.mqtt.played import V5, V311, VERSIONS, Broker, online


@VERSIONS
def test_connect_says_who_it_is(version: Version) -> None:
    """CONNECT carries the options, the credentials and the will."""
    will = Will("w", b"gone", 1, retain=True)
    broker = Broker(SessionOptions(version, "u", b"p", keep_alive_s=30))
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


def test_options_keep_the_password_to_themselves() -> None:
    """It is not shown where options are: in a traceback, in a log."""
    assert "secret" not in repr(SessionOptions(V5, "u", b"secret"))


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
def test_subscribing(version: Version) -> None:
    """SUBSCRIBE and UNSUBSCRIBE say their filters; their answers are told."""
    broker = online(SessionOptions(version))
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
    broker = online(SessionOptions(version))
    for _, packet_id in (
        broker.session.subscribe([("a", 0), ("b", 0)]),
        broker.session.unsubscribe(["a"]),
    ):
        with pytest.raises(MalformedPacket, match="does not fit"):
            broker.says(SubAck(packet_id, (0,)))


@VERSIONS
def test_a_refused_filter_takes_no_packet_id(version: Version) -> None:
    """A filter which the norm forbids is refused, and nothing waits for its answer."""
    broker = online(SessionOptions(version))
    with pytest.raises(MalformedPacket):
        broker.session.subscribe([("a#", 0)])
    with pytest.raises(MalformedPacket):
        broker.session.subscribe([])
    assert broker.says(SubAck(1, (0,)), SubAck(2, (0,))) == []


@VERSIONS
def test_disconnect_is_the_last_word(version: Version) -> None:
    """After DISCONNECT nothing is said, and what still comes is ignored."""
    broker = online(SessionOptions(version))
    data = broker.session.disconnect(4)
    assert broker.reads(data) == [Disconnect(4 if version is V5 else 0)]
    assert broker.says(Publish("x", b"", 1, packet_id=1)) == []
    assert broker.session.take_output() == b""
    with pytest.raises(NotConnected, match="closed"):
        broker.session.publish(broker.topic, b"", 0)


def test_the_brokers_disconnect_is_told() -> None:
    """A DISCONNECT of the broker gives its reason; what follows it is ignored."""
    broker = online(SessionOptions(V5))
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
    broker = online(SessionOptions(version))
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
    broker = online(SessionOptions(version))
    for data in (b"\x00\x00", encode(PingResp(), version)):
        with pytest.raises(MalformedPacket):
            broker.session.receive(data, 0)
    assert broker.session.disconnect(0x81)
    broker.session.connection_lost()
    assert broker.accepts() == [Connected(session_present=False)]


@VERSIONS
def test_a_packet_beyond_our_limit_is_refused(version: Version) -> None:
    """A PUBLISH larger than we accept is refused, in whatever shape it comes."""
    broker = online(SessionOptions(version, max_packet_bytes=100))
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
