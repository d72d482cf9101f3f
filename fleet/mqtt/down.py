"""Why a link went down, as its owner hears it and as a metric's label counts it.

reason           what happened
unreachable      no connection: refused, no route, no WebSocket at this path
exhausted        this machine has no descriptor, port or memory left: our limit, not theirs
tls              the handshake failed: certificate, name, version
timeout          not up within the connect time-out, at whatever phase
bad_credentials  CONNACK: user name or password wrong
not_authorised   CONNACK or SUBACK: known, perhaps, but not allowed
refused          CONNACK or SUBACK: any other refusal, such as a busy broker's
kicked           the broker said DISCONNECT (MQTT 5 only; a 3.1.1 broker can only hang up)
keep_alive       up, but the broker does not answer pings
protocol         the broker said what the norm forbids
lost             the connection ended or broke, at whatever phase, without a word
"""

import errno
import ssl
from enum import StrEnum


class DownReason(StrEnum):
    """See the table above; the values are the labels of `fleet_connects_total{outcome}`."""

    UNREACHABLE = "unreachable"
    EXHAUSTED = "exhausted"
    TLS = "tls"
    TIMEOUT = "timeout"
    BAD_CREDENTIALS = "bad_credentials"
    NOT_AUTHORISED = "not_authorised"
    REFUSED = "refused"
    KICKED = "kicked"
    KEEP_ALIVE = "keep_alive"
    PROTOCOL = "protocol"
    LOST = "lost"


# Return codes of 3.1.1 (table 3.1) and reason codes of 5 (3.2.2.2, 3.9.3) share no number here.
# Mosquitto answers a wrong password with "not authorised", in both versions.
_REFUSALS = {
    0x04: DownReason.BAD_CREDENTIALS,
    0x05: DownReason.NOT_AUTHORISED,
    0x86: DownReason.BAD_CREDENTIALS,
    0x87: DownReason.NOT_AUTHORISED,
}

_EXHAUSTION = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.ENOMEM}
)


def refusal_reason(code: int) -> DownReason:
    """Return why a CONNACK or SUBACK with this code refuses."""
    return _REFUSALS.get(code, DownReason.REFUSED)


def dial_reason(error: OSError) -> DownReason:
    """Return why no connection could be made."""
    if isinstance(error, ssl.SSLError):
        return DownReason.TLS
    return DownReason.EXHAUSTED if error.errno in _EXHAUSTION else DownReason.UNREACHABLE
