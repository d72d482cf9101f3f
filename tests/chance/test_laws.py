"""Every law against its own theory."""

import functools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fleet.chance.compound import Empirical, Mixture
from fleet.chance.law import Law
from fleet.chance.parametric import (
    Constant,
    Exponential,
    Gamma,
    Lognormal,
    Normal,
    Uniform,
    Weibull,
)

HOUR = 3_600_000.0
CONTINUOUS: list[Law] = [
    Uniform(5.0, 25.0),
    Exponential(40.0),
    Weibull(0.5, 30.0),
    Weibull(1.28, 5.15),
    Weibull(3.0, 400.0 * HOUR),
    Lognormal(2.8, 1.5),
    Lognormal.from_p95(35_000.0, 60_000.0),
    Gamma(0.4, 10.0),
    Gamma.from_mean(2.0, 60.0),
    Gamma(80.0, 1.0),
    Normal(30.0, 4.0),
    Normal(1.0, 2.0),
    Normal(10.0, 5.0, 8.0, 13.0),
    Mixture((Exponential(1_000.0), Weibull(0.5, 30.0)), (0.99, 0.01)),
    Mixture((Uniform(0.0, 1.0), Uniform(5.0, 6.0)), (1.0, 3.0)),
]
ATOMS: list[Law] = [
    Constant(7.0),
    Empirical((1.0, 2.0, 5.0), (1.0, 0.0, 3.0)),
    Mixture((Constant(2.0), Exponential(3.0)), (1.0, 1.0)),
]
continuous = pytest.mark.parametrize("law", CONTINUOUS, ids=repr)
every = pytest.mark.parametrize("law", CONTINUOUS + ATOMS, ids=repr)


@continuous
@given(q=st.floats(1e-9, 1.0 - 1e-9))
def test_cdf_undoes_quantile(law: Law, q: float) -> None:
    """cdf(quantile(q)) = q for a continuous law."""
    assert law.cdf(law.quantile(q)) == pytest.approx(q, rel=1e-7, abs=1e-12)


@continuous
@given(q=st.floats(0.001, 0.999))
def test_quantile_undoes_cdf(law: Law, q: float) -> None:
    """quantile(cdf(x)) = x wherever the law has mass."""
    x = law.quantile(q)
    assert law.quantile(law.cdf(x)) == pytest.approx(x, rel=1e-6)


@every
@given(q=st.floats(0.0, 1.0, exclude_max=True))
def test_quantile_is_the_smallest_that_reaches(law: Law, q: float) -> None:
    """cdf(quantile(q)) >= q, and just below the quantile it is not more than q."""
    x = law.quantile(q)
    assert law.cdf(x * (1.0 + 1e-11)) >= q - 1e-9
    assert law.cdf(x * (1.0 - 1e-9) - 1e-12) <= q + 1e-6


@functools.cache
def drawn(law: Law, count: int = 20_000, seed: int = 11) -> NDArray[np.float64]:
    """Return a sample of a law, sorted."""
    uniform = np.random.Generator(np.random.Philox(seed)).random(count)
    return np.sort([law.quantile(u) for u in uniform.tolist()])


@every
def test_the_mean_is_that_of_a_large_sample(law: Law) -> None:
    """The sample mean lies within 5 standard errors of ``mean()``."""
    sample = drawn(law)
    error = max(sample.std() / math.sqrt(len(sample)), 1e-12)
    assert abs(sample.mean() - law.mean()) < 5.0 * error


@continuous
def test_draws_follow_the_cdf(law: Law) -> None:
    """Kolmogorov's distance of 20,000 draws stays under its 1e-6 bound, 2.69 / sqrt(n)."""
    sample = drawn(law)
    n = len(sample)
    cdf = np.array([law.cdf(x) for x in sample.tolist()])
    distance = max((np.arange(1, n + 1) / n - cdf).max(), (cdf - np.arange(n) / n).max())
    assert distance < 2.69 / math.sqrt(n)


def test_a_wrong_law_would_be_noticed() -> None:
    """The same distance rejects a law whose scale is 10 % off, so the test above can fail."""
    n = 20_000
    sample = drawn(Weibull(1.8, 400.0), n)
    cdf = np.array([Weibull(1.8, 360.0).cdf(x) for x in sample.tolist()])
    assert (cdf - np.arange(n) / n).max() > 2.69 / math.sqrt(n)


@continuous
@given(q=st.floats(0.01, 0.99))
def test_hazard_is_minus_log_survival(law: Law, q: float) -> None:
    """H(t) = -log(1 - F(t)), and ``at_hazard`` is its inverse."""
    t = law.quantile(q)
    hazard = law.cumulative_hazard(t)
    assert hazard == pytest.approx(-math.log1p(-law.cdf(t)), rel=1e-9, abs=1e-12)
    assert law.at_hazard(hazard) == pytest.approx(t, rel=1e-6)


@pytest.mark.parametrize(
    "law", [Exponential(40.0), Lognormal(2.8, 1.5), Gamma(2.0, 30.0)], ids=repr
)
def test_hazard_stays_precise_in_the_far_tail(law: Law) -> None:
    """A hazard of 60, a survival of 1e-26, still inverts to nine digits."""
    assert law.cumulative_hazard(law.at_hazard(60.0)) == pytest.approx(60.0, rel=1e-9)


@continuous
@given(q=st.floats(0.05, 0.9), u=st.floats(0.0, 0.99))
def test_remaining_life_is_conditional_on_survival(law: Law, q: float, u: float) -> None:
    """P(X > age + residual(u) | X > age) = 1 - u."""
    age = law.quantile(q)
    later = law.survival(age + law.residual(u, age))
    assert later / law.survival(age) == pytest.approx(1.0 - u, rel=1e-6)


@continuous
@given(q=st.floats(0.05, 0.9), u=st.floats(0.01, 0.99), rate=st.floats(0.5, 10.0))
def test_a_rate_multiplies_the_hazard(law: Law, q: float, u: float, rate: float) -> None:
    """Under rate r the conditional survival is that of rate 1 to the power r."""
    age = law.quantile(q)
    later = law.survival(age + law.residual(u, age, rate))
    assert math.log(later / law.survival(age)) * rate == pytest.approx(
        math.log1p(-u), rel=1e-4, abs=1e-9
    )


@continuous
@given(q=st.floats(0.05, 0.6), r=st.floats(0.65, 0.95), factor=st.floats(0.2, 10.0))
def test_a_stretched_life_ends_by_the_same_hazard(
    law: Law, q: float, r: float, factor: float
) -> None:
    """What it would have collected from now on, it collects ``factor`` times as fast."""
    age, end = law.quantile(q), law.quantile(r)
    begun, left = law.cumulative_hazard(age), law.cumulative_hazard(end)
    later = law.cumulative_hazard(law.stretched(age, end, factor))
    assert (later - begun) * factor == pytest.approx(left - begun, rel=1e-4)
    assert law.stretched(age, end, 1.0) == pytest.approx(end, rel=1e-6)


def test_nothing_stretches_a_life_that_is_never_outlived() -> None:
    """Nobody gets beyond a constant, so there is no hazard to go by."""
    assert Constant(7.0).stretched(3.0, 7.0, 2.0) == math.inf


def test_the_memoryless_law_forgets() -> None:
    """Remaining lives of an exponential law do not depend on the age."""
    law = Exponential(40.0)
    assert law.residual(0.3, 500.0) == pytest.approx(law.residual(0.3, 0.0), rel=1e-9)


def test_without_hazard_life_is_endless() -> None:
    """A rate of 0 puts the end off for ever."""
    assert Exponential(40.0).residual(0.5, 0.0, rate=0.0) == math.inf


def test_a_constant_leaves_what_is_left() -> None:
    """At age 3 of 7 there remain 4, and past its end nothing."""
    assert Constant(7.0).residual(0.5, 3.0) == 4.0
    assert Constant(7.0).residual(0.5, 9.0) == 0.0


def test_p95_is_where_it_was_asked() -> None:
    """A lognormal by median and p95 has that median and that p95."""
    law = Lognormal.from_p95(35.0, 60.0)
    assert law.quantile(0.5) == pytest.approx(35.0)
    assert law.quantile(0.95) == pytest.approx(60.0)


def test_published_annual_failure_rates_are_reproduced() -> None:
    """Weibull(1.28, 5.15 y) gives IDC's 11.5 % in year 1 and 21.3 % in year 5."""
    law = Weibull(1.28, 5.15)
    assert law.cdf(1.0) == pytest.approx(0.115, abs=0.001)
    assert 1.0 - law.survival(5.0) / law.survival(4.0) == pytest.approx(0.213, abs=0.003)


def test_bounds_cut_the_normal_law() -> None:
    """No draw leaves the bounds, though half of the uncut law would."""
    sample = drawn(Normal(0.0, 10.0, 5.0, 8.0), 1_000, seed=3)
    assert sample.min() >= 5.0
    assert sample.max() <= 8.0


def test_weights_decide_among_observed_values() -> None:
    """A value of weight 0 never comes, the others in proportion."""
    law = Empirical((1.0, 2.0, 5.0), (1.0, 0.0, 3.0))
    sample = drawn(law, 4_000, seed=3)
    assert set(sample.tolist()) == {1.0, 5.0}
    assert (sample == 5.0).mean() == pytest.approx(0.75, abs=0.035)


def test_a_harsher_law_fails_earlier_at_every_seed() -> None:
    """Draws are monotone in the parameter: common random numbers."""
    mild = drawn(Weibull(1.5, 100.0), 500)
    harsh = drawn(Weibull(1.5, 80.0), 500)
    assert (harsh < mild).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Constant(-1.0), "must not be negative, not -1"),
        (lambda: Uniform(5.0, 5.0), "0 <= low < high, not 5 and 5"),
        (lambda: Exponential(0.0), "scale > 0"),
        (lambda: Weibull(-1.0, 1.0), "weibull needs shape > 0, not -1"),
        (lambda: Lognormal(1.0, math.inf), "lognormal needs sigma > 0, not inf"),
        (lambda: Lognormal.from_p95(5.0, 5.0), "0 < median < p95, not 5 and 5"),
        (lambda: Gamma.from_mean(0.0, 5.0), "gamma needs shape > 0"),
        (lambda: Normal(5.0, 1.0, 4.0, 3.0), "0 <= low < high, not 4 and 3"),
        (lambda: Normal(5.0, 0.01, 900.0, 901.0), "nothing is left"),
        (lambda: Empirical((), ()), "at least one"),
        (lambda: Empirical((2.0, 1.0), (1.0, 1.0)), "must ascend"),
        (lambda: Empirical((1.0, 2.0), (1.0,)), "a weight for each of its 2, not 1"),
        (lambda: Mixture((Constant(1.0),), (0.0,)), "not all be 0"),
    ],
)
def test_impossible_parameters_are_refused(make: type[Law], message: str) -> None:
    """The message says which parameter is wrong and what would be right."""
    with pytest.raises(ValueError, match=message):
        make()
