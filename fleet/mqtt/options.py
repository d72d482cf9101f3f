"""What is agreed at connect: what we ask for, and what the broker leaves of it."""

from dataclasses import dataclass, field
from functools import lru_cache

from fleet.mqtt.packets import NO_PROPERTIES, ConnAck, Properties, Version
from fleet.mqtt.primitives import PACKET_BYTES_MAX, TWO_BYTES_MAX

NEVER_MS = 1 << 62
_MS_PER_S = 1000


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """What many sessions have in common; one object serves them all.

    Attributes:
        version: The protocol version.
        username: Who they are to the broker; None for anonymous access.
        password: None for none; 3.1.1 has none without a user name.
        keep_alive_s: Seconds of silence after which a PINGREQ is due; 0 for never. A broker of
            MQTT 5 may overrule it.
        clean_start: Ask the broker to forget what it knows of this client.
        session_expiry_s: Seconds for which the broker keeps the session after the connection ends
            (MQTT 5; in 3.1.1 a session without clean start is kept for ever).
        receive_maximum: How many QoS 1 and 2 messages may be unacknowledged, each way, 1 to 65535.
        max_packet_bytes: The largest packet we accept.
        packet_id_max: The greatest packet id that a session gives, 1 to 65535; those above are
            for callers that number frames of their own, see `fleet.mqtt.link.Lane`.
        authentication_method: The name of the enhanced authentication (MQTT 5), if any.
        authentication_data: What it says in CONNECT.

    Raises:
        ValueError: A number is outside its range.
    """

    version: Version = Version.V311
    username: str | None = None
    password: bytes | None = field(default=None, repr=False)
    keep_alive_s: int = 60
    clean_start: bool = True
    session_expiry_s: int = 0
    receive_maximum: int = 20
    max_packet_bytes: int = 1_048_576
    packet_id_max: int = TWO_BYTES_MAX
    authentication_method: str | None = None
    authentication_data: bytes | None = None

    def __post_init__(self) -> None:
        for name, value, lowest, highest in (
            ("keep_alive_s", self.keep_alive_s, 0, TWO_BYTES_MAX),
            ("session_expiry_s", self.session_expiry_s, 0, 0xFFFF_FFFF),
            ("receive_maximum", self.receive_maximum, 1, TWO_BYTES_MAX),
            ("packet_id_max", self.packet_id_max, 1, TWO_BYTES_MAX),
            ("max_packet_bytes", self.max_packet_bytes, 1, PACKET_BYTES_MAX),
        ):
            if not lowest <= value <= highest:
                msg = f"{name} is {value}, but must be from {lowest} to {highest}"
                raise ValueError(msg)

    @property
    def survives(self) -> bool:
        """Whether the session outlives a connection."""
        lasting = self.version is Version.V311 or self.session_expiry_s > 0
        return lasting and not self.clean_start

    @property
    def properties(self) -> Properties:
        """The properties of CONNECT which say all this."""
        if self.version is Version.V311:
            return NO_PROPERTIES
        return _connect_properties(self)


@lru_cache(maxsize=64)
def _connect_properties(options: SessionOptions) -> Properties:
    return Properties(
        session_expiry_interval=options.session_expiry_s or None,
        receive_maximum=options.receive_maximum,
        maximum_packet_size=options.max_packet_bytes,
        authentication_method=options.authentication_method,
        authentication_data=options.authentication_data,
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds on a connection, after both sides had their say.

    Attributes:
        window: How many of our QoS 1 and 2 messages may be unacknowledged.
        max_packet_bytes: The largest packet the broker takes, header included.
        qos_max: The highest QoS the broker takes.
        retain: Whether the broker retains messages.
        keep_alive_ms: Milliseconds without an exchange after which a PINGREQ is due, or NEVER_MS.
    """

    window: int
    max_packet_bytes: int
    qos_max: int
    retain: bool
    keep_alive_ms: int


def agree(options: SessionOptions, connack: ConnAck) -> Limits:
    """Return what holds after this CONNACK (3.2.2.3)."""
    said = connack.properties
    keep_alive_s = options.keep_alive_s
    # [MQTT-3.2.2-21] "If the Server sends a Server Keep Alive on the CONNACK packet, the Client
    # MUST use this value instead of the Keep Alive value the Client sent on CONNECT"
    if said.server_keep_alive is not None:
        keep_alive_s = said.server_keep_alive
    return _limits(
        min(options.receive_maximum, said.receive_maximum or TWO_BYTES_MAX),
        said.maximum_packet_size or PACKET_BYTES_MAX,
        2 if said.maximum_qos is None else said.maximum_qos,
        keep_alive_s,
        retain=said.retain_available != 0,
    )


@lru_cache(maxsize=64)
def _limits(
    window: int, max_packet_bytes: int, qos_max: int, keep_alive_s: int, *, retain: bool
) -> Limits:
    """A broker says the same to thousands of sessions, which so share one object."""
    keep_alive_ms = keep_alive_s * _MS_PER_S or NEVER_MS
    return Limits(window, max_packet_bytes, qos_max, retain, keep_alive_ms)
