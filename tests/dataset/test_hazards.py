"""A law has a hazard unless it strikes at some age for certain."""

import pytest

from fleet.chance.compound import Empirical, Mixture
from fleet.chance.law import Law
from fleet.chance.parametric import Constant, Exponential, Gamma, Lognormal, Uniform, Weibull
from fleet.dataset.hazards import has_hazard

HOUR = 3_600_000.0


@pytest.mark.parametrize(
    ("law", "told"),
    [
        (Exponential(HOUR), True),
        (Weibull(0.5, HOUR), True),
        (Lognormal(HOUR, 1.0), True),
        (Gamma(2.0, HOUR), True),
        (Uniform(0.0, HOUR), True),
        (Mixture((Weibull(0.5, HOUR), Exponential(9 * HOUR)), (1.0, 9.0)), True),
        (Constant(HOUR), False),
        (Empirical((HOUR, 2 * HOUR), (1.0, 1.0)), False),
        (Mixture((Constant(HOUR), Exponential(9 * HOUR)), (1.0, 9.0)), False),
    ],
)
def test_who_strikes_at_a_certain_age_has_none(law: Law, *, told: bool) -> None:
    """Whether as a whole or in part."""
    assert has_hazard(law) is told
