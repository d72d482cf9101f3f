"""The parametric laws, as frozen values; those made of others are in ``fleet.chance.compound``."""

# ruff: noqa: D102 - what an overridden method returns is said in ``Law``

import math
from dataclasses import dataclass, field
from typing import Final, Self

from fleet.chance.law import Law, require
from fleet.chance.special import (
    gamma_lower,
    gamma_lower_inverse,
    gamma_upper,
    gamma_upper_inverse,
    normal_quantile,
    normal_upper,
    normal_upper_inverse,
)

_Z95: Final = normal_quantile(0.95)


@dataclass(frozen=True, slots=True)
class Constant(Law):
    """Always ``value``."""

    value: float

    def __post_init__(self) -> None:
        require(self.value >= 0, f"a constant must not be negative, not {self.value:g}")

    def mean(self) -> float:
        return self.value

    def cdf(self, x: float) -> float:
        return 1.0 if x >= self.value else 0.0

    def quantile(self, q: float) -> float:  # noqa: ARG002 - every quantile is the one value
        return self.value


@dataclass(frozen=True, slots=True)
class Uniform(Law):
    """Anything from ``low`` to ``high`` alike."""

    low: float
    high: float

    def __post_init__(self) -> None:
        require(
            0 <= self.low < self.high,
            f"uniform needs 0 <= low < high, not {self.low:g} and {self.high:g}",
        )

    def mean(self) -> float:
        return (self.low + self.high) / 2.0

    def cdf(self, x: float) -> float:
        return min(1.0, max(0.0, (x - self.low) / (self.high - self.low)))

    def quantile(self, q: float) -> float:
        return self.low + q * (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Weibull(Law):
    """H(t) = (t / scale) ** shape; shape below 1 fails young, 1 by chance, above 1 by wear.

    Classes of shape: MIL-HDBK-338B, section 5.3.6.
    """

    shape: float
    scale: float

    def __post_init__(self) -> None:
        _require_positive("weibull", shape=self.shape, scale=self.scale)

    def mean(self) -> float:
        return self.scale * math.gamma(1.0 + 1.0 / self.shape)

    def cdf(self, x: float) -> float:
        return -math.expm1(-self.cumulative_hazard(x))

    def quantile(self, q: float) -> float:
        return self.at_hazard(-math.log1p(-q) if q < 1.0 else math.inf)

    def survival(self, x: float) -> float:
        return math.exp(-self.cumulative_hazard(x))

    def survival_inverse(self, p: float) -> float:
        return self.at_hazard(-math.log(p) if p > 0.0 else math.inf)

    def cumulative_hazard(self, t: float) -> float:
        return float((t / self.scale) ** self.shape) if t > 0.0 else 0.0

    def at_hazard(self, hazard: float) -> float:
        return float(self.scale * hazard ** (1.0 / self.shape))


class Exponential(Weibull):
    """Memoryless, with the given mean: a Weibull of shape 1."""

    __slots__ = ()

    def __init__(self, mean: float) -> None:
        super().__init__(shape=1.0, scale=mean)


@dataclass(frozen=True, slots=True)
class Lognormal(Law):
    """The logarithm is normal: half the draws below ``median``, spread by ``sigma`` (of the log).

    The usual law of corrective-maintenance times: MIL-HDBK-338B, section 5.6.2.
    """

    median: float
    sigma: float

    def __post_init__(self) -> None:
        _require_positive("lognormal", median=self.median, sigma=self.sigma)

    @classmethod
    def from_p95(cls, median: float, p95: float) -> Self:
        """The law with this median which 95 % of the draws keep below ``p95``."""
        require(
            0 < median < p95,
            f"lognormal needs 0 < median < p95, not {median:g} and {p95:g}",
        )
        return cls(median, math.log(p95 / median) / _Z95)

    def mean(self) -> float:
        return self.median * math.exp(self.sigma**2 / 2.0)

    def cdf(self, x: float) -> float:
        return normal_upper(-self._z(x))

    def quantile(self, q: float) -> float:
        return self.median * math.exp(self.sigma * normal_quantile(q))

    def survival(self, x: float) -> float:
        return normal_upper(self._z(x))

    def survival_inverse(self, p: float) -> float:
        return self.median * math.exp(self.sigma * normal_upper_inverse(p))

    def _z(self, x: float) -> float:
        return math.log(x / self.median) / self.sigma if x > 0.0 else -math.inf


@dataclass(frozen=True, slots=True)
class Gamma(Law):
    """F(x) = P(shape, x / scale): for a whole shape, the sum of that many exponential steps."""

    shape: float
    scale: float

    def __post_init__(self) -> None:
        _require_positive("gamma", shape=self.shape, scale=self.scale)

    @classmethod
    def from_mean(cls, shape: float, mean: float) -> Self:
        """The law of this shape with the given mean."""
        _require_positive("gamma", shape=shape, mean=mean)
        return cls(shape, mean / shape)

    def mean(self) -> float:
        return self.shape * self.scale

    def cdf(self, x: float) -> float:
        return gamma_lower(self.shape, x / self.scale)

    def quantile(self, q: float) -> float:
        return self.scale * gamma_lower_inverse(self.shape, q)

    def survival(self, x: float) -> float:
        return gamma_upper(self.shape, x / self.scale)

    def survival_inverse(self, p: float) -> float:
        return self.scale * gamma_upper_inverse(self.shape, p)


@dataclass(frozen=True, slots=True)
class Normal(Law):
    """A normal law cut at ``low`` and ``high`` and renormalised (Johnson, Kotz, 1994, 13.10.1).

    ``centre`` and ``sd`` are those of the uncut law.
    """

    centre: float
    sd: float
    low: float = 0.0
    high: float = math.inf
    _inside: float = field(init=False, repr=False, compare=False)
    _beyond: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _require_positive("normal", sd=self.sd)
        require(
            0 <= self.low < self.high,
            f"normal needs 0 <= low < high, not {self.low:g} and {self.high:g}",
        )
        beyond = normal_upper(self._z(self.high))
        inside = normal_upper(self._z(self.low)) - beyond
        require(inside > 0.0, "normal: the bounds lie so far out that nothing is left")
        object.__setattr__(self, "_inside", inside)
        object.__setattr__(self, "_beyond", beyond)

    def mean(self) -> float:
        cut = _density(self._z(self.low)) - _density(self._z(self.high))
        return self.centre + self.sd * cut / self._inside

    def cdf(self, x: float) -> float:
        return 1.0 - self.survival(x)

    def quantile(self, q: float) -> float:
        return self.survival_inverse(1.0 - q)

    def survival(self, x: float) -> float:
        if x <= self.low:
            return 1.0
        return max(0.0, (normal_upper(self._z(x)) - self._beyond) / self._inside)

    def survival_inverse(self, p: float) -> float:
        upper = self._beyond + p * self._inside
        return min(self.high, max(self.low, self.centre + self.sd * normal_upper_inverse(upper)))

    def _z(self, x: float) -> float:
        return (x - self.centre) / self.sd


def _density(z: float) -> float:
    return math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)


def _require_positive(law: str, **parameters: float) -> None:
    for name, value in parameters.items():
        require(0 < value < math.inf, f"{law} needs {name} > 0, not {value:g}")
