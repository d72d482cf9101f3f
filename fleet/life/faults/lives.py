"""The lives of one unit: since when each kind's goes on, and how fast it collects hazard.

Nearly all lives of a unit began with it and collect at its own rate; those that began anew, or
were multiplied, are noted by their places on the slate.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

from fleet.chance.parametric import Lognormal
from fleet.chance.streams import Purpose, Streams
from fleet.units import Millis

_FRAILTY: Final = Purpose("unit.frailty")
_Birth = tuple[float, Millis]
_NONE: Final[Mapping[int, Any]] = {}


class Lives:
    """When the lives of a unit began, and their rates.

    Attributes:
        rate: Multiplier of the unit's hazards when it was made.
    """

    __slots__ = ("_first", "_later", "_rates", "rate")

    def __init__(self, rate: float, now: Millis) -> None:
        """Begin them all `now`, with clocks that show 0."""
        self.rate = rate
        self._first: _Birth = (0.0, now)
        self._later: Mapping[int, _Birth] = _NONE
        self._rates: Mapping[int, float] = _NONE

    def birth(self, n: int) -> tuple[float, Millis]:
        """Return what its clock showed when a life began, and at which instant that was."""
        return self._later.get(n, self._first)

    def born(self, n: int) -> float:
        """Return what its clock showed when a life began."""
        return self._later.get(n, self._first)[0]

    def began(self, n: int) -> Millis:
        """Return at which instant a life began."""
        return self._later.get(n, self._first)[1]

    def began_first(self, count: int) -> Millis:
        """Return at which instant the first of so many lives began that still go on."""
        return min(map(self.began, range(count)))

    def rate_of(self, n: int) -> float:
        """Return the multiplier in force."""
        return self._rates.get(n, self.rate)

    def steady(self, n: int) -> bool:
        """Return whether a life has only ever collected at the unit's own rate."""
        return n not in self._rates

    def begin(self, n: int, reading: float, now: Millis) -> None:
        """Begin a life anew, at a reading of its clock."""
        self._later = {**self._later, n: (reading, now)}

    def multiply(self, places: Iterable[int], factor: float) -> None:
        """Multiply some of the rates."""
        self._rates = {**self._rates, **{n: self.rate_of(n) * factor for n in places}}


def draw_frailty(streams: Streams, spread: float) -> float:
    """Draw a unit's own multiplier: lognormal of mean 1, with `spread` as its sigma."""
    if not spread:
        return 1.0
    median = math.exp(-(spread**2) / 2.0)
    return Lognormal(median, spread).quantile(streams.uniform(_FRAILTY))
