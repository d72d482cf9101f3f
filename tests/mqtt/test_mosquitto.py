"""Sessions against a real mosquitto, over plain sockets."""

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar
from uuid import uuid4

import pytest

from fleet.mqtt.events import (
    Acknowledged,
    Connected,
    Disconnected,
    Event,
    Pong,
    Received,
    Refused,
    Subscribed,
    Unsubscribed,
)
from fleet.mqtt.frames import PreparedTopic, frame
from fleet.mqtt.packets import Properties, Version, Will
from fleet.mqtt.session import Session, SessionOptions
from tests.brokers import Mosquitto

pytestmark = pytest.mark.broker
VERSIONS = pytest.mark.parametrize("version", list(Version))
WAIT_S_MAX = 10.0


E = TypeVar("E", bound=Event)


class Wire:
    """A session on a socket; every wait ends within `WAIT_S_MAX`."""

    def __init__(self, session: Session, broker: Mosquitto, will: Will | None = None) -> None:
        self.session = session
        self.socket = socket.create_connection((broker.host, broker.port), WAIT_S_MAX)
        self.events: list[Event] = []
        self.send(session.connect(will))

    def send(self, data: bytes) -> None:
        """Send bytes which the session made."""
        self.socket.sendall(data)

    def wait(self, kind: type[E]) -> E:
        """Return the next event of this kind; others before it are dropped."""
        while True:
            event = self.wait_any()
            if isinstance(event, kind):
                return event

    def wait_any(self) -> Event:
        """Return the next event."""
        deadline = time.monotonic() + WAIT_S_MAX
        while not self.events:
            assert time.monotonic() < deadline, "the broker does not say what it should"
            data = self.socket.recv(65536)
            assert data, "the broker hung up"
            self.events += self.session.receive(data, time.monotonic_ns() // 1_000_000)
            self.send(self.session.take_output())
        return self.events.pop(0)

    def cut(self) -> None:
        """Drop the connection without a DISCONNECT."""
        self.socket.close()
        self.session.connection_lost()


@contextmanager
def _connected(session: Session, broker: Mosquitto, will: Will | None = None) -> Iterator[Wire]:
    wire = Wire(session, broker, will)
    try:
        wire.wait(Connected)
        yield wire
    finally:
        wire.cut()


def _unique(stem: str) -> str:
    return f"{stem}-{uuid4().hex}"


@VERSIONS
@pytest.mark.parametrize("qos", [0, 1, 2])
@pytest.mark.parametrize("size", [0, 100, 5000, 100_000])
def test_a_message_goes_there_and_back(
    mosquitto: Mosquitto, version: Version, qos: int, size: int
) -> None:
    """What is published comes back on a subscription, whole and once, with its QoS."""
    topic, payload = _unique("there"), bytes(size)
    with _connected(Session(SessionOptions(version), _unique("c")), mosquitto) as wire:
        data, packet_id = wire.session.subscribe([(topic, 2)])
        wire.send(data)
        assert wire.wait(Subscribed) == Subscribed(packet_id, (2,))
        data, packet_id = wire.session.publish(PreparedTopic(version, topic), payload, qos)
        wire.send(data)
        expected = Received(topic, payload, qos, retain=False, dup=False)
        found: list[Event] = [wire.wait(Received)]
        wire.send(wire.session.ping())
        wire.wait(Pong)
        assert found == [expected]
        assert not wire.session.held


@VERSIONS
@pytest.mark.parametrize("qos", [1, 2])
def test_a_message_is_acknowledged(mosquitto: Mosquitto, version: Version, qos: int) -> None:
    """The broker settles QoS 1 and 2 messages; in MQTT 5 it may add that nobody listens."""
    topic = PreparedTopic(version, _unique("nobody"))
    with _connected(Session(SessionOptions(version), _unique("c")), mosquitto) as wire:
        for _ in range(3):
            data, packet_id = wire.session.publish(topic, b"x", qos)
            wire.send(data)
            found = wire.wait(Acknowledged)
            assert found.packet_id == packet_id
            assert found.reason in {0, 0x10}


@VERSIONS
def test_many_messages_in_a_window(mosquitto: Mosquitto, version: Version) -> None:
    """Windows of 20 messages go out in one write each, and all 200 come back in order."""
    topic = _unique("many")
    with _connected(Session(SessionOptions(version), _unique("c")), mosquitto) as wire:
        wire.send(wire.session.subscribe([(topic, 0)])[0])
        wire.wait(Subscribed)
        prepared = PreparedTopic(version, topic)
        received: list[bytes] = []
        for window in range(10):
            payloads = [str(window * 20 + number).encode() for number in range(20)]
            wire.send(b"".join(wire.session.publish(prepared, each, 1)[0] for each in payloads))
            received += [wire.wait(Received).payload for _ in payloads]
            while wire.session.held:
                wire.send(wire.session.ping())
                wire.wait(Pong)
        assert received == [str(number).encode() for number in range(200)]


@VERSIONS
def test_unsubscribing_ends_a_subscription(mosquitto: Mosquitto, version: Version) -> None:
    """After UNSUBACK nothing comes any more."""
    topic = _unique("gone")
    with _connected(Session(SessionOptions(version), _unique("c")), mosquitto) as wire:
        wire.send(wire.session.subscribe([(topic, 1)])[0])
        wire.wait(Subscribed)
        data, packet_id = wire.session.unsubscribe([topic])
        wire.send(data)
        assert wire.wait(Unsubscribed).packet_id == packet_id
        wire.send(wire.session.publish(PreparedTopic(version, topic), b"", 0)[0])
        wire.send(wire.session.ping())
        wire.wait(Pong)
        assert wire.events == []


@VERSIONS
def test_the_will_is_published_when_the_connection_dies(
    mosquitto: Mosquitto, version: Version
) -> None:
    """A cut connection fires the will; a DISCONNECT does not."""
    topic = _unique("will")
    watcher = Session(SessionOptions(version), _unique("watcher"))
    with _connected(watcher, mosquitto) as wire:
        wire.send(watcher.subscribe([(topic, 1)])[0])
        wire.wait(Subscribed)
        for payload in (b"polite", b"cut"):
            dying = Session(SessionOptions(version), _unique("dying"))
            with _connected(dying, mosquitto, Will(topic, payload, 1)) as other:
                if payload == b"polite":
                    other.send(dying.disconnect())
        assert wire.wait(Received).payload == b"cut"


@VERSIONS
def test_a_session_is_resumed(mosquitto: Mosquitto, version: Version) -> None:
    """After a cut, queued messages come, and what was unacknowledged is repeated and settled."""
    topic = _unique("resumed")
    options = SessionOptions(version, clean_start=False, session_expiry_s=60 * (version - 4))
    session = Session(options, _unique("c"))
    with _connected(session, mosquitto) as wire:
        wire.send(session.subscribe([(topic, 2)])[0])
        wire.wait(Subscribed)
        held = [session.publish(PreparedTopic(version, topic), b"held", qos)[1] for qos in (1, 2)]
    with _connected(Session(SessionOptions(version), _unique("o")), mosquitto) as other:
        data, _ = other.session.publish(PreparedTopic(version, topic), b"queued", 1)
        other.send(data)
        other.wait(Acknowledged)
    wire = Wire(session, mosquitto)
    assert wire.wait(Connected).session_present
    seen: list[Event] = []
    while session.held or len([each for each in seen if isinstance(each, Received)]) < 3:
        seen.append(wire.wait_any())
    settled = {each.packet_id for each in seen if isinstance(each, Acknowledged)}
    payloads = sorted(each.payload for each in seen if isinstance(each, Received))
    wire.cut()
    assert settled == set(held)
    assert payloads == [b"held", b"held", b"queued"]


@VERSIONS
def test_a_wrong_password_is_refused(
    start_mosquitto: Callable[[Sequence[str]], Mosquitto], version: Version
) -> None:
    """A broker without anonymous clients refuses, with the code of its version."""
    broker = start_mosquitto(["allow_anonymous false"])
    session = Session(SessionOptions(version, "u", b"wrong"), "c")
    wire = Wire(session, broker)
    refused = wire.wait(Refused)
    wire.cut()
    assert refused.code in ({4, 5} if version is Version.V311 else {0x86, 0x87})


def test_the_broker_says_why_it_hangs_up(
    start_mosquitto: Callable[[Sequence[str]], Mosquitto],
) -> None:
    """In MQTT 5 a client which does what the broker cannot is told so."""
    broker = start_mosquitto(["retain_available false"])
    session = Session(SessionOptions(Version.V5), "c")
    with _connected(session, broker) as wire:
        wire.send(frame(PreparedTopic(Version.V5, "a"), b"x", retain=True))
        told = wire.wait(Disconnected)
        assert (told.reason, told.reason_text) == (0x9A, "retain not supported")
        assert not session.connected


def test_the_brokers_limits_arrive(
    start_mosquitto: Callable[[Sequence[str]], Mosquitto],
) -> None:
    """What mosquitto says of itself in CONNACK becomes the limits of the session."""
    broker = start_mosquitto(
        ["max_qos 1", "max_keepalive 30", "max_packet_size 5000", "retain_available false"]
    )
    session = Session(SessionOptions(Version.V5, keep_alive_s=60), "")
    with _connected(session, broker):
        limits = session.limits
        assert (limits.qos_max, limits.keep_alive_ms) == (1, 30_000)
        assert (limits.max_packet_bytes, limits.retain) == (5000, False)
        assert session.client_id


def test_properties_pass_through(mosquitto: Mosquitto) -> None:
    """A will's user properties and content type arrive as they were said."""
    topic = _unique("props")
    said = Properties(content_type="text/plain", user_property=(("k", "v"),))
    watcher = Session(SessionOptions(Version.V5), _unique("watcher"))
    with _connected(watcher, mosquitto) as wire:
        wire.send(watcher.subscribe([(topic, 0)])[0])
        wire.wait(Subscribed)
        dying = Session(SessionOptions(Version.V5), _unique("d"))
        with _connected(dying, mosquitto, Will(topic, b"x", properties=said)):
            pass
        assert wire.wait(Received) == Received(
            topic, b"x", 0, retain=False, dup=False, properties=said
        )
