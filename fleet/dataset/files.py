"""Files that are there as a whole or not at all, and what is said of them in the manifest.

Parquet is laid out for those who read it: zstd, each column encoded as its table says
(`fleet.dataset.table`), row groups of a size that does not depend on who wrote them (a quarter of
the rows of labels, which have a hundred columns: a row group is held as a whole), a page of each
column in a row group, statistics on the columns that rows are sorted by. Those of other columns
would cost a seventh of the writing and say of any row group that it may hold anything. Level 1 of
zstd: on bytes laid out so, level 3 saves 2 % of the size and costs a tenth more. Of each file two
hashes are kept: that of its bytes, and that of its values (`fleet.dataset.content`), which is the
same in every format.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from fleet.dataset.chunk import ColumnChunk
from fleet.dataset.content import Content
from fleet.dataset.table import Encoding, Table

ROW_GROUP: Final = 122_880
_WIDE: Final = 64
FORMATS: Final = ("parquet", "csv")
_LEVEL: Final = 1
_DICTIONARY: Final = Encoding.DICTIONARY


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


class _Format(Protocol):
    """A file of one format."""

    def add(self, rows: pa.RecordBatch) -> None:
        """Write the next rows."""

    def close(self) -> str:
        """End the file, and return the SHA-256 of its bytes, in hex."""

    def abandon(self) -> None:
        """Close it, whatever state it is in."""


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
        self._schema = table.schema
        self._content = Content(self._schema)
        self._partial = self.path.with_name(self.path.name + ".partial")
        self._partial.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._file: _Format = _KINDS[kind](self._partial, table)
        except OSError:
            self._partial.unlink(missing_ok=True)
            raise

    def write(self, rows: pa.Table | pa.RecordBatch) -> None:
        """Add rows; a row group takes what comes until it is full."""
        self.rows += rows.num_rows
        for batch in rows.to_batches() if isinstance(rows, pa.Table) else [rows]:
            self._write(batch)

    def close(self) -> Written:
        """End the file, and give it its name."""
        sha256 = self._file.close()
        self._partial.replace(self.path)
        name = self.path.relative_to(self._root).as_posix()
        return Written(self._table.name, name, self.rows, sha256, self._content.hexdigest())

    def abandon(self) -> None:
        """Leave nothing behind."""
        with suppress(OSError):  # what is still held has no room on a full disk
            self._file.abandon()
        self._partial.unlink(missing_ok=True)

    def _write(self, rows: pa.RecordBatch) -> None:
        for number, array in enumerate(rows.columns):
            self._content.add(number, ColumnChunk.of(array))
        self._file.add(rows)


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


class _CsvFile:
    """Comma-separated text; words are written out."""

    def __init__(self, path: Path, table: Table) -> None:
        self._path = path
        self._schema = pa.schema([field.with_type(_plain(field.type)) for field in table.schema])
        self._writer = pc.CSVWriter(path, self._schema)

    def add(self, rows: pa.RecordBatch) -> None:
        self._writer.write_batch(rows.cast(self._schema))

    def close(self) -> str:
        self._writer.close()
        return sha256_of(self._path)

    def abandon(self) -> None:
        self._writer.close()


class _ParquetFile:
    """Parquet, by pyarrow."""

    def __init__(self, path: Path, table: Table) -> None:
        self._path = path
        self._schema = table.schema
        encodings = table.encodings
        self._writer = pq.ParquetWriter(
            path,
            self._schema,
            compression="zstd",
            compression_level=_LEVEL,
            use_dictionary=[name for name, each in encodings.items() if each is _DICTIONARY],
            column_encoding={
                name: each.value for name, each in encodings.items() if each is not _DICTIONARY
            },
            write_statistics=table.ordered,
            max_rows_per_page=ROW_GROUP,
        )
        self._group = ROW_GROUP if len(table.columns) < _WIDE else ROW_GROUP // 4
        self._held: list[pa.RecordBatch] = []
        self._held_rows = 0

    def add(self, rows: pa.RecordBatch) -> None:
        self._held.append(rows)
        self._held_rows += rows.num_rows
        if self._held_rows >= self._group:
            self._write(self._held_rows - self._held_rows % self._group)

    def close(self) -> str:
        self._write(self._held_rows)
        self._writer.close()
        return sha256_of(self._path)

    def abandon(self) -> None:
        self._writer.close()

    def _write(self, rows: int) -> None:
        """Write so many of the rows that are held, a row group after the other."""
        held = pa.Table.from_batches(self._held, self._schema).unify_dictionaries()
        self._writer.write_table(held.slice(0, rows), row_group_size=self._group)
        self._held, self._held_rows = held.slice(rows).to_batches(), held.num_rows - rows


_KINDS: Final[dict[str, Callable[[Path, Table], _Format]]] = {
    "parquet": _ParquetFile,
    "csv": _CsvFile,
}


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind
