"""Laws made of other things: of observed values, and of other laws."""

# ruff: noqa: D102 - what an overridden method returns is said in ``Law``

import bisect
import itertools
import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from fleet.chance.law import Law, require

_PRECISION: Final = 1e-12
# A root at 0 is never reached in relative precision; after so many halvings it is 0 in effect.
_HALVINGS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Empirical(Law):
    """One of ``values``, which ascend, with chances in proportion to ``weights``."""

    values: tuple[float, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        _require_weights("empirical", len(self.values), self.weights)
        ascending = all(a < b for a, b in itertools.pairwise(self.values))
        require(ascending and self.values[0] >= 0, "empirical values must ascend from 0 or more")

    def mean(self) -> float:
        return _average(self.values, self.weights)

    def cdf(self, x: float) -> float:
        count = bisect.bisect_right(self.values, x)
        return sum(self.weights[:count]) / sum(self.weights)

    def quantile(self, q: float) -> float:
        sums = list(itertools.accumulate(self.weights))
        return self.values[min(bisect.bisect_left(sums, q * sums[-1]), len(sums) - 1)]


@dataclass(frozen=True, slots=True)
class Mixture(Law):
    """A draw from one of ``parts``, chosen in proportion to ``weights``."""

    parts: tuple[Law, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        _require_weights("mixture", len(self.parts), self.weights)

    def mean(self) -> float:
        return _average([part.mean() for part in self.parts], self.weights)

    def cdf(self, x: float) -> float:
        return _average([part.cdf(x) for part in self.parts], self.weights)

    def quantile(self, q: float) -> float:
        bracket = [part.quantile(q) for part in self.parts]
        return _bisect(lambda x: self.cdf(x) >= q, min(bracket), max(bracket))

    def survival(self, x: float) -> float:
        return _average([part.survival(x) for part in self.parts], self.weights)

    def survival_inverse(self, p: float) -> float:
        bracket = [part.survival_inverse(p) for part in self.parts]
        return _bisect(lambda x: self.survival(x) <= p, min(bracket), max(bracket))


def _bisect(reached: Callable[[float], bool], low: float, high: float) -> float:
    """Smallest x in low..high that has ``reached``; the parts' own quantiles are the bracket."""
    if not low < high < math.inf:
        return high
    for _ in range(_HALVINGS_MAX):
        if high - low <= _PRECISION * high:
            break
        middle = 0.5 * (low + high)
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


def _average(values: Sequence[float], weights: Sequence[float]) -> float:
    return math.fsum(map(operator.mul, values, weights)) / math.fsum(weights)


def _require_weights(law: str, count: int, weights: Sequence[float]) -> None:
    require(count > 0, f"{law} needs at least one entry")
    require(
        len(weights) == count, f"{law} needs a weight for each of its {count}, not {len(weights)}"
    )
    require(
        all(0 <= w < math.inf for w in weights) and sum(weights) > 0,
        f"{law} weights must not be negative, and not all be 0",
    )
