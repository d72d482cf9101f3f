"""How the values of a column become the bytes of pages.

Theory of operation
-------------------
Parquet packs numbers into as few bits as they need, and then compresses what came of it. The
packing costs most of the time, and gains little that zstd does not find by itself. So here nothing
is packed tighter than to whole bytes: a dictionary of up to 256 values has indices of 8 bits, which
lie in a page as they lie in memory; differences have 32, 40 or 64 bits. What is known of the values
is still used:

    kind of column               encoding               stored as
    words, readings, counts      RLE_DICTIONARY         indices of 8, 16 or 32 bits in one run
    instants, whole numbers      DELTA_BINARY_PACKED    differences of 32, 40 or 64 bits
    numbers of 64 bits           BYTE_STREAM_SPLIT      all first bytes, all second bytes, ...
    truth values                 PLAIN                  a bit each

Norm: https://github.com/apache/parquet-format/blob/master/Encodings.md
"""

from enum import IntEnum
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fleet.dataset.parquet.thrift import varint, zigzag

_BLOCK: Final = 128
_MINIBLOCKS: Final = 4
_PER_MINIBLOCK: Final = _BLOCK // _MINIBLOCKS
_BYTE: Final = 2**8
_LONG: Final = 8
_DICTIONARY_MAX: Final = 2**16

_LOW_BITS: Final = 32
_WIDTHS: Final = (np.dtype("<u4"), np.dtype([("low", "<u4"), ("high", "u1")]), np.dtype("<u8"))
"""Of differences: 32, 40 (a span of 12 days in microseconds) and 64 bits."""

Numbers = NDArray[Any]


class Encoding(IntEnum):
    """Parquet's own numbers."""

    PLAIN = 0
    RLE = 3
    DELTA_BINARY_PACKED = 5
    RLE_DICTIONARY = 8
    BYTE_STREAM_SPLIT = 9


class Physical(IntEnum):
    """Parquet's own numbers of the types in which values are stored."""

    BOOLEAN = 0
    INT32 = 1
    INT64 = 2
    FLOAT = 4
    DOUBLE = 5
    BYTE_ARRAY = 6


_STORED: Final[dict[Physical, np.dtype[Any]]] = {
    Physical.INT32: np.dtype("<i4"), Physical.INT64: np.dtype("<i8"),
    Physical.FLOAT: np.dtype("<f4"), Physical.DOUBLE: np.dtype("<f8"),
}  # fmt: skip


class Column(NamedTuple):
    """A column of a row group; a dictionary in the place of its values is as good as them.

    Attributes:
        array: As it came.
        rows: How many.
        there: Which are not null; None for all.
        values: Those.
    """

    array: pa.Array
    rows: int
    there: NDArray[np.bool_] | None
    values: pa.Array

    @classmethod
    def of(cls, array: pa.Array) -> "Column":
        """Return a column of a row group."""
        there = _present(array)
        return cls(array, len(array), there, array if there is None else array.drop_null())


class Encoded(NamedTuple):
    """The values of a column in one row group, nulls left out.

    Attributes:
        encoding: How.
        parts: Bytes of the data page's values, in order.
        least: The least value as bytes; None where there is none.
        most: The greatest.
        words: Bytes of the dictionary page, and of how many values; None without dictionary.
    """

    encoding: Encoding
    parts: tuple[Any, ...]
    least: bytes | None = None
    most: bytes | None = None
    words: tuple[bytes, int] | None = None


def encode(values: pa.Array, physical: Physical) -> Encoded:
    """Encode values, none of which is null."""
    if not len(values):
        return Encoded(Encoding.PLAIN, ())
    if physical is Physical.BOOLEAN:
        return _booleans(values)
    if physical is Physical.BYTE_ARRAY or pa.types.is_dictionary(values.type):
        return _chosen(values, physical)
    numbers = values.view(pa.int64()) if pa.types.is_timestamp(values.type) else values
    array = numbers.to_numpy()
    if physical is Physical.DOUBLE:
        return _numbers(_split(array), Encoding.BYTE_STREAM_SPLIT, array, physical)
    wide = physical is Physical.INT64 or array.dtype == np.uint32
    if wide and (physical is Physical.INT64 or int(array.max()) >= _BYTE):
        return _numbers(_differences(array), Encoding.DELTA_BINARY_PACKED, array, physical)
    return _few(array, values, physical)


def _present(array: pa.Array) -> NDArray[np.bool_] | None:
    """Return which values of an array are not null; None for all."""
    if not array.null_count:
        return None
    bits = np.frombuffer(array.buffers()[0], np.uint8)
    flags = np.unpackbits(bits, count=array.offset + len(array), bitorder="little")
    return flags[array.offset :].view(np.bool_)


def spelled(words: pa.Array) -> bytes:
    """Return words one after the other, each behind its length in four bytes."""
    text = words.cast(pa.binary())
    edges = np.frombuffer(text.buffers()[1], np.int32)[text.offset : text.offset + len(text) + 1]
    lengths = np.diff(edges)
    out = np.empty(int(edges[-1] - edges[0]) + 4 * len(text), np.uint8)
    starts = edges[:-1] - edges[0] + 4 * np.arange(len(text))
    for byte in range(4):
        out[starts + byte] = lengths >> 8 * byte & 0xFF
    letters = np.arange(int(edges[-1] - edges[0])) + np.repeat(
        4 * np.arange(1, len(text) + 1), lengths)  # fmt: skip
    if len(letters):
        out[letters] = np.frombuffer(text.buffers()[2], np.uint8)[edges[0] : edges[-1]]
    return out.tobytes()


def levels_of(valid: NDArray[np.bool_] | None, count: int) -> bytes:
    """Return the definition levels of a column that may be null: 1 where there is a value.

    Args:
        valid: Where there is one, bool[count]; None for everywhere.
        count: How many rows.
    """
    if valid is None:
        runs = varint(count << 1) + b"\1"
    else:
        bits = np.packbits(valid, bitorder="little").tobytes()
        runs = varint(len(bits) << 1 | 1) + bits
    return len(runs).to_bytes(4, "little") + runs


def _numbers(
    parts: tuple[Any, ...], encoding: Encoding, array: Numbers, physical: Physical
) -> Encoded:
    least, most = (_stored(np.array([each]), physical) for each in (array.min(), array.max()))
    return Encoded(encoding, parts, least, most)


def _booleans(values: pa.Array) -> Encoded:
    flags = np.asarray(values.cast(pa.uint8()))
    bits = np.packbits(flags, bitorder="little")
    return Encoded(Encoding.PLAIN, (bits,), bytes([flags.min()]), bytes([flags.max()]))


def _few(array: Numbers, values: pa.Array, physical: Physical) -> Encoded:
    """Encode numbers of which few different ones are to be expected, and be it all of them."""
    if array.dtype.kind in "iu" and (low := int(array.min())) > int(array.max()) - _DICTIONARY_MAX:
        places = (array - array.dtype.type(low)).view(f"u{array.dtype.itemsize}")
        dictionary = np.arange(low, int(array.max()) + 1)
    else:
        found = values.dictionary_encode()
        places, dictionary = found.indices.to_numpy(), found.dictionary.to_numpy()
    return _of_dictionary(places, dictionary, physical)


def _chosen(values: pa.Array, physical: Physical) -> Encoded:
    """Encode values that are told by their places in a dictionary, or words."""
    found = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    places = found.indices.to_numpy()
    if physical is not Physical.BYTE_ARRAY:
        return _of_dictionary(places, found.dictionary.to_numpy(), physical)
    used, places = _used_in_runs(places, len(found.dictionary))
    words = found.dictionary.take(pa.array(used))
    ends = pc.min_max(words).as_py()
    least, most = (ends[name].encode() for name in ("min", "max"))
    page = (spelled(words), len(used))
    return Encoded(Encoding.RLE_DICTIONARY, _run(places, len(used)), least, most, page)


def _of_dictionary(places: Numbers, dictionary: Numbers, physical: Physical) -> Encoded:
    low, high = int(places.min()), int(places.max())
    values, places = dictionary[low : high + 1], places - places.dtype.type(low)
    if len(values) > _BYTE:
        used, places = _used(places, len(values))
        values = values[used]
    if len(values) > _DICTIONARY_MAX:
        return _numbers((_stored(values[places], physical),), Encoding.PLAIN, values, physical)
    places = places.astype(np.min_scalar_type(len(values) - 1), copy=False)
    encoded = _numbers(_run(places, len(values)), Encoding.RLE_DICTIONARY, values, physical)
    return encoded._replace(words=(_stored(values, physical), len(values)))


def _used(places: Numbers, count: int) -> tuple[Numbers, Numbers]:
    """Return which places of a dictionary are used, and each place among those, in few bytes."""
    used = np.flatnonzero(np.bincount(places, minlength=count))
    rank = np.zeros(count, np.min_scalar_type(max(len(used) - 1, 0)))
    rank[used] = np.arange(len(used))
    return used, rank.take(places, mode="clip")


def _used_in_runs(places: Numbers, count: int) -> tuple[Numbers, Numbers]:
    """Return what `_used` does; quicker where places stay the same for long."""
    starts = np.flatnonzero(places[1:] != places[:-1]) + 1
    if len(starts) * _LONG > len(places):
        return _used(places, count)
    starts = np.concatenate([np.zeros(1, starts.dtype), starts])
    used, runs = _used(places[starts], count)
    return used, np.repeat(runs, np.diff(starts, append=len(places)))


def _run(places: Numbers, count: int) -> tuple[Any, ...]:
    """Return indices as one run, of one value or of whole bytes."""
    width = places.dtype.itemsize
    head = bytes([8 * width])
    if count == 1:
        return (head, varint(len(places) << 1), bytes(width))
    groups = -(-len(places) // 8)
    padding = bytes((groups * 8 - len(places)) * width)
    return (head, varint(groups << 1 | 1), places, padding)


def _differences(array: Numbers) -> tuple[Any, ...]:
    """Return numbers as DELTA_BINARY_PACKED, with one least difference for all blocks."""
    # Overflows come back when the reader adds up.
    unsigned = np.dtype(f"<u{array.dtype.itemsize}")
    numbers = array.view(f"<i{array.dtype.itemsize}")
    first, count = int(numbers[0]), len(numbers)
    head = b"".join((varint(_BLOCK), varint(_MINIBLOCKS), varint(count), zigzag(first)))
    if count == 1:
        return (head,)
    differences = np.diff(numbers)
    least = int(differences.min())
    steps = differences.view(unsigned)
    steps -= unsigned.type(least % 2 ** (8 * unsigned.itemsize))
    kind = next(kind for kind in _WIDTHS if int(steps.max()) < 256**kind.itemsize)
    prefix = zigzag(least) + bytes([8 * kind.itemsize] * _MINIBLOCKS)
    blocks = np.zeros(-(-len(steps) // _BLOCK),
                      [("prefix", f"V{len(prefix)}"), ("steps", kind, _BLOCK)])  # fmt: skip
    blocks["prefix"] = np.void(prefix)
    whole = len(steps) // _BLOCK
    _fill(blocks["steps"][:whole], steps[: whole * _BLOCK].reshape(whole, _BLOCK))
    _fill(blocks["steps"][whole:, : len(steps) - whole * _BLOCK], steps[whole * _BLOCK :])
    # Miniblocks of the last block that hold nothing are left out.
    rest = len(steps) - (len(blocks) - 1) * _BLOCK
    unused = _MINIBLOCKS - -(-rest // _PER_MINIBLOCK)
    body = blocks.view(np.uint8).data
    return (head, body[: len(body) - unused * _PER_MINIBLOCK * kind.itemsize])


def _fill(target: Numbers, steps: Numbers) -> None:
    """Write numbers into as many bytes as `target` has for each."""
    if target.dtype.names is None:
        target[...] = steps
    else:
        target["low"] = steps
        target["high"] = steps >> _LOW_BITS


def _split(array: Numbers) -> tuple[Any, ...]:
    return (array.view(np.uint8).reshape(len(array), array.dtype.itemsize).T.tobytes(),)


def _stored(array: Numbers, physical: Physical) -> bytes:
    return bytes(array.astype(_STORED[physical]).data)
