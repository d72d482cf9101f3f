"""The tables keep what their schema says, and fit each other."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fleet.dataset import schema
from fleet.dataset.table import Table
from tests.dataset.datasets import hashes, make, table


def tables(root: Path) -> list[tuple[Table, Path]]:
    """Return each declared table with its files."""
    return [(each, path) for each in schema.FIXED for path in (root / each.name).rglob("*.parquet")]


def test_every_file_has_the_declared_schema(tiny: Path) -> None:
    """Columns, types, units and descriptions, as they are read back."""
    for declared, path in tables(tiny):
        found = pq.read_schema(path)
        assert found.names == declared.schema.names, path
        for field in declared.schema:
            assert found.field(field.name).metadata[b"description"], (path, field.name)
            assert found.field(field.name).type == field.type, (path, field.name)
            unit = (field.metadata or {}).get(b"unit")
            assert found.field(field.name).metadata.get(b"unit") == unit, (path, field.name)


def test_rows_are_sorted_by_their_key(tiny: Path) -> None:
    """Within each file."""
    for declared, path in tables(tiny):
        rows = pq.read_table(path)
        for name in declared.key:
            column = rows[name]
            if str(column.type).startswith("dictionary"):
                rows = rows.set_column(rows.schema.get_field_index(name), name,
                                       column.cast("string"))  # fmt: skip
        keys = [(name, "ascending") for name in declared.key]
        order = pc.sort_indices(rows, sort_keys=keys).to_numpy()
        assert (np.diff(order) > 0).all(), path


def test_nothing_that_may_not_be_missing_is(tiny: Path) -> None:
    """Nulls are where the schema allows them, and only there."""
    for declared, path in tables(tiny):
        rows = pq.read_table(path)
        for column in declared.columns:
            assert column.nullable or not rows[column.name].null_count, (path, column.name)


def test_gaps_of_sequence_numbers_are_logged_one_by_one(tiny: Path) -> None:
    """What did not arrive is in truth/missingness, and what is there as lost did not arrive."""
    log = table(tiny, "truth/missingness").to_pylist()
    for record, name in (("heartbeat", "observed/telemetry"), ("event", "observed/events")):
        rows = table(tiny, name)
        arrived = Counter(zip(rows["terminal_id"].to_pylist(), rows["seq"].to_pylist(),
                              strict=True))  # fmt: skip
        mine = [row for row in log if row["record"] == record]
        lost = {(row["terminal_id"], row["seq"]) for row in mine if row["what"] == "lost"}
        twice = {(row["terminal_id"], row["seq"]) for row in mine if row["what"] == "twice"}
        last: dict[str, int] = {}
        for tid, seq in (*arrived, *lost):
            last[tid] = max(last.get(tid, 0), seq)
        expected = {(tid, seq) for tid, end in last.items() for seq in range(1, end + 1)}
        assert expected - set(arrived) == lost
        assert {key for key, count in arrived.items() if count > 1} == twice


def test_late_records_arrive_late(tiny: Path) -> None:
    """Nobody else is more than a minute on the way, but second copies."""
    rows = table(tiny, "observed/telemetry")
    log = table(tiny, "truth/missingness").to_pylist()
    late = {(row["terminal_id"], row["seq"]) for row in log if row["what"] in {"late", "twice"}}
    delays = pc.subtract(rows["ingest_ts"], rows["ts"]).cast("int64").to_numpy()
    assert (delays > 0).all()
    keys = zip(rows["terminal_id"].to_pylist(), rows["seq"].to_pylist(), strict=True)
    slow = {key for key, delay in zip(keys, delays, strict=True) if delay > 1_000_000}
    assert slow <= late


def test_a_declared_regime_is_seen(tiny: Path) -> None:
    """Five degrees more in the north, from its begin to its end, and not elsewhere."""
    rows = table(tiny, "observed/telemetry")
    where = table(tiny, "observed/terminals")
    north = pc.is_in(rows["terminal_id"], where.filter(pc.equal(where["region"], "north"))
                     ["terminal_id"].combine_chunks())  # fmt: skip
    (regime,) = table(tiny, "truth/regimes").to_pylist()
    during = pc.and_(pc.greater_equal(rows["ts"], regime["ts_from"]),
                     pc.less(rows["ts"], regime["ts_to"]))  # fmt: skip

    def mean(which: object) -> float:
        return float(pc.mean(rows.filter(which)["temp_cel"]).as_py())

    assert mean(pc.and_(north, during)) - mean(pc.and_(north, pc.invert(during))) > 4.0
    south = pc.invert(north)
    assert abs(mean(pc.and_(south, during)) - mean(pc.and_(south, pc.invert(during)))) < 0.5


def test_the_manifest_tells_every_file(tiny: Path) -> None:
    """Path, rows and SHA-256 of all there is, but itself."""
    manifest = json.loads((tiny / "manifest.json").read_text(encoding="utf-8"))
    told = {file["path"]: file["sha256"] for file in manifest["files"]} | manifest["texts"]
    found = hashes(tiny)
    assert found.pop("manifest.json")
    assert told == found
    for name, about in manifest["tables"].items():
        files = [file for file in manifest["files"] if file["table"] == name]
        assert sum(file["rows"] for file in files) == about["rows"]
        for file in files:
            assert pq.ParquetFile(tiny / file["path"]).metadata.num_rows == file["rows"]


def test_csv_says_the_same(tiny: Path, tmp_path: Path) -> None:
    """The same values, and so the same content hashes, as comma-separated text."""
    texts = make(tmp_path, "--format", "csv")
    mine, other = (json.loads((root / "manifest.json").read_text(encoding="utf-8"))["tables"]
                   for root in (tiny, texts))  # fmt: skip
    assert mine == other
    head = (texts / "observed/terminals/part-00000.csv").read_text(encoding="utf-8").split("\n")[0]
    assert head.startswith('"terminal_id","serial_no","model"')
