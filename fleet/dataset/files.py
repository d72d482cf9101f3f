"""Files that are there as a whole or not at all, and what is said of them in the manifest.

Parquet is laid out for those who read it: zstd, dictionaries on words and on readings of a coarse
resolution (32-bit floats: half the size of BYTE_STREAM_SPLIT, and quicker), BYTE_STREAM_SPLIT on
64-bit floats, DELTA_BINARY_PACKED on instants and counters, row groups of a size that does not
depend on who wrote them. The content hash covers the values alone, so it is the same under another
pyarrow, whose files may differ in a byte.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from fleet.dataset.schema import Table

ROW_GROUP: Final = 122_880
FORMATS: Final = ("parquet", "csv")
_LEVEL: Final = 3
_CHUNK: Final = 1 << 20


class Written(NamedTuple):
    """A file that was written.

    Attributes:
        table: Name of its table.
        path: Relative to the dataset's folder.
        rows: How many.
        sha256: Of its bytes.
        content: SHA-256 of its values, whatever the format.
    """

    table: str
    path: str
    rows: int
    sha256: str
    content: str


class TableFile:
    """A file of a table that is being written."""

    def __init__(self, root: Path, table: Table, name: str, kind: str) -> None:
        """Begin a file.

        Args:
            root: The dataset's folder.
            table: Its table.
            name: Path below the table's folder, without suffix.
            kind: One of `FORMATS`.
        """
        self.path = root / table.name / f"{name}.{kind}"
        self.rows = 0
        self._root, self._table = root, table
        self._content = hashlib.sha256()
        self._words: dict[int, tuple[pa.Array, bytes]] = {}
        self._partial = self.path.with_name(self.path.name + ".partial")
        self._partial.parent.mkdir(parents=True, exist_ok=True)
        self._writer = _writer(self._partial, table.schema, kind)
        self._held: list[pa.RecordBatch] = []
        self._held_rows = 0

    def write(self, rows: pa.Table | pa.RecordBatch) -> None:
        """Add rows, which are written as soon as a row group is full."""
        batches = rows.to_batches() if isinstance(rows, pa.Table) else [rows]
        for batch in batches:
            _hash_batch(self._content, batch, self._words)
        self._held += batches
        self._held_rows += rows.num_rows
        self.rows += rows.num_rows
        if self._held_rows >= ROW_GROUP:
            self._flush(self._held_rows - self._held_rows % ROW_GROUP)

    def close(self) -> Written:
        """End the file, and give it its name."""
        self._flush(self._held_rows)
        self._writer.close()
        sha256 = sha256_of(self._partial)
        self._partial.replace(self.path)
        name = self.path.relative_to(self._root).as_posix()
        return Written(self._table.name, name, self.rows, sha256, self._content.hexdigest())

    def abandon(self) -> None:
        """Leave nothing behind."""
        self._partial.unlink(missing_ok=True)

    def _flush(self, rows: int) -> None:
        if not rows:
            return
        held = pa.Table.from_batches(self._held, self._table.schema)
        _write(self._writer, held.slice(0, rows))
        rest = held.slice(rows)
        self._held, self._held_rows = rest.to_batches(), rest.num_rows


@contextmanager
def table_file(root: Path, table: Table, name: str, kind: str) -> Iterator[TableFile]:
    """Open a file of a table, which disappears if the block fails; the block closes it."""
    file = TableFile(root, table, name, kind)
    try:
        yield file
    except BaseException:
        file.abandon()
        raise


def write_table(
    root: Path, table: Table, name: str, kind: str, rows: Iterable[pa.Table]
) -> Written:
    """Write a file as a whole; arguments as of `TableFile`."""
    with table_file(root, table, name, kind) as file:
        for part in rows:
            file.write(part)
        return file.close()


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _writer(path: Path, schema: pa.Schema, kind: str) -> Any:
    if kind == "csv":
        return pc.CSVWriter(path, pa.schema([field.with_type(_plain(field.type))
                                             for field in schema]))  # fmt: skip
    words = [field.name for field in schema if _is_coarse(field.type)]
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=_LEVEL,
        use_dictionary=words,
        column_encoding={field.name: encoding for field in schema
                         if (encoding := _encoding(field.type))},
        write_page_index=True,
    )  # fmt: skip


def _write(writer: Any, rows: pa.Table) -> None:
    if isinstance(writer, pc.CSVWriter):
        plain = [field.with_type(_plain(field.type)) for field in rows.schema]
        writer.write_table(rows.cast(pa.schema(plain)))
    else:
        writer.write_table(rows, row_group_size=ROW_GROUP)


def _is_coarse(kind: pa.DataType) -> bool:
    """Return whether few different values are to be expected: words, readings of a sensor."""
    words = pa.types.is_dictionary(kind) or pa.types.is_string(kind)
    return bool(words or pa.types.is_float32(kind))


def _plain(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_dictionary(kind) else kind


def _encoding(kind: pa.DataType) -> str:
    if _is_coarse(kind) or pa.types.is_boolean(kind) or pa.types.is_uint16(kind):
        return ""
    return "BYTE_STREAM_SPLIT" if pa.types.is_floating(kind) else "DELTA_BINARY_PACKED"


def _hash_batch(
    digest: Any, batch: pa.RecordBatch, words: dict[int, tuple[pa.Array, bytes]]
) -> None:
    """Feed the values of a batch: nulls as their places, words as text and places.

    Args:
        digest: What is fed.
        batch: Some rows of a file.
        words: Of each column of words those of the batch before, and as they were fed: thousands
            of terminals' names are the same from batch to batch.
    """
    for number, array in enumerate(batch.columns):
        if pa.types.is_dictionary(array.type):
            fed = words.get(number)
            if fed is None or not fed[0].equals(array.dictionary):
                fed = words[number] = (array.dictionary, _text(array.dictionary))
            digest.update(fed[1])
            array = array.indices  # noqa: PLW2901 - what is left of the column
        if array.null_count:
            digest.update(np.packbits(np.asarray(array.is_null())).tobytes())
            array = array.drop_null()  # noqa: PLW2901 - likewise
        if pa.types.is_string(array.type):
            digest.update("\0".join(array.to_pylist()).encode())
        else:
            digest.update(_values(array))


def _text(words: pa.Array) -> bytes:
    return "\0".join(map(str, words.to_pylist())).encode()


def _values(array: pa.Array) -> Any:
    if pa.types.is_boolean(array.type):
        return np.packbits(np.asarray(array.cast(pa.uint8()))).tobytes()
    if pa.types.is_timestamp(array.type):
        array = array.cast(pa.int64())
    return np.ascontiguousarray(array.to_numpy(zero_copy_only=False))
