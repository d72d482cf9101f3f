"""What we write as Parquet is what pyarrow and DuckDB read, whatever the values are."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet.dataset.files import TableFile
from fleet.dataset.parquet.encodings import Column
from fleet.dataset.parquet.thrift import Reader, encoded
from fleet.dataset.parquet.writer import ParquetFile
from fleet.dataset.schema import INSTANT, TERMINAL, WORD, Layout, Table
from fleet.dataset.schema import Column as Column_

KINDS: dict[pa.DataType, st.SearchStrategy[Any]] = {
    pa.bool_(): st.booleans(),
    pa.int8(): st.integers(-(2**7), 2**7 - 1),
    pa.int16(): st.integers(-(2**15), 2**15 - 1),
    pa.int32(): st.integers(-(2**31), 2**31 - 1),
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.uint16(): st.integers(0, 2**16 - 1),
    pa.uint32(): st.integers(0, 2**32 - 1),
    pa.uint64(): st.integers(0, 2**64 - 1),
    INSTANT: st.integers(0, 2**60),
    pa.float32(): st.floats(width=32, allow_nan=False),
    pa.float64(): st.floats(allow_nan=False),
    pa.string(): st.text(max_size=5),
    WORD: st.text(max_size=5),
}


def written(path: Path, groups: list[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    """Write row groups, and return what pyarrow reads."""
    file = ParquetFile(path, schema)
    for group in groups:
        for column in group.columns:
            file.add(Column.of(column))
        file.end_group(group.num_rows)
    file.close()
    return pq.read_table(path)


def plain(column: pa.ChunkedArray) -> list[Any]:
    """Return values; instants as numbers, which may lie beyond Python's calendar."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.int64())
    found: list[Any] = column.to_pylist()
    return found


@pytest.mark.parametrize("kind", KINDS, ids=str)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_values_come_back(kind: pa.DataType, data: st.DataObject, tmp_path: Path) -> None:
    """Every type, with and without nulls, in row groups of any size, from none to hundreds."""
    nullable = data.draw(st.booleans())
    value = st.none() | KINDS[kind] if nullable else KINDS[kind]
    groups = data.draw(st.lists(st.lists(value, min_size=1, max_size=300), max_size=3))
    schema = pa.schema([pa.field("x", kind, nullable=nullable)])
    batches = [pa.RecordBatch.from_arrays([_array(group, kind)], schema=schema) for group in groups]
    found = written(tmp_path / "x.parquet", batches, schema)
    assert found.schema.equals(schema)
    expected = [each for batch in batches for each in plain(pa.chunked_array([batch.column(0)]))]
    assert plain(found["x"]) == expected


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(kind):
        return pa.array(values, pa.string()).dictionary_encode().cast(kind)
    return pa.array(values, kind)


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


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[pa.Table, Path]:
    """A table of some row groups, and its file."""
    rows, path = table(200_000), tmp_path_factory.mktemp("many") / "x.parquet"
    groups = rows.to_batches(max_chunksize=70_000)
    written(path, groups, rows.schema)
    return rows, path


def test_many_rows_come_back_to_pyarrow(many: tuple[pa.Table, Path]) -> None:
    """Values, types, units: what pyarrow reads is what was written."""
    rows, path = many
    found = pq.read_table(path)
    assert found.schema.equals(rows.schema, check_metadata=True)
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


def test_statistics_are_true(many: tuple[pa.Table, Path]) -> None:
    """Least, greatest and number of nulls of each column of each row group are as counted."""
    rows, path = many
    file, begin = pq.ParquetFile(path), 0
    for number in range(file.num_row_groups):
        group = file.metadata.row_group(number)
        part = rows.slice(begin, group.num_rows).cast(_plain(rows.schema))
        begin += group.num_rows
        for place, name in enumerate(rows.schema.names):
            told = group.column(place).statistics
            assert told.null_count == part[name].null_count
            if name not in {"ts", "nothing"}:
                ends = pa.compute.min_max(part[name]).as_py()
                assert (told.min, told.max) == (ends["min"], ends["max"]), name
    assert begin == len(rows)


def _plain(schema: pa.Schema) -> pa.Schema:
    return pa.schema(
        [
            field.with_type(pa.string()) if pa.types.is_dictionary(field.type) else field
            for field in schema
        ]
    )


def test_a_dictionary_may_stand_for_its_values(tmp_path: Path) -> None:
    """Fractions that come as a dictionary, unused entries and nulls included, are read as such."""
    schema = pa.schema([pa.field("x", pa.float32())])
    told = pa.DictionaryArray.from_arrays(
        pa.array([2, None, 4], pa.int32()), pa.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.5], pa.float32())
    )
    batch = pa.RecordBatch.from_arrays([told], names=["x"])
    found = written(tmp_path / "x.parquet", [batch], schema)
    assert found["x"].to_pylist() == pa.array([0.2, None, 0.4], pa.float32()).to_pylist()
    told = pq.read_metadata(tmp_path / "x.parquet").row_group(0).column(0).statistics
    assert (told.min, told.max) == (np.float32(0.2), np.float32(0.4))


def test_a_footer_is_read_and_written_alike(tmp_path: Path) -> None:
    """What pyarrow says of a file survives our reading and writing to the byte."""
    path = tmp_path / "x.parquet"
    pq.write_table(table(1_000), path, write_page_index=True)
    text = path.read_bytes()
    size = int.from_bytes(text[-8:-4], "little")
    assert encoded(Reader(text[-8 - size : -8]).struct()) == text[-8 - size : -8]


def test_a_full_disk_leaves_no_part_of_a_file(tmp_path: Path) -> None:
    """What could not be written is not kept, and the complaint is the disk's."""
    full = Path("/dev/full")
    rows = pa.table({"x": pa.array(np.arange(3_000_000) ** 2)})
    name = Table("t", "rows", Layout.WHOLE, ("x",), (Column_("x", pa.int64(), "a number"),))
    file = TableFile(tmp_path, name, "part", "parquet")
    partial = tmp_path / "t" / "part.parquet.partial"
    assert partial.exists()
    file._file._file.close()  # type: ignore[attr-defined]
    file._file._file = full.open("wb")  # type: ignore[attr-defined]
    with pytest.raises(OSError, match="No space left"):
        file.write(rows.cast(name.schema))
    file.abandon()
    assert not partial.exists()
