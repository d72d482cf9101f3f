"""Daily curves: how lively each hour of the week is, and when the next customer comes.

Arrivals are a non-homogeneous Poisson process. Its intensity is constant within each hour and comes
again every week, so its integral is piecewise linear and can be inverted exactly: if E is drawn
from the unit exponential law, the next arrival after t is the instant at which the integral from t
reaches E (time rescaling; Ross, Simulation, 2013, section 5.5). No candidate is thrown away, so an
arrival costs one draw, and draws stay aligned when a rate changes.

Time is in milliseconds since any midnight that begins a Monday, on the clock of the place. Amounts
are in days: an average day of the week is 1.
"""

import itertools
import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from fleet.chance.law import require
from fleet.units import HOUR_MS

HOURS_PER_DAY: Final = 24
DAYS_PER_WEEK: Final = 7
HOURS_PER_WEEK: Final = HOURS_PER_DAY * DAYS_PER_WEEK
WEEK_MS: Final = HOURS_PER_WEEK * HOUR_MS
MONDAY_MS: Final = 3 * HOURS_PER_DAY * HOUR_MS
"""What must be added to Unix time so that it counts from a Monday: 1 January 1970 was a Thursday.
"""


@dataclass(frozen=True, slots=True)
class WeekCurve:
    """An intensity by hour of the day and day of the week.

    Attributes:
        hours: Weight of each hour of a day, from midnight; 24 numbers on any scale.
        days: Weight of each day, from Monday; 7 numbers on any scale.
        per_hour: What each hour of the week amounts to, in days; 168 numbers whose sum is 7.
        peak: The greatest of them.
    """

    hours: tuple[float, ...]
    days: tuple[float, ...] = (1.0,) * DAYS_PER_WEEK
    per_hour: tuple[float, ...] = field(init=False, repr=False, compare=False)
    peak: float = field(init=False, repr=False, compare=False)
    _until: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _require_weights("hours", HOURS_PER_DAY, self.hours)
        _require_weights("days", DAYS_PER_WEEK, self.days)
        scale = DAYS_PER_WEEK / (math.fsum(self.hours) * math.fsum(self.days))
        per_hour = tuple(day * hour * scale for day in self.days for hour in self.hours)
        object.__setattr__(self, "per_hour", per_hour)
        object.__setattr__(self, "peak", max(per_hour))
        object.__setattr__(self, "_until", tuple(itertools.accumulate(per_hour, initial=0.0)))

    def amount(self, begin: float, end: float) -> float:
        """What comes from `begin` to `end`, in days; 0 if `end` is not after `begin`."""
        return max(0.0, self.since_monday(end) - self.since_monday(begin))

    def after(self, begin: float, amount: float) -> float:
        """The instant at which `amount` days' worth have come since `begin`."""
        return self.instant_of(begin, self.since_monday(begin) + amount)

    def instant_of(self, begin: float, amount: float) -> float:
        """The instant, `begin` or later, at which `since_monday` reaches `amount`."""
        weeks, rest = divmod(amount, DAYS_PER_WEEK)
        hour = bisect_right(self._until, rest) - 1
        if hour == HOURS_PER_WEEK:
            hour -= 1
        per_hour = self.per_hour[hour]
        part = (rest - self._until[hour]) / per_hour if per_hour > 0.0 else 0.0
        at = weeks * WEEK_MS + (hour + min(1.0, part)) * HOUR_MS
        return max(begin, at)

    def since_monday(self, instant: float) -> float:
        """What comes from the Monday that is instant 0 to `instant`, in days."""
        weeks, rest = divmod(instant, WEEK_MS)
        hour, part = divmod(rest, HOUR_MS)
        number = int(hour)
        if number == HOURS_PER_WEEK:  # a hair before Monday rounds up to a week
            number -= 1
        within = self._until[number] + self.per_hour[number] * part / HOUR_MS
        return weeks * DAYS_PER_WEEK + within


def _require_weights(name: str, count: int, weights: Sequence[float]) -> None:
    require(len(weights) == count, f"{name} takes {count} weights, not {len(weights)}")
    require(
        all(0.0 <= weight < math.inf for weight in weights) and sum(weights) > 0.0,
        f"the weights of {name} must not be negative, and not all be 0",
    )
