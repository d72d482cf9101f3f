"""The regularised incomplete gamma function and its inverse, and the normal tails.

``P(a, x)`` is the lower and ``Q(a, x) = 1 - P(a, x)`` the upper regularised incomplete gamma
function (NIST DLMF 8.2.4). Below ``x = a + 1`` the power series for P converges fast, above it
the continued fraction for Q does (Press et al., Numerical Recipes, section 6.2); each is exact to
about 1e-14 on its side, so the smaller of the two is never the difference of near equals.

Scalars and the C library only: numpy's vectorised ``exp`` and ``log`` differ in the last places
between processors, which would let one seed tell two stories.
"""

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Final

_inverse: Final = NormalDist().inv_cdf
_EPSILON: Final = 1e-15
_TINY: Final = 1e-300
_TERMS_MAX: Final = 10_000
_LOG_X_MIN: Final = -700.0


def normal_upper(z: float) -> float:
    """Probability that a standard normal exceeds ``z``, precise far out in the tail."""
    return 0.5 * math.erfc(z / math.sqrt(2.0))


def normal_quantile(q: float) -> float:
    """The ``z`` that a standard normal stays below with probability ``q`` (0..1, ends included)."""
    if q <= 0.0:
        return -math.inf
    return math.inf if q >= 1.0 else _inverse(q)


def normal_upper_inverse(p: float) -> float:
    """The ``z`` that a standard normal exceeds with probability ``p`` (0..1, ends included)."""
    return -normal_quantile(p)


def gamma_lower(a: float, x: float) -> float:
    """P(a, x) for ``a`` > 0."""
    if x <= 0.0:
        return 0.0
    return _series(a, x) if x < a + 1.0 else 1.0 - _fraction(a, x)


def gamma_upper(a: float, x: float) -> float:
    """Q(a, x) for ``a`` > 0."""
    if x <= 0.0:
        return 1.0
    return 1.0 - _series(a, x) if x < a + 1.0 else _fraction(a, x)


def gamma_lower_inverse(a: float, p: float) -> float:
    """The ``x`` for which P(a, x) = p; infinite for p = 1."""
    if p <= 0.0:
        return 0.0
    if p >= 1.0:
        return math.inf
    return _solve(a, lambda x: gamma_lower(a, x) - p)


def gamma_upper_inverse(a: float, q: float) -> float:
    """The ``x`` for which Q(a, x) = q; infinite for q = 0."""
    if q >= 1.0:
        return 0.0
    if q <= 0.0:
        return math.inf
    return _solve(a, lambda x: q - gamma_upper(a, x))


def _prefactor(a: float, x: float) -> float:
    return math.exp(a * math.log(x) - x - math.lgamma(a))


def _series(a: float, x: float) -> float:
    """P by DLMF 8.11.4."""
    term = total = 1.0 / a
    for n in range(1, _TERMS_MAX):
        term *= x / (a + n)
        total += term
        if term < total * _EPSILON:
            break
    return total * _prefactor(a, x)


def _fraction(a: float, x: float) -> float:
    """Q by the continued fraction DLMF 8.9.2, evaluated by Lentz's method."""
    b = x + 1.0 - a
    c = 1.0 / _TINY
    d = 1.0 / b
    h = d
    for n in range(1, _TERMS_MAX):
        numerator = -n * (n - a)
        b += 2.0
        d = 1.0 / _not_zero(numerator * d + b)
        c = _not_zero(b + numerator / c)
        h *= d * c
        if abs(d * c - 1.0) < _EPSILON:
            break
    return h * _prefactor(a, x)


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _solve(a: float, excess: Callable[[float], float]) -> float:
    """Root of ``excess``, which rises in x with the slope of P(a, x).

    Newton's method in log x, where the root may lie anywhere between 1e-300 and far above the
    mean; a step that would leave the bracket is replaced by a bisection.
    """
    low, high = _LOG_X_MIN, math.log(a + 1.0)
    while excess(math.exp(high)) < 0.0:
        low, high = high, high + 1.0
    guess = min(max(math.log(a), low), high)
    for _ in range(200):
        x = math.exp(guess)
        gap = excess(x)
        low, high = (guess, high) if gap < 0.0 else (low, guess)
        slope = _prefactor(a, x)
        step = guess - gap / slope if slope > 0.0 else low
        step = step if low < step < high else 0.5 * (low + high)
        if abs(step - guess) < 1e-14 * max(1.0, abs(guess)):
            break
        guess = step
    return math.exp(guess)
