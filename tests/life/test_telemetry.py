"""Telemetry is one function of (terminal, degradation, time), however its rows are grouped."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.life.telemetry import CHANNELS, COLUMN, ROW, Vitals, telemetry
from fleet.units import HOUR_MS
from fleet.wire.heartbeat import DYNAMIC

NOON_MS = 1_767_614_400_000  # 2026-01-05 12:00 UTC


def vitals_of(count: int, seed: int = 1) -> Vitals:
    """Return the vitals of terminals 0 to count - 1."""
    return Vitals(seed, np.arange(count, dtype=np.uint64))


def rows_of(vitals: Vitals, rows: list[int], hours: list[float], seq: list[int]) -> np.ndarray:
    """Return telemetry of these rows."""
    at_ms = (np.array(hours) * HOUR_MS).astype(np.int64)
    return telemetry(vitals, np.array(rows), at_ms, np.array(seq, np.uint64), NOON_MS)


def test_rows_have_the_order_of_the_heartbeat() -> None:
    """What telemetry lays out is what the heartbeat's template takes."""
    assert ROW == DYNAMIC


@given(st.lists(st.tuples(st.integers(0, 19), st.floats(0, 500)), min_size=1, max_size=30))
def test_grouping_changes_nothing(beats: list[tuple[int, float]]) -> None:
    """Rows computed together equal rows computed one by one, to the last bit."""
    vitals = vitals_of(20)
    seq = list(range(1, len(beats) + 1))
    together = rows_of(vitals, [row for row, _ in beats], [at for _, at in beats], seq)
    alone = [rows_of(vitals, [row], [at], [n])[0] for (row, at), n in zip(beats, seq, strict=True)]
    assert np.array_equal(together, np.array(alone))


def test_shards_see_the_same_terminal() -> None:
    """A terminal's readings do not depend on which others share its process."""
    all_of_them = vitals_of(10)
    odd = Vitals(1, np.arange(1, 10, 2, dtype=np.uint64))
    assert np.array_equal(rows_of(all_of_them, [3], [5.0], [9]), rows_of(odd, [1], [5.0], [9]))


def test_readings_stay_inside_their_bounds() -> None:
    """No channel leaves the range that its declaration gives."""
    vitals = vitals_of(500)
    for channel in CHANNELS:
        vitals.degrade(0, channel.name, 0, 1e6)
        vitals.degrade(1, channel.name, 0, -1e6)
    table = rows_of(vitals, list(range(500)), [400.0] * 500, list(range(500)))
    for channel in CHANNELS:
        column = table[:, ROW.index(channel.name)]
        assert column.min() >= channel.low, channel.name
        assert column.max() <= channel.high, channel.name


def test_counts_add_up() -> None:
    """Every card read either failed, or led to a transaction that did or did not."""
    table = rows_of(vitals_of(2_000), list(range(2_000)), [1.0] * 2_000, [1] * 2_000)
    reads, errors, ok, fail = (
        table[:, ROW.index(name)] for name in ("reads", "read_errors", "txn_ok", "txn_fail")
    )
    assert np.array_equal(reads, errors + ok + fail)
    assert (ok >= 0).all()


def test_flows_have_the_mean_of_their_rate() -> None:
    """Random rounding keeps the mean: reads per heartbeat are rate, times hours, times activity."""
    count = 20_000
    vitals = vitals_of(count)
    table = rows_of(vitals, list(range(count)), [3.0] * count, [1] * count)  # 15:00, full activity
    expected = float(vitals.base[:, COLUMN["reads"]].mean()) * 0.25
    assert table[:, ROW.index("reads")].mean() == pytest.approx(expected, rel=0.02)


def test_a_drift_starts_when_it_begins_and_ends_when_it_is_ended() -> None:
    """Before its begin a drift changes nothing; after, it rises by its rate."""
    calm, sick = vitals_of(1), vitals_of(1)
    sick.degrade(0, "mem_pct", 10 * HOUR_MS, 5.0)
    column = ROW.index("mem_pct")
    before = rows_of(calm, [0], [9.0], [1]) - rows_of(sick, [0], [9.0], [1])
    after = rows_of(sick, [0], [14.0], [1]) - rows_of(calm, [0], [14.0], [1])
    assert before[0, column] == 0
    assert after[0, column] == pytest.approx(20.0, abs=1.0)
    sick.degrade(0, "mem_pct", 0, 0.0)
    assert np.array_equal(rows_of(sick, [0], [14.0], [1]), rows_of(calm, [0], [14.0], [1]))


def test_values_have_the_resolution_of_their_channel() -> None:
    """Tenths where the message has tenths, whole numbers elsewhere."""
    table = rows_of(vitals_of(100), list(range(100)), [2.0] * 100, [5] * 100)
    for number, name in enumerate(ROW):
        scaled = table[:, number] * (10 if name in {"temp_c", "paper_m"} else 1)
        assert np.allclose(scaled, np.rint(scaled), atol=1e-6), name
