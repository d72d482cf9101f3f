"""The data representations of MQTT (1.5): integers, strings, binary data, both ways.

A `Reader` walks over one packet's body and never leaves it; whatever does not fit is a
`MalformedPacket`.
"""

from fleet.mqtt.errors import MalformedPacket

VARINT_MAX = 268_435_455
PACKET_BYTES_MAX = 5 + VARINT_MAX  # 2.1.1: the header is a byte and the length, up to four
TWO_BYTES_MAX = 0xFFFF
FOUR_BYTES_MAX = 0xFFFF_FFFF
_MORE = 0x80


def encode_int(value: int, size: int) -> bytes:
    """Return `value` as a big-endian integer of `size` bytes."""
    if not 0 <= value < 1 << 8 * size:
        msg = f"{value} does not fit into {size} bytes"
        raise MalformedPacket(msg)
    return value.to_bytes(size, "big")


def encode_varint(value: int) -> bytes:
    """Return `value`, 0 to 268,435,455, as a variable byte integer (1.5.5)."""
    if not 0 <= value <= VARINT_MAX:
        msg = f"{value} does not fit into a variable byte integer (at most {VARINT_MAX})"
        raise MalformedPacket(msg)
    out = bytearray()
    while value >= _MORE:
        out.append(value & 0x7F | _MORE)
        value >>= 7
    out.append(value)
    return bytes(out)


def encode_binary(data: bytes) -> bytes:
    """Return `data` with its length in front (1.5.6)."""
    if len(data) > TWO_BYTES_MAX:
        msg = f"a field of {len(data)} bytes is longer than the {TWO_BYTES_MAX} it may have"
        raise MalformedPacket(msg)
    return len(data).to_bytes(2, "big") + data


def encode_utf8(text: str) -> bytes:
    """Return `text` in UTF-8 with its length in front (1.5.4)."""
    check_no_null(text)
    try:
        return encode_binary(text.encode())
    except UnicodeEncodeError as error:
        # [MQTT-1.5.4-1] "... MUST NOT include encodings of code points between U+D800 and U+DFFF"
        msg = f"{text!r} holds a surrogate, which UTF-8 cannot carry"
        raise MalformedPacket(msg) from error


def check_no_null(text: str) -> None:
    """Raise MalformedPacket if `text` holds U+0000."""
    # [MQTT-1.5.4-2] "A UTF-8 Encoded String MUST NOT include an encoding of the null character"
    if "\0" in text:
        msg = f"{text!r} holds the null character U+0000"
        raise MalformedPacket(msg)


class Reader:
    """A cursor over `data`; every read moves it."""

    __slots__ = ("data", "end", "position")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0
        self.end = len(data)

    @property
    def left(self) -> int:
        """How many bytes are not read yet."""
        return self.end - self.position

    def take(self, size: int) -> bytes:
        """Read `size` bytes."""
        start, stop = self.position, self.position + size
        if stop > self.end:
            msg = f"{size} bytes should follow, but only {self.left} are left"
            raise MalformedPacket(msg)
        self.position = stop
        return self.data[start:stop]

    def rest(self) -> bytes:
        """Read all that is left."""
        return self.take(self.left)

    def integer(self, size: int) -> int:
        """Read a big-endian integer of `size` bytes."""
        return int.from_bytes(self.take(size), "big")

    def varint(self) -> int:
        """Read a variable byte integer."""
        value = 0
        for shift in (0, 7, 14, 21):
            byte = self.integer(1)
            value |= (byte & 0x7F) << shift
            if byte < _MORE:
                # [MQTT-1.5.5-1] "The encoded value MUST use the minimum number of bytes"
                if byte == 0 and shift:
                    msg = f"the variable byte integer {value} takes more bytes than it needs"
                    raise MalformedPacket(msg)
                return value
        msg = "a variable byte integer has more than four bytes"
        raise MalformedPacket(msg)

    def binary(self) -> bytes:
        """Read binary data with its length in front."""
        return self.take(self.integer(2))

    def utf8(self) -> str:
        """Read a UTF-8 string with its length in front."""
        data = self.binary()
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            # [MQTT-1.5.4-1] "the character data ... MUST be well-formed UTF-8"
            msg = f"{data[:40]!r} is not well-formed UTF-8: {error.reason}"
            raise MalformedPacket(msg) from error
        check_no_null(text)
        return text

    def finish(self) -> None:
        """Raise MalformedPacket unless everything was read."""
        if self.left:
            msg = f"{self.left} bytes too many at the end"
            raise MalformedPacket(msg)
