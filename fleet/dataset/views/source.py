"""What views read, the dataset's own tables, and how they write what they take of them."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from fleet.dataset.schema import FIXED
from fleet.profile.dataset import Dataset

_SCHEMAS: Final = {table.name: table.schema for table in FIXED}


class Source:
    """The tables that a view is made of.

    Attributes:
        seed: Of the dataset.
    """

    def __init__(self, root: Path, rules: Dataset) -> None:
        """Take the dataset in a folder, made by these rules."""
        self.seed: Final = rules.seed
        self._root, self._kind = root, rules.format

    def table(self, name: str, columns: list[str]) -> pa.Table:
        """Return some columns of a table as a whole, words as text."""
        return pa.concat_tables(self.parts(name, columns))

    def parts(self, name: str, columns: list[str]) -> Iterator[pa.Table]:
        """Yield them file by file."""
        import pyarrow.dataset as pds  # noqa: PLC0415 - it brings pandas along, if that is there

        # CSV tells no types, and guesses them file by file.
        schema = pa.schema([_plain_field(_SCHEMAS[name].field(each)) for each in columns])
        types = {"column_types": {field.name: field.type for field in schema}}
        kind = (
            pds.ParquetFileFormat() if self._kind == "parquet"
            else pds.CsvFileFormat(convert_options=pacsv.ConvertOptions(**types))
        )  # fmt: skip
        for path in sorted((self._root / name).rglob(f"*.{self._kind}")):
            yield pds.dataset(path, format=kind).to_table(columns).cast(schema)


def copy(path: Path, columns: Mapping[str, str], parts: Iterable[pa.Table]) -> None:
    """Write columns as CSV under other names, part by part.

    Args:
        path: The file.
        columns: Names there, and here.
        parts: Rows.
    """
    writer = None
    for part in parts:
        rows = pa.table({name: _plain(part[column]) for name, column in columns.items()})
        writer = writer or pacsv.CSVWriter(path, rows.schema)
        writer.write_table(rows)
    if writer is not None:
        writer.close()


def _plain_field(field: pa.Field) -> pa.Field:
    """Return a field with words as text."""
    return field.with_type(pa.string()) if pa.types.is_dictionary(field.type) else field


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return instants as `2015-01-01 06:00:00`, in UTC, as those tables have them."""
    if not pa.types.is_timestamp(column.type):
        return column
    seconds = column.cast(pa.timestamp("s", tz="UTC"), safe=False)
    return pc.strftime(seconds, format="%Y-%m-%d %H:%M:%S")
