"""From bytes to packets.

Theory: a packet is one header byte, its remaining length (1 to 4 bytes) and a body of that
length. `Decoder` cuts a stream into packets and holds at most one incomplete packet, never larger
than it was told to accept; a length too large is refused when it is announced, before anything
is stored. Each body is then read by the reader of its kind, which has to use it up, and at last
`rules.check` judges what was said. The only exception is `MalformedPacket`.
"""

from functools import lru_cache

from fleet.mqtt.bodies import check_header, decode
from fleet.mqtt.errors import PROTOCOL_ERROR, MalformedPacket
from fleet.mqtt.packets import Connect, Kind, Packet, Version
from fleet.mqtt.primitives import PACKET_BYTES_MAX

PACKET_TOO_LARGE = 0x95
_MORE = 0x80
_HEADER_BYTES_MAX = 5

# Long enough for CONNACK and SUBACK as brokers usually say them.
SHORT_BYTES = 16


@lru_cache(maxsize=1_024)
def decode_short(data: bytes, version: Version) -> Packet | None:
    """Return the packet that `data` is; None if it is not exactly one, or broken.

    To be asked of short packets only: a broker says the same few to thousands of clients, and each
    is read once. A decoder of the stream's own must judge what this leaves.
    """
    decoder = Decoder(version)
    try:
        packets = decoder.feed(data)
    except MalformedPacket:
        return None
    return packets[0] if len(packets) == 1 and not decoder.buffered else None


class Decoder:
    """Cuts one stream into packets.

    Args:
        version: What the stream speaks; None on a broker's side, where the client's CONNECT,
            which must come first, says it.
        max_packet_bytes: The largest packet accepted, header included.
    """

    __slots__ = ("_buffer", "_failure", "_max_packet_bytes", "version")

    def __init__(self, version: Version | None, max_packet_bytes: int = PACKET_BYTES_MAX) -> None:
        self.version = version
        self._max_packet_bytes = max_packet_bytes
        self._buffer = bytearray()
        self._failure: MalformedPacket | None = None

    @property
    def buffered(self) -> int:
        """The bytes of a packet whose rest is still to come."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Packet]:
        """Return the packets which `data` completes.

        Raises:
            MalformedPacket: The stream is broken for good: later calls raise the same again, and
                packets which came whole in the same `data` before the bad one are not returned.
        """
        if self._failure is not None:
            raise self._failure
        try:
            return self._cut(data)
        except MalformedPacket as failure:
            self._failure = failure
            self._buffer.clear()
            raise

    def _cut(self, data: bytes) -> list[Packet]:
        buffer = self._buffer
        buffer += data
        packets: list[Packet] = []
        start = 0
        while (span := self._span(start)) is not None:
            body, end = span
            packets.append(self._decode(buffer[start], bytes(buffer[body:end])))
            start = end
        del buffer[:start]
        return packets

    def _span(self, start: int) -> tuple[int, int] | None:
        """Where the body of the packet at `start` begins and ends, or None if it is not all there.

        The header is judged as soon as it is there, so that nobody waits for a body in vain.
        """
        buffer = self._buffer
        if start == len(buffer):
            return None
        check_header(buffer[start])
        length = 0
        for index, byte in enumerate(buffer[start + 1 : start + _HEADER_BYTES_MAX]):
            length |= (byte & 0x7F) << 7 * index
            if byte < _MORE:
                self._check_length(length, last_byte=byte, size=index + 1)
                body = start + 2 + index
                return (body, body + length) if body + length <= len(buffer) else None
        if len(buffer) - start >= _HEADER_BYTES_MAX:
            # 1.5.5: "The maximum number of bytes in the Variable Byte Integer field is four"
            msg = "the remaining length has more than four bytes"
            raise MalformedPacket(msg)
        return None

    def _check_length(self, length: int, *, last_byte: int, size: int) -> None:
        # [MQTT-1.5.5-1] "The encoded value MUST use the minimum number of bytes necessary";
        # 3.1.1 does not ask for it.
        if self.version is Version.V5 and size > 1 and not last_byte:
            msg = f"the remaining length {length} takes more bytes than it needs"
            raise MalformedPacket(msg)
        total = 1 + size + length
        if total > self._max_packet_bytes:
            # [MQTT-3.2.2-15], [MQTT-3.1.2-24]: Maximum Packet Size, of the whole packet
            msg = f"a packet of {total} bytes, but at most {self._max_packet_bytes} are accepted"
            raise MalformedPacket(msg, PACKET_TOO_LARGE)

    def _decode(self, header: int, body: bytes) -> Packet:
        if self.version is None and header >> 4 != Kind.CONNECT:
            # [MQTT-3.1.0-1] "... the first packet sent from the Client to the Server MUST be a
            # CONNECT packet"
            msg = f"the first packet is {Kind(header >> 4).name}, but must be CONNECT"
            raise MalformedPacket(msg, PROTOCOL_ERROR)
        packet = decode(header, body, self.version or Version.V5)
        if isinstance(packet, Connect):
            self.version = packet.version
        return packet
