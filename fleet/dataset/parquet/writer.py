"""A Parquet file that is written row group by row group, one page for each column of a group.

What names, types, units and descriptions mean is said by pyarrow: the footer of an empty file that
it wrote is ours, with the row groups added. Whoever reads the file reads it as one of pyarrow's.

Norm: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
"""

import functools
import hashlib
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

import fleet
from fleet.dataset.parquet.encodings import (
    Column,
    Encoded,
    Encoding,
    Physical,
    encode,
    levels_of,
)
from fleet.dataset.parquet.thrift import (
    Kind,
    Reader,
    Struct,
    binary,
    encoded,
    i32,
    i64,
    listing,
    ready,
    struct,
)

_MAGIC: Final = b"PAR1"
_ZSTD: Final = 6  # Parquet's number
_LEVEL: Final = 1
_DATA_PAGE, _DICTIONARY_PAGE = 0, 2


class ParquetFile:
    """A file that is being written.

    Attributes:
        rows: How many it has.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        """Begin a file, whose columns may be sent in as dictionaries of their type as well."""
        self.rows = 0
        self._schema = schema
        self._footer, self._physical = _skeleton(schema)
        self._groups: list[Struct] = []
        self._columns: list[Struct] = []
        self._codec = pa.Codec("zstd", compression_level=_LEVEL)
        self._digest = hashlib.sha256()
        self._size = 0
        self._file = path.open("wb")
        self._put(_MAGIC)
        self._begin = self._size

    def add(self, column: Column) -> None:
        """Write the next column of a row group."""
        number = len(self._columns)
        field, physical = self._schema.field(number), self._physical[number]
        self._columns.append(self._column(field, column, physical))

    def end_group(self, rows: int) -> None:
        """End a row group, whose columns were all added."""
        columns, self._columns = self._columns, []
        self._groups.append({
            1: listing([struct({2: i64(0), 3: struct(column)}) for column in columns]),
            2: i64(sum(column[6].of for column in columns)),
            3: i64(rows),
            5: i64(self._begin),
            6: i64(self._size - self._begin),
        })  # fmt: skip
        self.rows += rows
        self._begin = self._size

    def close(self) -> str:
        """End the file, and return the SHA-256 of its bytes, in hex."""
        footer = encoded(self._footer | {
            3: i64(self.rows),
            4: listing([struct(group) for group in self._groups]),
            6: binary(f"fleet version {fleet.__version__}".encode()),
        })  # fmt: skip
        self._put(footer + len(footer).to_bytes(4, "little") + _MAGIC)
        self._file.close()
        return self._digest.hexdigest()

    def abandon(self) -> None:
        """Close the file, whatever state it is in."""
        self._file.close()

    def _column(self, field: pa.Field, column: Column, physical: Physical) -> Struct:
        """Write the pages of a column, and return what the footer says of them."""
        begin, rows = self._size, column.rows
        found = encode(column.values, physical)
        plain, says = 0, {}
        if found.words:
            page, count = found.words
            header = {1: i32(count), 2: i32(Encoding.PLAIN)}
            says[11] = i64(begin)
            plain += self._page(_DICTIONARY_PAGE, 7, header, [page])
        says[9] = i64(self._size)
        header = {number: i32(each) for number, each in enumerate(
            (rows, found.encoding, Encoding.RLE, Encoding.RLE), 1)}  # fmt: skip
        levels = [levels_of(column.there, rows)] if field.nullable else []
        plain += self._page(_DATA_PAGE, 5, header, [*levels, *found.parts])
        encodings = {found.encoding, Encoding.RLE} | ({Encoding.PLAIN} if found.words else set())
        return says | {
            1: i32(physical),
            2: listing([i32(each) for each in sorted(encodings)], Kind.I32),
            3: listing([binary(field.name.encode())], Kind.BINARY),
            4: i32(_ZSTD),
            5: i64(rows),
            6: i64(plain),
            7: i64(self._size - begin),
            12: struct(_statistics(found, rows - len(column.values))),
        }

    def _page(self, kind: int, place: int, header: Struct, parts: list[Any]) -> int:
        """Write a page, and return how long it would be if it were not compressed."""
        plain = b"".join(parts)
        packed = self._codec.compress(plain)
        sizes = {1: i32(kind), 2: i32(len(plain)), 3: i32(packed.size)}
        head = encoded(sizes | {place: struct(header)})
        self._put(head)
        self._put(packed)
        return len(head) + len(plain)

    def _put(self, text: Any) -> None:
        self._digest.update(text)
        self._size += self._file.write(text)


def _statistics(found: Encoded, nulls: int) -> Struct:
    says = {3: i64(nulls)}
    if found.most is not None and found.least is not None:
        says |= {5: binary(found.most), 6: binary(found.least)}
    return says


@functools.lru_cache(maxsize=64)
def _skeleton(schema: pa.Schema) -> tuple[Struct, list[Physical]]:
    """Return the footer of an empty file of pyarrow's, and how its columns are stored."""
    sink = pa.BufferOutputStream()
    pq.ParquetWriter(sink, schema).close()
    text = sink.getvalue().to_pybytes()
    size = int.from_bytes(text[-8:-4], "little")
    footer = Reader(text[-8 - size : -8]).struct()
    physical = [Physical(column.of[1].of) for column in footer[2].of.values[1:]]
    return {number: ready(value) for number, value in footer.items()}, physical
