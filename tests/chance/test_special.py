"""The incomplete gamma function against known values and identities."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.chance import special

shapes = st.floats(0.05, 200.0)


@pytest.mark.parametrize("x", [1e-6, 0.1, 0.5, 1.0, 3.0, 20.0])
def test_shape_one_is_exponential(x: float) -> None:
    """P(1, x) = 1 - exp(-x), DLMF 8.4.5."""
    assert special.gamma_lower(1.0, x) == pytest.approx(-math.expm1(-x), rel=1e-13)
    assert special.gamma_upper(1.0, x) == pytest.approx(math.exp(-x), rel=1e-13)


@pytest.mark.parametrize("x", [1e-6, 0.1, 0.5, 1.0, 3.0, 20.0])
def test_shape_one_half_is_the_error_function(x: float) -> None:
    """P(1/2, x) = erf(sqrt(x)), DLMF 8.4.1, far into the upper tail."""
    assert special.gamma_lower(0.5, x) == pytest.approx(math.erf(math.sqrt(x)), rel=1e-12)
    assert special.gamma_upper(0.5, x) == pytest.approx(math.erfc(math.sqrt(x)), rel=1e-12)


@given(shapes, st.floats(1e-3, 400.0))
def test_the_two_tails_sum_to_one(a: float, x: float) -> None:
    """P + Q = 1, whichever of the two expansions is in use."""
    assert special.gamma_lower(a, x) + special.gamma_upper(a, x) == pytest.approx(1.0, abs=1e-12)


@given(shapes, st.floats(1e-3, 100.0))
def test_the_recurrence_in_the_shape_holds(a: float, x: float) -> None:
    """P(a + 1, x) = P(a, x) - x**a exp(-x) / gamma(a + 1), DLMF 8.8.5."""
    step = math.exp(a * math.log(x) - x - math.lgamma(a + 1.0))
    assert special.gamma_lower(a + 1.0, x) == pytest.approx(
        special.gamma_lower(a, x) - step, abs=1e-12
    )


@given(shapes, st.floats(1e-12, 1.0 - 1e-9))
def test_the_lower_inverse_inverts(a: float, p: float) -> None:
    """P(a, inverse(p)) = p, from the deep left tail to the right one."""
    x = special.gamma_lower_inverse(a, p)
    assert special.gamma_lower(a, x) == pytest.approx(p, rel=1e-9)


@given(shapes, st.floats(1e-200, 1.0 - 1e-9))
def test_the_upper_inverse_inverts(a: float, q: float) -> None:
    """Q(a, inverse(q)) = q, also where P is 1 to the last place."""
    x = special.gamma_upper_inverse(a, q)
    assert special.gamma_upper(a, x) == pytest.approx(q, rel=1e-9)


def test_the_ends_of_the_inverses_are_exact() -> None:
    """Probabilities 0 and 1 give the ends of the half-line."""
    assert special.gamma_lower_inverse(2.0, 0.0) == special.gamma_upper_inverse(2.0, 1.0) == 0.0
    assert special.gamma_lower_inverse(2.0, 1.0) == special.gamma_upper_inverse(2.0, 0.0)
    assert special.gamma_upper_inverse(2.0, 0.0) == math.inf


@given(st.floats(-5.0, 30.0))
def test_the_normal_tail_inverts(z: float) -> None:
    """The inverse keeps its precision where the tail is 1e-198."""
    assert special.normal_upper_inverse(special.normal_upper(z)) == pytest.approx(z, abs=1e-8)
