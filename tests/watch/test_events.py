"""The life events' way from a shard's list to one Parquet file."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from fleet.life.states import Event, State, Step
from fleet.watch.events import SCHEMA, EventWriter, merge_events

EPOCH_MS = 1_767_225_600_000  # 2026-01-01T00:00Z


def some_steps(count: int) -> list[tuple[str, Step]]:
    """Return steps of several terminals, many of them at the same instant."""
    events, states = list(Event), list(State)
    return [
        (
            f"{index % 7:08}",
            Step(
                (index // 3) * 50,
                index,
                events[index % len(events)],
                states[index % len(states)],
                states[(index + 1) % len(states)],
                "PRN-501" if index % 4 else "",
                index % 90,
            ),
        )
        for index in range(count)
    ]


def write_parts(folder: Path, shares: list[list[tuple[str, Step]]], batch_rows: int) -> list[Path]:
    """Write one part per share."""
    folder.mkdir()
    paths = [folder / f"events-{shard}.arrows" for shard in range(len(shares))]
    for path, share in zip(paths, shares, strict=True):
        writer = EventWriter(path, EPOCH_MS, batch_rows)
        for terminal, step in share:
            writer.add(terminal, step)
        writer.close()
    return paths


def test_a_step_reads_back_as_it_was(tmp_path: Path) -> None:
    """Every column of the file is what the step said, the instant on the business clock."""
    step = Step(1_500, 3, Event.SIGNED_IN, State.SIGNING_IN, State.READY, "00", 812)
    parts = write_parts(tmp_path / "parts", [[("00000007", step)]], 10)
    assert merge_events(parts, tmp_path / "events.parquet") == 1
    assert pq.read_table(tmp_path / "events.parquet").to_pylist() == [
        {
            "ts": datetime(2026, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC),
            "terminal": "00000007",
            "number": 3,
            "event": "signed_in",
            "from_state": "signing_in",
            "to_state": "ready",
            "code": "00",
            "duration_ms": 812,
        }
    ]


def test_the_schema_and_its_units_survive(tmp_path: Path) -> None:
    """The file has the declared schema, down to the metadata of its fields."""
    parts = write_parts(tmp_path / "parts", [some_steps(20)], 10)
    merge_events(parts, tmp_path / "events.parquet")
    schema = pq.read_schema(tmp_path / "events.parquet")
    assert schema.remove_metadata().equals(SCHEMA)
    assert schema.field("duration_ms").metadata[b"unit"] == b"ms"


def test_events_are_sorted_across_shards_and_row_groups(tmp_path: Path) -> None:
    """Rows are in the order of (ts, terminal, number), and none is lost or doubled."""
    steps = some_steps(1_000)
    steps = steps[::7] + [step for at, step in enumerate(steps) if at % 7]
    steps.reverse()
    parts = write_parts(tmp_path / "parts", [steps[:300], steps[300:]], 64)
    assert merge_events(parts, tmp_path / "events.parquet", row_group_rows=128) == 1_000
    file = pq.ParquetFile(tmp_path / "events.parquet")
    rows = file.read().to_pylist()
    keys = [(row["ts"], row["terminal"], row["number"]) for row in rows]
    assert file.num_row_groups > 5
    assert keys == sorted(keys)
    assert sorted(row["number"] for row in rows) == list(range(1_000))


def test_equal_events_give_equal_bytes(tmp_path: Path) -> None:
    """The file does not depend on how many shards there were or how they batched."""
    steps = some_steps(1_000)
    one = write_parts(tmp_path / "one", [steps], 1_000)
    three = write_parts(tmp_path / "three", [steps[::3], steps[1::3], steps[2::3]], 17)
    merge_events(one, tmp_path / "one.parquet", row_group_rows=300)
    merge_events(three, tmp_path / "three.parquet", row_group_rows=300)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "three.parquet").read_bytes()


def test_what_a_killed_shard_had_written_is_kept(tmp_path: Path) -> None:
    """A part that breaks off is read up to its last whole batch."""
    [part] = write_parts(tmp_path / "parts", [some_steps(100)], 10)
    content = part.read_bytes()
    part.write_bytes(content[: len(content) * 2 // 3])
    kept = merge_events([part], tmp_path / "events.parquet")
    numbers = pq.read_table(tmp_path / "events.parquet")["number"].to_pylist()
    assert 0 < kept < 100
    assert sorted(numbers) == list(range(kept))


@pytest.mark.parametrize("length", [0, 5, 100])
def test_a_part_without_a_batch_holds_nothing(tmp_path: Path, length: int) -> None:
    """A shard killed before its first batch leaves a part that adds no events."""
    [part] = write_parts(tmp_path / "parts", [[]], 10)
    part.write_bytes(part.read_bytes()[:length])
    assert merge_events([part], tmp_path / "events.parquet") == 0
    assert pq.read_table(tmp_path / "events.parquet").num_rows == 0


def test_a_run_without_parts_gives_an_empty_file(tmp_path: Path) -> None:
    """No shard, no event: the file is there and has its columns."""
    assert merge_events([], tmp_path / "events.parquet") == 0
    assert pq.read_schema(tmp_path / "events.parquet").names == SCHEMA.names


def test_the_writer_holds_no_more_than_a_batch(tmp_path: Path) -> None:
    """Steps are on disk as soon as a batch is full, without a call to flush."""
    writer = EventWriter(tmp_path / "part", EPOCH_MS, batch_rows=10)
    for terminal, step in some_steps(25):
        writer.add(terminal, step)
    assert merge_events([tmp_path / "part"], tmp_path / "events.parquet") == 20
    writer.close()


def test_a_part_is_never_overwritten(tmp_path: Path) -> None:
    """A restarted shard cannot destroy what it wrote before."""
    EventWriter(tmp_path / "part", EPOCH_MS).close()
    with pytest.raises(FileExistsError):
        EventWriter(tmp_path / "part", EPOCH_MS)
