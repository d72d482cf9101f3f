"""Histograms against plain sorting and counting."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.watch.catalogue import FAMILIES
from fleet.watch.histogram import (
    BOUNDS_US,
    BUCKETS,
    SLOTS,
    Distribution,
    Recorder,
    are_bounds,
)

DURATIONS_US = st.lists(st.integers(0, 2 * BOUNDS_US[-1]), max_size=60)


def record(values_us: list[int], base: int = 0) -> list[int]:
    """Return the counts after recording the values one by one."""
    counts = [0] * (base + SLOTS)
    recorder = Recorder(counts, base)
    for value in values_us:
        recorder.record(value)
    return counts


def distribution(values_us: list[int]) -> Distribution:
    """Return the values' histogram as read."""
    return Distribution(np.array(record(values_us), dtype=np.int64))


def test_no_bucket_is_wider_than_five_percent() -> None:
    """Above the first bound, a bucket's width is at most 5 % of its lower bound."""
    bounds = np.array(BOUNDS_US)
    assert np.all(np.diff(bounds) > 0)
    assert (np.diff(bounds) / bounds[:-1]).max() <= 0.05


def test_every_exported_bound_is_a_fine_bound() -> None:
    """Each family's exported bounds are a rising subset of the fine ones."""
    bounds = [family.bounds_us for family in FAMILIES if family.bounds_us]
    assert len(bounds) >= 14
    assert all(are_bounds(each) for each in bounds)


@pytest.mark.parametrize("bounds_us", [(123,), (500, 250), (250, 250)])
def test_bounds_that_cannot_be_exact_are_told(bounds_us: tuple[int, ...]) -> None:
    """Bounds that are no fine bounds, fall or repeat are not bounds."""
    assert not are_bounds(bounds_us)


@given(st.integers(0, 2 * BOUNDS_US[-1]))
def test_a_bucket_holds_values_up_to_its_bound(value_us: int) -> None:
    """A value lies in the first bucket whose upper bound it does not exceed."""
    bucket = record([value_us])[:BUCKETS].index(1)
    assert bucket == BUCKETS - 1 or value_us <= BOUNDS_US[bucket]
    assert bucket == 0 or value_us > BOUNDS_US[bucket - 1]


@pytest.mark.parametrize("edge_us", [99, 100, 101, 16_383, 16_384, 16_385, 16_500])
def test_edges_between_table_and_bisection(edge_us: int) -> None:
    """Values at the edge of the table of short durations fall where a plain search puts them."""
    expected = int(np.searchsorted(np.array(BOUNDS_US), edge_us))
    assert record([edge_us])[:BUCKETS].index(1) == expected


@given(DURATIONS_US)
def test_many_at_once_is_the_same_as_one_by_one(values_us: list[int]) -> None:
    """`record_many` leaves the same counts as `record` of each, beside other slots."""
    counts = [0] * (7 + SLOTS)
    Recorder(counts, 7).record_many(np.array(values_us, dtype=np.int64))
    assert counts == record(values_us, base=7)


@given(DURATIONS_US)
def test_exported_buckets_are_exact(values_us: list[int]) -> None:
    """What is exported at a bound is the number of values up to it, not an estimate."""
    for family in FAMILIES:
        exact = [sum(value <= bound for value in values_us) for bound in family.bounds_us]
        assert distribution(values_us).cumulative(family.bounds_us) == exact


@given(st.lists(st.integers(100, BOUNDS_US[-1]), min_size=1), st.sampled_from([0.5, 0.9, 0.99]))
def test_percentiles_are_within_five_percent(values_us: list[int], share: float) -> None:
    """A percentile is within 5 % of the value at its rank."""
    rank = max(int(np.ceil(share * len(values_us))), 1)
    exact = sorted(values_us)[rank - 1]
    assert distribution(values_us).percentile_us(share) == pytest.approx(exact, rel=0.0501)


def test_read_out() -> None:
    """Count, mean and maximum are exact, and nothing exceeds the maximum."""
    figures = distribution([1_000, 2_000, 3_000, 10_001]).percentiles()
    assert figures.count == 4
    assert figures.mean_ms == pytest.approx(4.00025)
    assert figures.max_ms == pytest.approx(10.001)
    assert figures.p50_ms == pytest.approx(2.0)
    assert figures.p999_ms <= figures.max_ms


def test_read_out_of_nothing_is_zero() -> None:
    """A histogram without values reads 0 throughout, with no division by zero."""
    figures = distribution([]).percentiles()
    assert (figures.count, figures.mean_ms, figures.p99_ms, figures.max_ms) == (0, 0, 0, 0)


def test_values_beyond_the_last_bound_read_as_the_maximum() -> None:
    """A percentile in the last, open bucket is the maximum."""
    assert distribution([2 * BOUNDS_US[-1]]).percentile_us(0.5) == 2 * BOUNDS_US[-1]


@given(DURATIONS_US, DURATIONS_US)
def test_since_holds_what_came_later(before_us: list[int], after_us: list[int]) -> None:
    """The difference of two readings has the buckets and the sum of the values between them."""
    later = distribution(before_us + after_us).since(distribution(before_us))
    expected = distribution(after_us)
    assert later.buckets.tolist() == expected.buckets.tolist()
    assert later.sum_us == expected.sum_us
    assert expected.peak_us <= later.peak_us <= max([*before_us, *after_us], default=100)
