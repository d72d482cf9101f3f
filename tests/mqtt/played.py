"""The other side of a session: a broker played by hand."""

import pytest

from fleet.mqtt.decoding import Decoder
from fleet.mqtt.encoding import encode
from fleet.mqtt.events import Event
from fleet.mqtt.frames import PreparedTopic
from fleet.mqtt.packets import ConnAck, Packet, Properties, Version
from fleet.mqtt.session import Session, SessionOptions

V311, V5 = Version
VERSIONS = pytest.mark.parametrize("version", list(Version))
LASTING = {
    V311: SessionOptions(V311, clean_start=False),
    V5: SessionOptions(V5, clean_start=False, session_expiry_s=3600),
}


class Broker:
    """The other side of a session, played by hand: it says packets and reads what it is sent."""

    def __init__(self, options: SessionOptions) -> None:
        self.version = options.version
        self.session = Session(options, "t1")
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


def online(options: SessionOptions, **properties: int | str) -> Broker:
    """Return a broker that has accepted a session."""
    broker = Broker(options)
    broker.accepts(**properties)
    return broker
