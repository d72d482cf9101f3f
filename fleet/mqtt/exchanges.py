"""What is unfinished between a client and its broker: the deliveries of QoS 1 and 2 (4.3, 4.4).

Theory: for each message of ours we hold the very frame which the norm wants repeated after a
reconnect, and its first byte says which answer is awaited::

    held frame        answer                  then
    PUBLISH QoS 1     PUBACK                  settled
    PUBLISH QoS 2     PUBREC, success         PUBREL is held instead
    PUBLISH QoS 2     PUBREC, failure         settled
    PUBREL            PUBREC (again)          PUBREL once more
    PUBREL            PUBCOMP                 settled

Any other answer to a held frame breaks the protocol. An answer to nothing settles nothing; 3.6.2.1
of an unknown packet id: "This is not an error during recovery". The dict keeps the order of
sending, which is the order in which frames are repeated [MQTT-4.6.0-1], and PUBRELs that of their
PUBRECs [MQTT-4.6.0-4].

Of the broker's QoS 2 messages only the packet ids are held, from PUBLISH to PUBREL, so that none
is delivered twice. SUBSCRIBE and UNSUBSCRIBE share the packet ids but die with the connection.
"""

from fleet.mqtt.errors import PROTOCOL_ERROR, MalformedPacket, WindowFull
from fleet.mqtt.frames import repeated
from fleet.mqtt.packets import Kind
from fleet.mqtt.primitives import TWO_BYTES_MAX

WITHOUT_DUP_AND_RETAIN = 0b1111_0110
RECEIVE_MAXIMUM_EXCEEDED = 0x93
_PUBREL = 0x62
PUBLISH_QOS_1 = 0x32
AWAITED = {PUBLISH_QOS_1: Kind.PUBACK, 0x34: Kind.PUBREC, _PUBREL: Kind.PUBCOMP}


class Exchanges:
    """The unfinished exchanges of one session.

    Attributes:
        held: Packet id to the frame which the broker has not answered yet, oldest first.
    """

    __slots__ = ("_id_max", "_incoming", "_last_id", "_requests", "held")

    def __init__(self, id_max: int = TWO_BYTES_MAX) -> None:
        """Start with nothing; packet ids are given from 1 to `id_max`."""
        self.held: dict[int, bytes] = {}
        self._incoming: set[int] | None = None
        self._requests: dict[int, tuple[Kind, int]] | None = None
        self._last_id = 0
        self._id_max = id_max

    def new_id(self) -> int:
        """Return a packet id which is not in use.

        Raises:
            WindowFull: All are.
        """
        # [MQTT-2.2.1-3] "Each time a Client sends a new SUBSCRIBE, UNSUBSCRIBE, or PUBLISH (where
        # QoS > 0) MQTT Control Packet it MUST assign it a non-zero Packet Identifier that is
        # currently unused"
        requests = self._requests or ()
        for _ in range(self._id_max):
            self._last_id = packet_id = self._last_id % self._id_max + 1
            if packet_id not in self.held and packet_id not in requests:
                return packet_id
        msg = "all packet ids are in use"
        raise WindowFull(msg)

    def awaited(self, packet_id: int) -> Kind | None:
        """Return which answer to this packet id of ours is awaited."""
        frame = self.held.get(packet_id)
        return None if frame is None else AWAITED[frame[0] & WITHOUT_DUP_AND_RETAIN]

    def settle(self, packet_id: int, answer: Kind) -> bool:
        """End the exchange with this answer; False if there was none.

        Raises:
            MalformedPacket: Another answer was due.
        """
        awaited = self.awaited(packet_id)
        if awaited is None:
            return False
        if awaited is not answer:
            msg = f"{answer.name} answers packet id {packet_id}, which awaits {awaited.name}"
            raise MalformedPacket(msg, PROTOCOL_ERROR)
        del self.held[packet_id]
        return True

    def release(self, packet_id: int, pubrel: bytes) -> None:
        """Hold the PUBREL of a message which the broker has received."""
        self.held.pop(packet_id, None)
        self.held[packet_id] = pubrel

    def repeat(self) -> bytes:
        """Return all held frames as they are repeated on a new connection."""
        # [MQTT-4.4.0-1] "When a Client reconnects with Clean Start set to 0 and a session is
        # present, both the Client and Server MUST resend any unacknowledged PUBLISH packets (where
        # QoS > 0) and PUBREL packets using their original Packet Identifiers."
        return b"".join(
            frame if frame[0] == _PUBREL else repeated(frame) for frame in self.held.values()
        )

    def arrive(self, packet_id: int, maximum: int) -> bool:
        """Note a QoS 2 message of the broker; False if it came before.

        Raises:
            MalformedPacket: That makes more than `maximum` unreleased ones.
        """
        if self._incoming is None:
            self._incoming = set()
        if packet_id in self._incoming:
            return False
        if len(self._incoming) >= maximum:
            # [MQTT-3.3.4-9] "The Server MUST NOT send more than Receive Maximum QoS 1 and QoS 2
            # PUBLISH packets for which it has not received PUBACK, PUBCOMP, or PUBREC ... "
            msg = f"more than {maximum} QoS 2 messages are unreleased, the receive maximum"
            raise MalformedPacket(msg, RECEIVE_MAXIMUM_EXCEEDED)
        self._incoming.add(packet_id)
        return True

    def leave(self, packet_id: int) -> bool:
        """Forget a QoS 2 message of the broker, which released it; False if it was unknown."""
        known = self._incoming is not None and packet_id in self._incoming
        if self._incoming is not None:
            self._incoming.discard(packet_id)
            self._incoming = self._incoming or None
        return known

    def ask(self, packet_id: int, request: Kind, count: int) -> None:
        """Note a SUBSCRIBE or UNSUBSCRIBE with so many filters."""
        if self._requests is None:
            self._requests = {}
        self._requests[packet_id] = request, count

    def answered(self, packet_id: int, request: Kind, reasons: tuple[int, ...] | None) -> bool:
        """End a request; False if there was none. `reasons` is None where 3.1.1 gives none.

        Raises:
            MalformedPacket: It answers another kind of request or another number of filters.
        """
        found = self._requests.pop(packet_id, None) if self._requests else None
        self._requests = self._requests or None
        if found is None:
            return False
        asked, count = found
        # [MQTT-3.8.4-6] "The SUBACK packet ... MUST contain a Reason Code for each Topic
        # Filter/Subscription Option pair"; [MQTT-3.11.3-1] says so of UNSUBACK by their order
        if asked is not request or (reasons is not None and len(reasons) != count):
            msg = f"the answer to packet id {packet_id} does not fit its {asked.name}"
            raise MalformedPacket(msg, PROTOCOL_ERROR)
        return True

    def drop_requests(self) -> None:
        """Forget the requests which died with their connection."""
        self._requests = None

    def forget(self) -> tuple[int, ...]:
        """Forget everything; return the packet ids of the messages whose fate stays unknown."""
        lost = tuple(self.held)
        self.held = {}  # who has a lane may still look at what was never acknowledged
        self._incoming = None
        return lost
