"""Reason codes of MQTT 5 (2.4) and return codes of MQTT 3.1.1: their names, and who may say which.

The same number has another name in another packet only for 0 to 2; `reason_text` gives the name
by which a log should call it.
"""

from fleet.mqtt.packets import Kind, Version

FAILURE = 0x80  # 2.4: "Reason Codes of 0x80 or greater indicate failure"
PACKET_ID_NOT_FOUND = 0x92

NAMES = {
    0x00: "success",
    0x01: "granted QoS 1",
    0x02: "granted QoS 2",
    0x04: "disconnect with will message",
    0x10: "no matching subscribers",
    0x11: "no subscription existed",
    0x18: "continue authentication",
    0x19: "re-authenticate",
    0x80: "unspecified error",
    0x81: "malformed packet",
    0x82: "protocol error",
    0x83: "implementation specific error",
    0x84: "unsupported protocol version",
    0x85: "client identifier not valid",
    0x86: "bad user name or password",
    0x87: "not authorized",
    0x88: "server unavailable",
    0x89: "server busy",
    0x8A: "banned",
    0x8B: "server shutting down",
    0x8C: "bad authentication method",
    0x8D: "keep alive timeout",
    0x8E: "session taken over",
    0x8F: "topic filter invalid",
    0x90: "topic name invalid",
    0x91: "packet identifier in use",
    0x92: "packet identifier not found",
    0x93: "receive maximum exceeded",
    0x94: "topic alias invalid",
    0x95: "packet too large",
    0x96: "message rate too high",
    0x97: "quota exceeded",
    0x98: "administrative action",
    0x99: "payload format invalid",
    0x9A: "retain not supported",
    0x9B: "QoS not supported",
    0x9C: "use another server",
    0x9D: "server moved",
    0x9E: "shared subscriptions not supported",
    0x9F: "connection rate exceeded",
    0xA0: "maximum connect time",
    0xA1: "subscription identifiers not supported",
    0xA2: "wildcard subscriptions not supported",
}

# 3.1.1, table 3.1
RETURN_CODES_311 = {
    0: "connection accepted",
    1: "unacceptable protocol version",
    2: "identifier rejected",
    3: "server unavailable",
    4: "bad user name or password",
    5: "not authorized",
}

_PUBLISH_ANSWERS = frozenset({0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99})
_RELEASE_ANSWERS = frozenset({0x00, PACKET_ID_NOT_FOUND})

# Table 2-6
_V5 = {
    Kind.CONNACK: frozenset(
        {0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x90}
        | {0x95, 0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F}
    ),
    Kind.PUBACK: _PUBLISH_ANSWERS,
    Kind.PUBREC: _PUBLISH_ANSWERS,
    Kind.PUBREL: _RELEASE_ANSWERS,
    Kind.PUBCOMP: _RELEASE_ANSWERS,
    Kind.SUBACK: frozenset(
        {0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2}
    ),
    Kind.UNSUBACK: frozenset({0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91}),
    Kind.DISCONNECT: frozenset(
        {0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8D, 0x8E, 0x8F, 0x90}
        | set(range(0x93, 0xA3))
    ),
    Kind.AUTH: frozenset({0x00, 0x18, 0x19}),
}
_V311 = {
    Kind.CONNACK: frozenset(RETURN_CODES_311),
    Kind.SUBACK: frozenset({0x00, 0x01, 0x02, 0x80}),
}
_SUCCESS_ONLY = frozenset({0x00})


def allowed_reasons(kind: Kind, version: Version) -> frozenset[int]:
    """Return the codes which a packet of this kind may carry; 3.1.1 has them in few packets."""
    return (_V5 if version is Version.V5 else _V311).get(kind, _SUCCESS_ONLY)


def reason_text(code: int) -> str:
    """Return the norm's name of a reason code, for people."""
    return NAMES.get(code, f"reason code 0x{code:02x}")


def refusal_text(code: int, version: Version) -> str:
    """Return why a CONNACK of this version refuses, for people."""
    names = NAMES if version is Version.V5 else RETURN_CODES_311
    return names.get(code, f"return code 0x{code:02x}")
