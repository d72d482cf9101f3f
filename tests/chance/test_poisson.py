"""Poisson counts from a table: their mean, their variance, their zeros."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.chance.noise import as_uniforms, levels
from fleet.chance.poisson import MEAN_MAX, poisson, poisson_quantile
from fleet.chance.special import gamma_upper

COUNT = 200_000


def draw(mean: float) -> np.ndarray:
    """Return counts of this mean."""
    serials = np.arange(COUNT, dtype=np.uint64)
    noise = levels(3, serials, np.ones(COUNT, np.uint64), 2)
    return poisson(np.full(COUNT, mean, np.float32), noise[:, 0], as_uniforms(noise[:, 1]))


@pytest.mark.parametrize("mean", [0.01, 0.37, 1.0, 2.71, 9.9, 63.0, MEAN_MAX, 1_000.0])
def test_the_mean_holds(mean: float) -> None:
    """The mean of the counts is within 4 standard errors of the one that was asked for."""
    assert abs(draw(mean).mean() - mean) < 4.0 * math.sqrt(mean / COUNT)


@pytest.mark.parametrize("mean", [0.01, 0.37, 1.0, 2.71, 9.9, 63.0, 320.0])
def test_the_variance_is_the_mean(mean: float) -> None:
    """Counts spread as a Poisson variable's do, within 3 % and 4 standard errors."""
    error = 4.0 * math.sqrt((mean + 2.0 * mean * mean) / COUNT)
    assert abs(draw(mean).var() - mean) < 0.03 * mean + error


@pytest.mark.parametrize("mean", [0.1, 0.5, 1.7, 4.2])
def test_nobody_comes_as_often_as_it_should(mean: float) -> None:
    """The share of zeros is exp(-mean), within 0.005."""
    assert (draw(mean) == 0).mean() == pytest.approx(math.exp(-mean), abs=0.005)


def test_no_mean_no_count() -> None:
    """Where nobody is expected nobody comes."""
    assert not draw(0.0).any()


@given(st.floats(0.001, 5_000.0), st.integers(0, 9_999 * 2**53 // 10_000).map(lambda n: n / 2**53))
def test_a_quantile_is_the_smallest_count_that_is_likely_enough(mean: float, q: float) -> None:
    """The cumulative probability reaches q at the quantile, and not before."""
    count = poisson_quantile(mean, q)
    assert gamma_upper(count + 1.0, mean) >= q
    assert count == 0 or gamma_upper(float(count), mean) < q
