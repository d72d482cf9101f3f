"""Telemetry is one function of (terminal, degradation, time), however its rows are grouped."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.life.channels import CHANNELS, COLUMN, ROW
from fleet.life.drift import SINCE_BOOT
from fleet.life.flows import PAPER_ROLL_M, Trade
from fleet.life.symptoms import SLOTS, Shape, Symptom
from fleet.life.telemetry import telemetry
from fleet.life.vitals import STREET, Vitals
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
    for row in range(0, 20, 3):
        vitals.show(row, 1, Symptom("mem_pct", 40.0, Shape.LEAK), 5 * HOUR_MS, 90 * HOUR_MS)
        vitals.show(row, 2, Symptom("supply_mv", 90.0, Shape.NOISE), 0, 70 * HOUR_MS)
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
        vitals.show(0, 1, Symptom(channel.name, 1e6), 0, HOUR_MS)
        vitals.hide(0, 2)
        vitals.show(1, 1, Symptom(channel.name, -1e6), 0, HOUR_MS)
    table = rows_of(vitals, list(range(500)), [400.0] * 500, list(range(500)))
    for channel in CHANNELS:
        column = table[:, ROW.index(channel.name)]
        assert column.min() >= channel.low, channel.name
        assert column.max() <= channel.high, channel.name


def test_a_terminal_that_is_never_booted_still_has_something_to_tell() -> None:
    """After weeks without a boot neither memory nor battery stands at the end of its range."""
    hours = [24.0 * 20 + n for n in range(240)]
    table = rows_of(vitals_of(40), [n % 40 for n in range(240)], hours, list(range(240)))
    memory, charge = (table[:, ROW.index(name)] for name in ("mem_pct", "battery_pct"))
    assert memory.max() < 95
    assert 60 < np.median(memory) < 80
    assert charge.min() > 10
    assert 40 < np.median(charge) < 80
    assert (np.diff(charge) > 5).any()  # it is charged now and then


def test_a_level_without_noise_drifts_as_the_heartbeats_do() -> None:
    """What the terminal's own rules look at is what its heartbeats tell, but for the noise."""
    vitals = vitals_of(1)
    for hour in (0.5, 6.0, 11.0, 12.5, 30.0, 700.0):
        told = rows_of(vitals, [0], [hour], [7])[0]
        for name in SINCE_BOOT:
            level = vitals.level(0, name, int(hour * HOUR_MS))
            assert told[ROW.index(name)] == pytest.approx(level, abs=4.0), (name, hour)


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
    for row in range(count):
        vitals.sell(row, Trade(STREET, 60.0, 0.05, 0.0, 0), 0)
    table = rows_of(vitals, list(range(count)), [3.5] * count, [1] * count)  # 15:30, full activity
    expected = 60.0 * max(STREET.per_hour) * 0.25
    assert table[:, ROW.index("reads")].mean() == pytest.approx(expected, rel=0.02)


def test_a_symptom_grows_from_its_begin_stays_at_its_height_and_ends() -> None:
    """Before its begin a symptom changes nothing; then it rises evenly, and stops rising."""
    calm, sick = vitals_of(1), vitals_of(1)
    sick.show(0, 1, Symptom("cpu_pct", 40.0), 10 * HOUR_MS, 8 * HOUR_MS)
    assert difference(sick, calm, "cpu_pct", 9.0) == 0
    assert difference(sick, calm, "cpu_pct", 14.0) == pytest.approx(20.0, abs=1.0)
    assert difference(sick, calm, "cpu_pct", 30.0) == pytest.approx(40.0, abs=1.0)
    sick.hide(0, 1)
    assert difference(sick, calm, "cpu_pct", 30.0) == 0


def difference(sick: Vitals, calm: Vitals, channel: str, at_h: float) -> float:
    """Return by how much the sick terminal's reading lies above the calm one's."""
    change = rows_of(sick, [0], [at_h], [1]) - rows_of(calm, [0], [at_h], [1])
    return float(change[0, ROW.index(channel)])


def test_a_leak_begins_anew_at_each_boot() -> None:
    """Memory in use makes a sawtooth: what a reboot freed fills again from the boot on."""
    calm, sick = vitals_of(1), vitals_of(1)
    sick.show(0, 1, Symptom("mem_pct", 40.0, Shape.LEAK), 0, 10 * HOUR_MS)
    for vitals in (calm, sick):
        vitals.boot(0, 4 * HOUR_MS)
    assert difference(sick, calm, "mem_pct", 4.0) == 0
    assert difference(sick, calm, "mem_pct", 9.0) == pytest.approx(20.0, abs=1.0)


def test_a_daily_symptom_follows_the_activity() -> None:
    """What comes with the load is there at noon and gone at night."""
    calm, sick = vitals_of(1), vitals_of(1)
    sick.show(0, 1, Symptom("temp_c", 20.0, Shape.DAILY), 0, 0)
    assert difference(sick, calm, "temp_c", 3.5) == pytest.approx(20.0, abs=0.2)  # 15:30
    assert difference(sick, calm, "temp_c", 15.0) == pytest.approx(0.2, abs=0.2)  # 03:00


def test_a_noisy_symptom_leaves_the_mean_and_widens_the_spread() -> None:
    """An unstable voltage is as high as before on average, but not from reading to reading."""
    spreads = []
    for rise in (0.0, 100.0):
        vitals = vitals_of(1)
        vitals.show(0, 1, Symptom("supply_mv", rise, Shape.NOISE), 0, 0)
        count = 2_000
        table = rows_of(vitals, [0] * count, [5.0] * count, list(range(count)))
        readings = table[:, ROW.index("supply_mv")]
        assert abs(readings.mean() - vitals.base[0, COLUMN["supply_mv"]]) < 12
        spreads.append(readings.std())
    assert spreads[0] == pytest.approx(14.0, rel=0.1)
    assert spreads[1] == pytest.approx(114.0, rel=0.1)


def test_symptoms_of_several_faults_add_up_and_the_slots_are_bounded() -> None:
    """Two faults of one channel show together; beyond the last slot a symptom goes unseen."""
    calm, sick = vitals_of(1), vitals_of(1)
    for source in range(1, SLOTS + 3):
        sick.show(0, source, Symptom("cpu_pct", 5.0), 0, 0)
    assert difference(sick, calm, "cpu_pct", 5.0) == pytest.approx(5.0 * SLOTS, abs=1.0)
    sick.hide(0, 1)
    assert difference(sick, calm, "cpu_pct", 5.0) == pytest.approx(5.0 * (SLOTS - 1), abs=1.0)


def test_another_unit_has_other_levels_and_the_same_customers() -> None:
    """A swapped unit's sensors differ from the old one's; the shop sells as before."""
    vitals = vitals_of(1)
    before = vitals.base[0].copy()
    vitals.renew(0, 1)
    after, reads = vitals.base[0], COLUMN["reads"]
    assert (before[:reads] != after[:reads]).any()
    assert (before[reads:] == after[reads:]).all()


def test_values_have_the_resolution_of_their_channel() -> None:
    """Tenths where the message has tenths, whole numbers elsewhere."""
    table = rows_of(vitals_of(100), list(range(100)), [2.0] * 100, [5] * 100)
    for number, name in enumerate(ROW):
        scaled = table[:, number] * (10 if name in {"temp_c", "paper_m"} else 1)
        assert np.allclose(scaled, np.rint(scaled), atol=1e-6), name


def test_only_who_sells_has_customers() -> None:
    """Before it sells, and after it has stopped, nothing is read; the roll keeps its length."""
    vitals = vitals_of(1)
    reads, paper = ROW.index("reads"), ROW.index("paper_m")
    vitals.sell(0, Trade(STREET, 10_000.0, 0.0, 1.0, 0), 0)
    selling = rows_of(vitals, [0], [5.0], [1])[0]
    vitals.sell(0, None, 6 * HOUR_MS)
    stopped = rows_of(vitals, [0], [9.0], [2])[0]
    assert selling[reads] > 0
    assert stopped[reads] == 0
    assert stopped[paper] == pytest.approx(PAPER_ROLL_M - 6.0, abs=0.05)


def test_who_began_to_sell_a_minute_ago_has_a_minute_s_customers() -> None:
    """The heartbeat after the sign-in counts from the sign-in, not from the heartbeat before."""
    count = 5_000
    vitals = vitals_of(count)
    for row in range(count):
        vitals.sell(row, Trade(STREET, 600.0, 0.0, 0.0, 0), 3 * HOUR_MS + 29 * 60_000)
    table = rows_of(vitals, list(range(count)), [3.5] * count, [1] * count)
    expected = 600.0 * max(STREET.per_hour) / 60
    sigma = (expected / count) ** 0.5
    assert abs(table[:, ROW.index("reads")].mean() - expected) < 4 * sigma


def test_what_was_lived_is_reported_once() -> None:
    """Transactions counted for a heartbeat are in that one, and in no other."""
    vitals = vitals_of(2)
    vitals.count(0, 7, (1, 0, 1, 0), 0.24)
    vitals.count(0, 7, (2, 1, 0, 1), 0.0)
    columns = [ROW.index(name) for name in ("reads", "read_errors", "txn_ok", "txn_fail")]
    assert rows_of(vitals, [0], [2.0], [7])[0, columns].tolist() == [3, 1, 1, 1]
    assert rows_of(vitals, [0], [2.0], [8])[0, columns].tolist() == [0, 0, 0, 0]
    assert rows_of(vitals, [1], [2.0], [7])[0, columns].tolist() == [0, 0, 0, 0]
    assert vitals.flows.sold["paper_m"][0] == pytest.approx(PAPER_ROLL_M - 0.24)


@pytest.mark.parametrize(
    ("begin_h", "end_h", "expected"),
    [(1.0, 9.0, 0.82), (3.375, 9.0, 0.46), (3.25, 3.3125, 0.28), (3.5, 9.0, 0.1), (1.0, 3.25, 0.1)],
)
def test_a_heartbeat_counts_refusals_by_the_part_of_its_interval(
    begin_h: float, end_h: float, expected: float
) -> None:
    """From 3:15 to 3:30 nine tenths would go well; 80 % of what falls into the outage does not."""
    count = 5_000
    vitals = vitals_of(count)
    for row in range(count):
        vitals.sell(row, Trade(STREET, 600.0, 0.1, 0.0, 0), 0)
        vitals.refuse(row, 0.8, int(begin_h * HOUR_MS))
        vitals.refuse(row, 0.0, int(end_h * HOUR_MS))
    table = rows_of(vitals, list(range(count)), [3.5] * count, [1] * count)
    ok, fail = (table[:, ROW.index(name)].sum() for name in ("txn_ok", "txn_fail"))
    sigma = ((ok + fail) * expected * (1.0 - expected)) ** 0.5
    # What failed was drawn of the reads: one in 200 of them is an error.
    assert abs(fail - (ok + fail) * expected) < 4.0 * sigma + 0.006 * fail


def test_an_outage_that_lasts_is_there_after_the_night_and_one_that_is_over_is_not() -> None:
    """Whoever closes and opens again meets the outage of that hour, and of no other."""
    for until, hit in ((1_000, True), (15, False)):
        vitals = vitals_of(1)
        vitals.sell(0, Trade(STREET, 6_000.0, 0.0, 0.0, 0), 0)
        vitals.refuse(0, 1.0, 9 * HOUR_MS)
        vitals.sell(0, None, 10 * HOUR_MS)
        vitals.refuse(0, 0.0, until * HOUR_MS)
        vitals.sell(0, Trade(STREET, 6_000.0, 0.0, 0.0, 0), 20 * HOUR_MS)
        row = rows_of(vitals, [0], [26.5], [1])[0]
        assert row[ROW.index("reads")] > 0
        assert bool(row[ROW.index("txn_fail")] > 0) is hit
        assert bool(row[ROW.index("txn_ok")] > 0) is not hit
