"""What a probability law of non-negative quantities is.

A law is drawn by inverse transform: one uniform number u in [0, 1) becomes ``quantile(u)``
(Devroye, Non-Uniform Random Variate Generation, 1986, section II.2). That costs a few more
operations than numpy's own samplers and buys three things. Every draw uses exactly one number of
its stream, so draws stay aligned when a parameter changes. The result is a monotone function of
u, so the same seed under a harsher law fails earlier, never later. And it is computed with the C
library's scalar functions, which do not differ between processors as numpy's vector ones do.

A law of life spans also answers the reliability engineer's question. With the cumulative hazard
H(t) = -log(1 - F(t)), the remaining life at age t is the x for which H(t + x) - H(t) reaches an
exponential number of mean 1 (time rescaling; Ross, Simulation, 2013, section 5.5). A rate r
multiplies the hazard from that age on: damage, heat, neglect.

Laws know no units; in a profile everything is in milliseconds.
"""

import math
from abc import ABC, abstractmethod


class Law(ABC):
    """A probability distribution that can be drawn from and asked about."""

    __slots__ = ()

    @abstractmethod
    def mean(self) -> float:
        """Expected value."""

    @abstractmethod
    def cdf(self, x: float) -> float:
        """Probability that a draw is at most ``x``."""

    @abstractmethod
    def quantile(self, q: float) -> float:
        """Smallest x with ``cdf(x) >= q``, for q in 0..1; infinite at 1 if the law is unbounded."""

    def survival(self, x: float) -> float:
        """Probability that a draw exceeds ``x``."""
        return 1.0 - self.cdf(x)

    def survival_inverse(self, p: float) -> float:
        """Smallest x with ``survival(x) <= p``."""
        return self.quantile(1.0 - p)

    def cumulative_hazard(self, t: float) -> float:
        """H(t) = -log(survival(t)); infinite where nobody survives."""
        p = self.survival(t)
        return -math.log(p) if p > 0.0 else math.inf

    def at_hazard(self, hazard: float) -> float:
        """The age at which the cumulative hazard reaches ``hazard``: the inverse of H."""
        return self.survival_inverse(math.exp(-hazard))

    def residual(self, u: float, age: float, rate: float = 1.0) -> float:
        """Remaining life at ``age``, for u in [0, 1), under ``rate`` times the hazard from now."""
        if rate <= 0.0:
            return math.inf
        used_up = self.cumulative_hazard(age) - math.log1p(-u) / rate
        return max(0.0, self.at_hazard(used_up) - age)

    def stretched(self, age: float, end: float, factor: float) -> float:
        """The age at which a life ends that would at ``end``, under ``factor`` times the hazard.

        It is multiplied from ``age`` on; infinite if nobody gets to ``end``.
        """
        begun = self.cumulative_hazard(age)
        left = self.cumulative_hazard(end) - begun
        return max(age, self.at_hazard(begun + left / factor)) if left < math.inf else math.inf


def require(holds: bool, message: str) -> None:  # noqa: FBT001 - the condition is the argument
    """Raise ``ValueError(message)`` unless it ``holds``."""
    if not holds:
        raise ValueError(message)
