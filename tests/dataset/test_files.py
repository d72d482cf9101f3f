"""What we write as Parquet is what pyarrow and DuckDB read, in row groups of one size."""

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fleet.dataset.files import ROW_GROUP, TableFile, write_table
from fleet.dataset.table import INSTANT, TERMINAL, Column, Layout, Table


def table(count: int) -> pa.Table:
    """Return many rows of the types and shapes that tables have."""
    number = np.arange(count)
    columns = {
        "terminal": pa.DictionaryArray.from_arrays(
            pa.array((number // 97).astype(np.int32)), pa.array([f"{n:08}" for n in range(count)])
        ),
        "seq": pa.array((number % 97 + 5).astype(np.uint32)),
        "ts": pa.array(number * 900_000_123 - number // 97 * 10**11).cast(INSTANT),
        "temp": pa.array((number * number % 7_919 / 10).astype(np.float32)),
        "wide": pa.array((number * 65_537 % 1_000_003).astype(np.float32)),
        "few": pa.array((number % 400).astype(np.int32), mask=number % 5 == 0),
        "state": pa.DictionaryArray.from_arrays(
            pa.array(np.zeros(count, np.int16)), pa.array(["online", "off"])
        ),
        "chance": pa.array(np.sqrt(number), mask=number < 10),
        "flag": pa.array(number % 3 == 0),
        "nothing": pa.nulls(count, pa.int64()),
    }
    kinds = [TERMINAL if name == "terminal" else array.type for name, array in columns.items()]
    nullable = {"few", "chance", "nothing"}
    fields = [pa.field(name, kind, nullable=name in nullable, metadata={"unit": "1"})
              for name, kind in zip(columns, kinds, strict=True)]  # fmt: skip
    return pa.Table.from_arrays(list(columns.values()), schema=pa.schema(fields))


def written(root: Path, rows: pa.Table) -> Path:
    """Write a table and return its file."""
    fields = [Column(f.name, f.type, "a value", nullable=f.nullable) for f in rows.schema]
    made = Table("t", "rows", Layout.WHOLE, (rows.schema.names[0],), tuple(fields))
    return root / write_table(root, made, "x", "parquet", [rows]).path


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[pa.Table, Path]:
    """A table of some row groups, and its file."""
    rows = table(2 * ROW_GROUP + 5)
    return rows, written(tmp_path_factory.mktemp("many"), rows)


def test_many_rows_come_back_to_pyarrow(many: tuple[pa.Table, Path]) -> None:
    """Values and types: what pyarrow reads is what was written."""
    rows, path = many
    found = pq.read_table(path)
    assert found.schema.equals(rows.schema)
    assert found.cast(_plain(rows.schema)).equals(rows.cast(_plain(rows.schema)))


def test_many_rows_come_back_to_duckdb(many: tuple[pa.Table, Path]) -> None:
    """A reader that shares no code with pyarrow reads the same."""
    rows, path = many
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        found = database.read_parquet(str(path)).to_arrow_table()
    expected = rows.cast(_plain(rows.schema))
    for name in rows.schema.names:
        assert found[name].cast(expected[name].type).equals(expected[name]), name


def test_row_groups_have_one_size(many: tuple[pa.Table, Path]) -> None:
    """All but the last are full, whoever wrote them."""
    _, path = many
    file = pq.read_metadata(path)
    sizes = [file.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert sizes == [ROW_GROUP, ROW_GROUP, 5]


def _plain(schema: pa.Schema) -> pa.Schema:
    return pa.schema(
        [
            field.with_type(pa.string()) if pa.types.is_dictionary(field.type) else field
            for field in schema
        ]
    )


def test_a_full_disk_leaves_no_part_of_a_file(tmp_path: Path) -> None:
    """A file that cannot even be begun is not kept, and the complaint is the disk's."""
    made = Table("t", "rows", Layout.WHOLE, ("x",), (Column("x", pa.float64(), "a number"),))
    partial = tmp_path / "t" / "part.parquet.partial"
    partial.parent.mkdir()
    partial.symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        TableFile(tmp_path, made, "part", "parquet")
    assert not partial.is_symlink()
