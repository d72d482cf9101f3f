"""The control packets of MQTT 3.1.1 and 5 as values.

A packet is the same value in both versions; what 3.1.1 cannot say stays at its default. Names
are those of the MQTT 5 norm. Section numbers, here and in the whole package, are those of
"MQTT Version 5.0" (OASIS, 2019) unless they say 3.1.1 ("MQTT Version 3.1.1", OASIS, 2014).
"""

from dataclasses import dataclass
from enum import IntEnum


class Version(IntEnum):
    """The protocol version, as its byte in CONNECT (3.1.2.2)."""

    V311 = 4
    V5 = 5


class Kind(IntEnum):
    """The control packet types (2.1.2).

    Type 0 is forbidden as a packet, so it can stand for the will inside a CONNECT, which has
    properties of its own.
    """

    WILL = 0
    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    PUBREC = 5
    PUBREL = 6
    PUBCOMP = 7
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14
    AUTH = 15


@dataclass(frozen=True, slots=True)
class Properties:
    """Every property of MQTT 5 (2.2.2.2); None, or empty, where it is absent.

    Intervals are in seconds, sizes in bytes, flags 0 or 1, all as in the norm.
    """

    payload_format_indicator: int | None = None
    message_expiry_interval: int | None = None
    content_type: str | None = None
    response_topic: str | None = None
    correlation_data: bytes | None = None
    subscription_identifier: tuple[int, ...] = ()
    session_expiry_interval: int | None = None
    assigned_client_identifier: str | None = None
    server_keep_alive: int | None = None
    authentication_method: str | None = None
    authentication_data: bytes | None = None
    request_problem_information: int | None = None
    will_delay_interval: int | None = None
    request_response_information: int | None = None
    response_information: str | None = None
    server_reference: str | None = None
    reason_string: str | None = None
    receive_maximum: int | None = None
    topic_alias_maximum: int | None = None
    topic_alias: int | None = None
    maximum_qos: int | None = None
    retain_available: int | None = None
    user_property: tuple[tuple[str, str], ...] = ()
    maximum_packet_size: int | None = None
    wildcard_subscription_available: int | None = None
    subscription_identifier_available: int | None = None
    shared_subscription_available: int | None = None


NO_PROPERTIES = Properties()


@dataclass(frozen=True, slots=True)
class Will:
    """The message which the broker publishes when the connection dies (3.1.2.5)."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Connect:
    """A client asks for a connection (3.1); `clean_start` is 3.1.1's "clean session"."""

    client_id: str
    version: Version = Version.V311
    clean_start: bool = True
    keep_alive_s: int = 0
    username: str | None = None
    password: bytes | None = None
    will: Will | None = None
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class ConnAck:
    """The broker accepts or refuses (3.2)."""

    session_present: bool = False
    reason: int = 0
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Publish:
    """A message, either way (3.3); the packet id is 0 for QoS 0, which has none."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    dup: bool = False
    packet_id: int = 0
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class PubAck:
    """The answer to a QoS 1 PUBLISH (3.4)."""

    packet_id: int
    reason: int = 0
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class PubRec:
    """The first answer to a QoS 2 PUBLISH (3.5)."""

    packet_id: int
    reason: int = 0
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class PubRel:
    """The answer to a PUBREC (3.6)."""

    packet_id: int
    reason: int = 0
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class PubComp:
    """The answer to a PUBREL, the end of a QoS 2 exchange (3.7)."""

    packet_id: int
    reason: int = 0
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Subscription:
    """One topic filter of a SUBSCRIBE with its options (3.8.3.1); 3.1.1 has only the QoS."""

    topic_filter: str
    qos: int = 0
    no_local: bool = False
    retain_as_published: bool = False
    retain_handling: int = 0


@dataclass(frozen=True, slots=True)
class Subscribe:
    """A client asks for topics (3.8)."""

    packet_id: int
    subscriptions: tuple[Subscription, ...]
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class SubAck:
    """The answer to a SUBSCRIBE, a reason for each filter (3.9)."""

    packet_id: int
    reasons: tuple[int, ...]
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """A client gives topics back (3.10)."""

    packet_id: int
    topic_filters: tuple[str, ...]
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class UnsubAck:
    """The answer to an UNSUBSCRIBE, a reason for each filter; 3.1.1 gives none (3.11)."""

    packet_id: int
    reasons: tuple[int, ...] = ()
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class PingReq:
    """A client asks whether the broker is there (3.12)."""


@dataclass(frozen=True, slots=True)
class PingResp:
    """The broker is there (3.13)."""


@dataclass(frozen=True, slots=True)
class Disconnect:
    """The last packet of a connection (3.14); in 3.1.1 only a client says it, without reason."""

    reason: int = 0
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Auth:
    """A step of enhanced authentication, MQTT 5 only (3.15)."""

    reason: int = 0
    properties: Properties = NO_PROPERTIES


Packet = (
    Connect
    | ConnAck
    | Publish
    | PubAck
    | PubRec
    | PubRel
    | PubComp
    | Subscribe
    | SubAck
    | Unsubscribe
    | UnsubAck
    | PingReq
    | PingResp
    | Disconnect
    | Auth
)

KINDS: dict[type[Packet], Kind] = {
    Connect: Kind.CONNECT,
    ConnAck: Kind.CONNACK,
    Publish: Kind.PUBLISH,
    PubAck: Kind.PUBACK,
    PubRec: Kind.PUBREC,
    PubRel: Kind.PUBREL,
    PubComp: Kind.PUBCOMP,
    Subscribe: Kind.SUBSCRIBE,
    SubAck: Kind.SUBACK,
    Unsubscribe: Kind.UNSUBSCRIBE,
    UnsubAck: Kind.UNSUBACK,
    PingReq: Kind.PINGREQ,
    PingResp: Kind.PINGRESP,
    Disconnect: Kind.DISCONNECT,
    Auth: Kind.AUTH,
}
