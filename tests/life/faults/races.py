"""Races of hazards without a terminal around them."""

from typing import Any

from fleet.chance.daily import WeekCurve
from fleet.chance.streams import Streams
from fleet.life.faults.clocks import Clocks
from fleet.life.faults.lives import draw_frailty
from fleet.life.faults.risks import Risks
from fleet.life.faults.slate import Slate
from fleet.profile import load
from fleet.profile.profile import Profile

FLAT = WeekCurve((1.0,) * 24)
DAY_OF_USE_MS = 24 * 3_600_000.0


def profile_of(faults: dict[str, Any], **hazards: object) -> Profile:
    """Return a profile with these faults and hazards."""
    return load("steady", {"faults": faults, "hazards": hazards})


def race_of(  # noqa: PLR0913 - what a race depends on
    slate: Slate, serial: int, *, seed: int = 1, age_ms: float = 0.0, pace: float = 1.0,
    curve: WeekCurve = FLAT, spread: float = 0.0, multiplier: float = 1.0,
) -> Risks:  # fmt: skip
    """Return the race of one unit, which has power from the epoch on."""
    clocks = Clocks(curve, pace * DAY_OF_USE_MS, 0, (age_ms, age_ms, age_ms))
    streams = Streams(seed, serial)
    risks = Risks(
        slate, streams, clocks, f"FL{serial:08}", multiplier * draw_frailty(streams, spread)
    )
    risks.power_on(0)
    return risks
