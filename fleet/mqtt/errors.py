"""What can go wrong in a conversation, one exception for each meaning.

`MalformedPacket` is a broken packet or a broken promise, the peer's or (from `encode`) our own.
The others are answers to the caller of a session: it asked for what this connection cannot give.
"""

MALFORMED_PACKET = 0x81
PROTOCOL_ERROR = 0x82


class MalformedPacket(ValueError):
    """A packet which the norm forbids.

    Attributes:
        reason: What was wrong, and what would have been right.
        code: The MQTT 5 reason code (4.13) with which a DISCONNECT would say so.
    """

    def __init__(self, reason: str, code: int = MALFORMED_PACKET) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class WindowFull(Exception):
    """As many QoS 1 and 2 messages are unacknowledged as both sides allow; try again later."""


class PacketTooLarge(Exception):
    """The packet would be larger than the broker takes; it never will take it."""


class NotSupported(Exception):
    """The broker said at connect that it has no such QoS, or no retained messages."""


class NotConnected(Exception):
    """There is no connection which could carry this packet now."""


class KeepAliveTimeout(Exception):
    """The broker owed a PINGRESP and did not send it: the connection is dead."""
