"""What the days of lives are, by SQL that shares no line with the views."""

import math
from pathlib import Path

import duckdb
import pytest

from fleet.dataset.views.life_days import SENSORS

_DAYS = """
    SELECT l.life_id, (epoch_us(t.ts) // {day} - epoch_us(l.start_ts) // {day})::INT AS day, {means}
    FROM '{root}/truth/lives/*.parquet' l
    JOIN read_parquet('{root}/observed/telemetry/*/*.parquet', hive_partitioning = false) t
      ON t.terminal_id = l.terminal_id AND t.ts >= l.start_ts AND t.ts < l.end_ts
    GROUP BY ALL
"""
Readings = dict[tuple[int, int], list[float | None]]


def by_sql(root: Path) -> Readings:
    """Return the means of what was sent while a life lasted, by life and day from its start."""
    means = ", ".join(f"avg({name})" for name in SENSORS)
    sql = _DAYS.format(root=root, means=means, day=86_400_000_000)
    return {(row[0], row[1]): list(row[2:]) for row in duckdb.sql(sql).fetchall()}


def agree(found: Readings, expected: Readings) -> None:
    """Fail where two disagree; what nobody could read is None or NaN."""
    assert found.keys() == expected.keys()
    for key, values in found.items():
        told = [math.nan if each is None else each for each in values]
        right = [math.nan if each is None else each for each in expected[key]]
        assert told == pytest.approx(right, abs=1e-3, nan_ok=True), key
