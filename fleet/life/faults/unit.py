"""A unit's race: its slate, its clocks and its age, put together for the terminal that it is."""

from typing import TYPE_CHECKING, Final

from fleet.chance.daily import MONDAY_MS
from fleet.chance.streams import Purpose
from fleet.life.faults.clocks import Clocks
from fleet.life.faults.kinds import CARDS_PER_USE_HOUR, Clock
from fleet.life.faults.laws import YEAR_H
from fleet.life.faults.lives import draw_frailty
from fleet.life.faults.risks import Risks
from fleet.life.faults.slate import slate_of
from fleet.units import DAY_MS, HOUR_MS, Millis

if TYPE_CHECKING:
    from fleet.life.terminal import Terminal

_AGE: Final = Purpose("unit.age")
_LEAST_PER_DAY: Final = 0.5  # a terminal that nobody uses wears out in the end
_ALWAYS_ON_H: Final = 8_760.0
_YEAR_DAYS: Final = 365.0


def race(t: "Terminal", serial_no: str, told: int = 0) -> Risks:
    """Let a unit's lives begin: as old as the profile has it for the first, new for later ones."""
    profile, member = t.profile, t.member
    slate = slate_of(profile)
    first = t.streams.generation == 0
    age_ms = t.streams.draw(_AGE, profile.hazards.age) if first and slate.risks else 0
    per_day = max(_LEAST_PER_DAY, t.customers.per_day) / CARDS_PER_USE_HOUR * HOUR_MS
    monday_ms = t.origin_ms + member.region.utc_offset + MONDAY_MS
    rate = slate.multiplier(member.model.name, member.region.name)
    rate *= draw_frailty(t.streams, profile.hazards.frailty)
    entry = _entry(t, age_ms, per_day)
    return Risks(
        slate,
        t.streams,
        Clocks(t.customers.trade.curve, per_day, monday_ms, entry),
        serial_no,
        rate,
        t.world.now(),
        told,
        slate.unfit(member.model),
    )


def _entry(t: "Terminal", age_ms: Millis, use_ms_per_day: float) -> tuple[float, float, float]:
    """Return what a unit's clocks show after so much calendar time in a shop like this."""
    always_on = t.profile.day is None
    powered_h = _ALWAYS_ON_H if always_on else YEAR_H[Clock.POWERED]
    powered_ms = powered_h * HOUR_MS * age_ms / (_YEAR_DAYS * DAY_MS)
    calendar_ms = float(age_ms - t.world.now())  # the calendar counts from the epoch
    return powered_ms, use_ms_per_day * age_ms / DAY_MS, calendar_ms
