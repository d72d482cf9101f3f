"""DRAFT of signatures, the body follows."""

from collections.abc import Sequence
from dataclasses import dataclass

from fleet.mqtt.events import Event
from fleet.mqtt.frames import PreparedTopic
from fleet.mqtt.packets import Version, Will

NEVER_MS = 1 << 62


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """What many sessions have in common."""

    version: Version = Version.V311
    keep_alive_s: int = 60
    clean_start: bool = True
    session_expiry_s: int = 0
    receive_maximum: int = 20
    max_packet_bytes: int = 1_048_576
    authentication_method: str | None = None
    authentication_data: bytes | None = None


class Session:
    """A client's side of a conversation. Exceptions are in fleet.mqtt.errors."""

    def __init__(
        self,
        options: SessionOptions,
        client_id: str,
        *,
        username: str | None = None,
        password: bytes | None = None,
        will: Will | None = None,
    ) -> None: ...

    @property
    def client_id(self) -> str: ...  # the broker's choice if ours was empty

    @property
    def connected(self) -> bool: ...

    @property
    def due_ms(self) -> int: ...  # instant at which tick() will have something to do, or NEVER_MS

    @property
    def in_flight(self) -> int: ...  # unacknowledged QoS 1 and 2 messages

    def connect(self) -> bytes: ...

    def receive(self, data: bytes, now_ms: int) -> list[Event]: ...  # MalformedPacket

    def take_output(self) -> bytes: ...

    # NotConnected, WindowFull, PacketTooLarge, NotSupported
    def publish(
        self, topic: PreparedTopic, payload: bytes, qos: int, *, retain: bool = False
    ) -> tuple[bytes, int]: ...

    def subscribe(self, filters: Sequence[tuple[str, int]]) -> tuple[bytes, int]: ...

    def unsubscribe(self, filters: Sequence[str]) -> tuple[bytes, int]: ...

    def ping(self) -> bytes: ...

    def tick(self, now_ms: int) -> bytes: ...  # PINGREQ or b""; KeepAliveTimeout

    def authenticate(self, data: bytes | None, reason: int = 0x18) -> bytes: ...

    def disconnect(self, reason: int = 0) -> bytes: ...

    # ids of messages now lost for good; () if the session survives
    def connection_lost(self) -> tuple[int, ...]: ...
