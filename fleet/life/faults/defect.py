"""A defect from the factory: a further hazard of a unit, beside those of its kinds of fault.

One unit in a hundred has one. Its hazard falls with age, so that it shows soon or never, as one of
the electronic kinds: it competes with that kind's own life, and either ends both.
"""

import math
from typing import Final, NamedTuple

from fleet.chance.streams import Purpose, Streams
from fleet.life.faults.clocks import Clocks
from fleet.life.faults.ended import EndedLife
from fleet.life.faults.kinds import Clock
from fleet.life.faults.laws import EARLY
from fleet.life.faults.slate import DEFECT, Slate
from fleet.life.truth import EndReason
from fleet.units import Millis

_EARLY_LIFE: Final = Purpose("unit.defect.onset")


class Defect(NamedTuple):
    """What is wrong with a unit from the start.

    Attributes:
        place: Position on the slate of the kind as which it shows.
        reading: Of the clock of powered time, at which it strikes.
    """

    place: int
    reading: float

    def strikes_at(self, clocks: Clocks) -> Millis:
        """Return when it strikes, or struck; `NEVER` while the power is off."""
        return clocks.when(Clock.POWERED, self.reading)

    def end(
        self, streams: Streams, clocks: Clocks, watched: tuple[Millis, Millis], reason: EndReason
    ) -> EndedLife:
        """Return how its life went that ends now."""
        ages = clocks.entry[Clock.POWERED], clocks.reading(Clock.POWERED, watched[1])
        begun, collected = map(EARLY.cumulative_hazard, ages)
        if reason == "failure":
            collected = begun - math.log1p(-streams.last(_EARLY_LIFE))
        return EndedLife(EARLY, 1.0, watched, ages, (begun, collected), reason)


def draw_defect(slate: Slate, streams: Streams, clocks: Clocks) -> Defect | None:
    """Draw whether a unit has a defect, as what it shows and when; None for a sound unit."""
    if not slate.early or not streams.chance(DEFECT, slate.early):
        return None
    place = slate.defects[streams.pick(DEFECT, slate.defect_weights)]
    age = clocks.entry[Clock.POWERED]
    return Defect(place, age + round(EARLY.residual(streams.uniform(_EARLY_LIFE), age)))
