"""A life that is over: what is told of how long it was watched, and what hazard it collected."""

import math
from typing import Any, Final

from msgspec import Struct

from fleet.chance.law import Law
from fleet.chance.parametric import Exponential, Weibull
from fleet.life.faults.kinds import Clock
from fleet.life.faults.slate import Risk
from fleet.life.truth import EndReason, LifeTruth
from fleet.units import HOUR_MS, Millis

_WEIBULLS: Final = frozenset({Weibull, Exponential})
_CLOCK_NAMES: Final = {clock: clock.name.lower() for clock in Clock}


class EndedLife(Struct, frozen=True, gc=False):
    """How a life went.

    Attributes:
        law: By which it was lived.
        rate: What the unit multiplied it by.
        watched: From when till when, business instants.
        ages: At both, in milliseconds of its clock.
        hazards: Collected by both.
        reason: Why it is over.
    """

    law: Law
    rate: float
    watched: tuple[Millis, Millis]
    ages: tuple[float, float]
    hazards: tuple[float, float]
    reason: EndReason

    def truth(self, number: int, serial_no: str, risk: Risk) -> LifeTruth:
        """Return the record of it, but for the number of the fault that ended it."""
        # Laws are abstract, and `isinstance` asks those at ten times the price.
        weibull: Any = self.law if type(self.law) in _WEIBULLS else None
        return LifeTruth(
            number, serial_no, risk.kind.code, risk.kind.component,
            _CLOCK_NAMES[risk.clock], *self.watched,
            self.ages[0] / HOUR_MS, self.ages[1] / HOUR_MS,
            self.reason == "failure", self.reason, 0,
            weibull.shape if weibull else None, weibull.scale / HOUR_MS if weibull else None,
            self.rate, *self.hazards,
        )  # fmt: skip


def hazard_between(law: Law, age: float, later: float) -> float:
    """Hazard from one age to a later one; infinite where nobody gets there."""
    hazard = law.cumulative_hazard(later) if math.isfinite(later) else math.inf
    return max(0.0, hazard - law.cumulative_hazard(age)) if math.isfinite(hazard) else math.inf
