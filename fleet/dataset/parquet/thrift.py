"""Thrift's compact protocol, as far as Parquet's footers and page headers need it.

A struct is a mapping from the numbers of its fields to values that carry their type, so what one
program has written can be read, added to and written again without knowing what all of it means.

Norm: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

import functools
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

_SHORT: Final = 15  # sizes and field distances from here on have a number of their own
_LOW_7: Final = 0x7F


class Kind(IntEnum):
    """Types of values."""

    TRUE = 1
    FALSE = 2
    BYTE = 3
    I16 = 4
    I32 = 5
    I64 = 6
    DOUBLE = 7
    BINARY = 8
    LIST = 9
    STRUCT = 12


class Value(NamedTuple):
    """A value and its type; that of a list is its `Items`."""

    kind: Kind
    of: Any


class Items(NamedTuple):
    """The values of a list, and their type, which an empty one has as well."""

    kind: Kind
    values: Sequence[Value]


Struct = dict[int, Value]


class Ready(bytes):
    """A value that was encoded before, in the place of the value."""

    __slots__ = ()


def boolean(value: bool) -> Value:  # noqa: FBT001 - it is the value
    """Return a truth value."""
    return Value(Kind.TRUE if value else Kind.FALSE, value)


def i32(number: int) -> Value:
    """Return a number of 32 bits."""
    return Value(Kind.I32, number)


def i64(number: int) -> Value:
    """Return a number of 64 bits."""
    return Value(Kind.I64, number)


def binary(text: bytes) -> Value:
    """Return bytes."""
    return Value(Kind.BINARY, text)


def struct(fields: Struct) -> Value:
    """Return a struct."""
    return Value(Kind.STRUCT, fields)


def listing(values: Sequence[Value], kind: Kind = Kind.STRUCT) -> Value:
    """Return a list of values of one type."""
    return Value(Kind.LIST, Items(kind, values))


@functools.lru_cache(maxsize=4_096)
def varint(number: int) -> bytes:
    """Return a number that is not negative, seven bits to a byte, the lowest first."""
    out = bytearray()
    while number > _LOW_7:
        out.append(number & _LOW_7 | ~_LOW_7 & 0xFF)
        number >>= 7
    out.append(number)
    return bytes(out)


def zigzag(number: int) -> bytes:
    """Return a number of 64 bits as a varint in which small negative ones are short as well."""
    return varint((number << 1) ^ (number >> 63))


def encoded(fields: Struct) -> bytes:
    """Return a struct as bytes."""
    parts, last = [], 0
    for number, (kind, of) in sorted(fields.items()):
        distance = number - last
        short = 0 < distance <= _SHORT
        parts.append(_HEADS[distance << 4 | kind] if short else _HEADS[kind] + zigzag(number))
        if kind not in _TRUTHS:
            parts.append(of if isinstance(of, Ready) else _ENCODERS[kind](of))
        last = number
    parts.append(b"\0")
    return b"".join(parts)


def ready(value: Value) -> Value:
    """Return a value that will be written again and again, encoded once."""
    return Value(value.kind, Ready(_ENCODERS[value.kind](value.of)))


def _encoded_list(items: Items) -> bytes:
    kind, values = items
    count = len(values)
    head = _HEADS[count << 4 | kind] if count < _SHORT else _HEADS[0xF0 | kind] + varint(count)
    encoder = _ENCODERS[kind]
    return head + b"".join([encoder(value.of) for value in values])


def _encoded_bytes(text: bytes) -> bytes:
    return varint(len(text)) + text


_HEADS: Final = [bytes([number]) for number in range(256)]
_TRUTHS: Final = (Kind.TRUE, Kind.FALSE)
_ENCODERS: Final[dict[Kind, Callable[[Any], bytes]]] = {
    Kind.BYTE: _HEADS.__getitem__,
    Kind.I16: zigzag,
    Kind.I32: zigzag,
    Kind.I64: zigzag,
    Kind.DOUBLE: bytes,
    Kind.BINARY: _encoded_bytes,
    Kind.LIST: _encoded_list,
    Kind.STRUCT: encoded,
}


class Reader:
    """Reads values from bytes."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._at = 0

    def struct(self) -> Struct:
        """Read a struct."""
        fields: Struct = {}
        number = 0
        while head := self._byte():
            distance, kind = head >> 4, Kind(head & 0xF)
            number = number + distance if distance else self._zigzag()
            fields[number] = self._value(kind)
        return fields

    def _value(self, kind: Kind) -> Value:
        match kind:
            case Kind.TRUE | Kind.FALSE:
                return boolean(kind is Kind.TRUE)
            case Kind.I16 | Kind.I32 | Kind.I64:
                return Value(kind, self._zigzag())
            case Kind.LIST:
                return self._list()
            case Kind.STRUCT:
                return struct(self.struct())
            case Kind.BYTE:
                return Value(kind, self._byte())
            case _:
                return Value(kind, self._take(8 if kind is Kind.DOUBLE else self._varint()))

    def _list(self) -> Value:
        head = self._byte()
        count, kind = head >> 4, Kind(head & 0xF)
        if count == _SHORT:
            count = self._varint()
        return listing([self._value(kind) for _ in range(count)], kind)

    def _zigzag(self) -> int:
        number = self._varint()
        return (number >> 1) ^ -(number & 1)

    def _varint(self) -> int:
        number = shift = 0
        while True:
            byte = self._byte()
            number |= (byte & _LOW_7) << shift
            if byte <= _LOW_7:
                return number
            shift += 7

    def _byte(self) -> int:
        return self._take(1)[0]

    def _take(self, count: int) -> bytes:
        self._at += count
        return self._text[self._at - count : self._at]
