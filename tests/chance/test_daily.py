"""Arrivals by the hour of the week."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.chance.daily import HOURS_PER_WEEK, WEEK_MS, WeekCurve
from fleet.units import DAY_MS, HOUR_MS

WEIGHT = st.floats(0.0, 1_000.0)
CURVES = st.builds(
    WeekCurve,
    st.lists(WEIGHT, min_size=24, max_size=24).filter(lambda w: sum(w) > 1.0).map(tuple),
    st.lists(WEIGHT, min_size=7, max_size=7).filter(lambda w: sum(w) > 1.0).map(tuple),
)
LUNCH = WeekCurve(tuple(float(hour in {12, 13}) for hour in range(24)))


@given(CURVES)
def test_a_week_is_seven_average_days(curve: WeekCurve) -> None:
    """Whatever the weights, a week amounts to 7 and each hour to its share of it."""
    assert math.isclose(curve.amount(0, WEEK_MS), 7.0)
    assert math.isclose(sum(curve.per_hour), 7.0)
    assert len(curve.per_hour) == HOURS_PER_WEEK


@given(CURVES, st.floats(-1e10, 1e12), st.floats(0.0, 60.0))
def test_after_undoes_amount(curve: WeekCurve, begin: float, amount: float) -> None:
    """The amount up to the instant after an amount is that amount."""
    end = curve.after(begin, amount)
    assert end >= begin
    assert math.isclose(curve.amount(begin, end), amount, rel_tol=1e-6, abs_tol=1e-5)


@given(CURVES, st.floats(0, 1e10), st.floats(0, 1e9), st.floats(0, 1e9))
def test_amounts_add_up(curve: WeekCurve, begin: float, first: float, second: float) -> None:
    """A span amounts to what its parts amount to."""
    middle, end = begin + first, begin + first + second
    parts = curve.amount(begin, middle) + curve.amount(middle, end)
    assert math.isclose(parts, curve.amount(begin, end), rel_tol=1e-9, abs_tol=1e-6)


def test_nobody_comes_in_an_hour_of_weight_zero() -> None:
    """What is left over at 14:00 comes at noon of the next day."""
    assert LUNCH.amount(14 * HOUR_MS, 36 * HOUR_MS) == 0.0
    assert LUNCH.after(14 * HOUR_MS, 0.25) == pytest.approx(DAY_MS + 12.5 * HOUR_MS)


def test_days_differ_as_their_weights() -> None:
    """A Saturday of weight 2 among days of weight 1 has twice the customers."""
    curve = WeekCurve((1.0,) * 24, (1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0))
    saturday = curve.amount(5 * DAY_MS, 6 * DAY_MS)
    assert saturday == pytest.approx(2.0 * curve.amount(0, DAY_MS))


def test_arrivals_are_a_poisson_process() -> None:
    """Rescaled gaps are unit exponential, and each hour's count is within 4 sigma of its share."""
    curve = WeekCurve(tuple(float(h) for h in range(24)), (1, 1, 1, 1, 1, 3, 0.5))
    per_day, generator = 400.0, np.random.Generator(np.random.Philox(5))
    instants = [0.0]
    while instants[-1] < 10 * WEEK_MS:
        instants.append(curve.after(instants[-1], generator.exponential() / per_day))
    gaps = [per_day * curve.amount(a, b) for a, b in pairwise(instants)]
    assert np.mean(gaps) == pytest.approx(1.0, abs=4.0 / math.sqrt(len(gaps)))
    hours = (np.array(instants[1:-1]) // HOUR_MS % HOURS_PER_WEEK).astype(int)
    counts = np.bincount(hours, minlength=HOURS_PER_WEEK)
    expected = 10 * per_day * np.array(curve.per_hour)
    assert (np.abs(counts - expected) <= 4.0 * np.sqrt(expected) + 1e-9).all()


@pytest.mark.parametrize(
    ("hours", "days", "complaint"),
    [
        ((1.0,) * 23, (1.0,) * 7, "hours takes 24 weights, not 23"),
        ((1.0,) * 24, (1.0,) * 8, "days takes 7 weights, not 8"),
        ((0.0,) * 24, (1.0,) * 7, "the weights of hours must not be negative, and not all be 0"),
        ((1.0,) * 24, (-1.0,) * 7, "the weights of days must not be negative, and not all be 0"),
    ],
)
def test_impossible_curves_are_refused(
    hours: tuple[float, ...], days: tuple[float, ...], complaint: str
) -> None:
    """A curve without 24 and 7 sensible weights says what is wrong."""
    with pytest.raises(ValueError, match=f"^{complaint}$"):
        WeekCurve(hours, days)
