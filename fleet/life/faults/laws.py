"""The default laws of onset, made from figures per terminal and year.

The hardware figures are a split of 13 % per terminal and year, which is a guess between 8.4 %
(derived: 1 - exp(-8760 h / 100,000 h), a reseller's figure) and 13.9 % (sourced: IDC #US41794516).
Shapes: 1 for electronics, 2.2 for what wears by use (guesses within the wear-out class 1 to 4 of
MIL-HDBK-338B, section 5.3.6). All other figures are guesses.

A year of a shop that opens from 8 to 20 h every day has

    4,380 powered hours        12 h a day
    3,624 hours of use         derived: 60 cards a day, of which six are an hour of use: 9.93 a day
    8,760 calendar hours

A wear-out law is scaled so that units of up to four years of age have the figure on average:
H(4 years) = 4 times the figure.
"""

from typing import Final

from fleet.chance.parametric import Exponential, Weibull
from fleet.life.faults.kinds import Clock, Hazard
from fleet.units import DAY_MS, HOUR_MS

YEAR_H: Final = {Clock.POWERED: 4_380.0, Clock.USE: 3_624.0, Clock.CALENDAR: 8_760.0}
_WEAR_SHAPE: Final = 2.2
_WEAR_YEARS: Final = 4.0
EARLY: Final = Weibull(0.5, 30.0 * DAY_MS)
"""Early failures of a unit with a defect from the factory, in powered time; a guess."""


def electronics(per_year: float) -> Hazard:
    """A part that fails by chance while it has power, and sooner after rough treatment."""
    mean_h = YEAR_H[Clock.POWERED] / per_year
    return Hazard(Clock.POWERED, Exponential(mean_h * HOUR_MS), wears=True)


def by_use(per_year: float, *, dirt: bool = False) -> Hazard:
    """A part that wears out with every card, page or key."""
    years = _WEAR_YEARS / (_WEAR_YEARS * per_year) ** (1.0 / _WEAR_SHAPE)
    law = Weibull(_WEAR_SHAPE, years * YEAR_H[Clock.USE] * HOUR_MS)
    return Hazard(Clock.USE, law, wears=not dirt, dirt=dirt)


def by_chance(per_year: float, clock: Clock = Clock.POWERED) -> Hazard:
    """Something that happens to a terminal, whatever its age and treatment."""
    return Hazard(clock, Exponential(YEAR_H[clock] / per_year * HOUR_MS))


# 500 charge cycles, shape 3: a guess around the sourced 300 to 500 cycles to 80 %. With 0.15 cycles
# in a day of 12 powered hours, most of them on the charger, the first four years have 2.1 % each.
_CYCLES_PER_H: Final = 0.15 / 12.0
BATTERY: Final = Hazard(Clock.POWERED, Weibull(3.0, 500.0 / _CYCLES_PER_H * HOUR_MS), wears=False)
