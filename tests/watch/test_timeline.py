"""The timeline says what the board showed, when, and never in too many rows."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from fleet.watch import timeline as module
from fleet.watch.tally import Board, Tally
from fleet.watch.timeline import ELAPSED, Timeline, column


def test_rows_are_the_board_at_their_instants(board: Board, tally: Tally, tmp_path: Path) -> None:
    """Counters stand as they were; percentiles are of what came since the row before."""
    timeline = Timeline(board.read())
    heartbeats = tally.slot("fleet_heartbeats_total")
    lag = tally.recorder("fleet_schedule_lag_seconds")
    for second in range(3):
        tally.counts[heartbeats] += 10
        if second == 1:
            lag.record(2_000)
        tally.publish()
        timeline.see(second * 1_000, board.read())
        timeline.see(second * 1_000 + 500, board.read())
    timeline.write(tmp_path / "timeline.parquet")
    table = pq.read_table(tmp_path / "timeline.parquet")
    assert table[ELAPSED].to_pylist() == [0.0, 1.0, 2.0]
    assert table[column("fleet_heartbeats_total")].to_pylist() == [10, 20, 30]
    assert table["fleet_schedule_lag_seconds:count"].to_pylist() == [0, 1, 0]
    assert table["fleet_schedule_lag_seconds:max"].to_pylist() == [None, 2.0, None]
    assert column("fleet_terminals", state="ready") in table.column_names


def test_a_long_run_has_no_more_rows(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the bound every other row goes, and rows are made half as often from then on."""
    monkeypatch.setattr(module, "ROWS_MAX", 8)
    timeline, reading = Timeline(board.read()), board.read()
    for second in range(100):
        timeline.see(second * 1_000, reading)
    elapsed = [row[0] for row in timeline._rows]
    assert len(elapsed) <= 8
    assert elapsed == sorted(elapsed)
    assert elapsed[0] == 0.0
    assert elapsed[-1] > 80
