"""A table as a noun: its columns, how they stand in files, and its Arrow schema.

Each column of a Parquet file has the encoding that made it small for the least work, as measured
on what the tables hold:

    encoding    for                                             such as
    DICTIONARY  few different values                            words, a temperature
    SPLIT       numbers whose high bytes hardly change          counters, delays, health
    DELTA       numbers that grow by nearly the same step       a heartbeat's instant
    PLAIN       what comes again literally, and zstd finds      instants of a grid, chances, levels
                                                                that hardly change

The columns of `fleet.dataset.schema` say so where they differ from what is usual for their type.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Final, NamedTuple

import pyarrow as pa

INSTANT: Final = pa.timestamp("us", tz="UTC")
WORD: Final = pa.dictionary(pa.int16(), pa.string())
TERMINAL: Final = pa.dictionary(pa.int32(), pa.string())


class Layout(Enum):
    """How a table is cut into files: one for each bucket, for each day of it, or one in all."""

    BUCKET = "bucket"
    DAY = "day"
    WHOLE = "whole"


class Encoding(Enum):
    """How Parquet stores a column, by Parquet's own names; see the table above."""

    PLAIN = "PLAIN"
    DICTIONARY = "RLE_DICTIONARY"
    SPLIT = "BYTE_STREAM_SPLIT"
    DELTA = "DELTA_BINARY_PACKED"


class Column(NamedTuple):
    """A column.

    Attributes:
        name: Its name.
        kind: Its Arrow type.
        description: What it holds.
        unit: In UCUM's notation; "" where there is none.
        nullable: Whether a value may be missing.
        encoding: How Parquet stores it; None for what is usual for its type.
    """

    name: str
    kind: pa.DataType
    description: str
    unit: str = ""
    nullable: bool = False
    encoding: Encoding | None = None

    @property
    def stored(self) -> Encoding:
        """How Parquet stores it."""
        return self.encoding or _usual(self.kind)


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        name: Folder under the dataset's root, such as `observed/telemetry`.
        description: What a row is.
        layout: How it is cut into files.
        key: Columns that identify a row; rows are sorted by them within a file.
        columns: Its columns.
    """

    name: str
    description: str
    layout: Layout
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @cached_property
    def schema(self) -> pa.Schema:
        """The Arrow schema, with descriptions and units in the metadata of its fields."""
        return pa.schema([_field(column) for column in self.columns])

    @cached_property
    def encodings(self) -> Mapping[str, Encoding]:
        """How Parquet stores each column."""
        return {column.name: column.stored for column in self.columns}

    @property
    def ordered(self) -> list[str]:
        """Columns of which the least and the greatest value tell what a row group may hold.

        Those of words cost a tenth of what there is to write, and tell something only if rows are
        sorted by them before all else.
        """
        kinds = {column.name: column.kind for column in self.columns}
        first, *rest = self.key
        return [first, *(name for name in rest if not _is_word(kinds[name]))]

    def files(self, kind: str) -> str:
        """Return the pattern of its files' paths, in a format, below the dataset's folder."""
        return f"{self.name}/{'*/' if self.layout is Layout.DAY else ''}*.{kind}"


def _field(column: Column) -> pa.Field:
    metadata = {"description": column.description}
    if column.unit:
        metadata["unit"] = column.unit
    return pa.field(column.name, column.kind, nullable=column.nullable, metadata=metadata)


def _is_word(kind: pa.DataType) -> bool:
    return bool(pa.types.is_dictionary(kind) or pa.types.is_string(kind))


def _usual(kind: pa.DataType) -> Encoding:
    if _is_word(kind):
        return Encoding.DICTIONARY
    whole = pa.types.is_integer(kind)
    return Encoding.SPLIT if whole or pa.types.is_float32(kind) else Encoding.PLAIN
