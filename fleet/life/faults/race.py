"""A unit's race: its slate, its clocks and its age, put together for the terminal that it is."""

from typing import Final

from fleet.chance.streams import Purpose, Streams
from fleet.life.customers import Customers
from fleet.life.faults.clocks import Clocks
from fleet.life.faults.kinds import CARDS_PER_USE_HOUR, Clock
from fleet.life.faults.laws import YEAR_H
from fleet.life.faults.lives import draw_frailty
from fleet.life.faults.risks import Risks
from fleet.life.faults.slate import slate_of
from fleet.profile.members import Member
from fleet.profile.profile import Profile
from fleet.units import DAY_MS, HOUR_MS, Millis

_AGE: Final = Purpose("unit.age")
_LEAST_PER_DAY: Final = 0.5  # a terminal that nobody uses wears out in the end
_ALWAYS_ON_H: Final = 8_760.0
_YEAR_DAYS: Final = 365.0


def race(  # noqa: PLR0913, PLR0917 - all that a unit depends on
    profile: Profile,
    member: Member,
    streams: Streams,
    customers: Customers,
    now: Millis,
    serial_no: str,
    told: int = 0,
) -> Risks:
    """Let a unit's lives begin: as old as the profile has it for the first, new for later ones.

    Args:
        profile: How the estate behaves.
        member: The terminal in whose place it stands.
        streams: The terminal's.
        customers: Who uses it.
        now: Business instant.
        serial_no: The unit's.
        told: How many lives of the units before have been told of.
    """
    slate, hazards = slate_of(profile), profile.hazards
    first = streams.generation == 0
    age_ms = streams.draw(_AGE, hazards.age) if first and slate.risks else 0
    per_day = max(_LEAST_PER_DAY, customers.per_day) / CARDS_PER_USE_HOUR * HOUR_MS
    entry = _entry(age_ms, per_day, now, always_on=profile.day is None)
    clocks = Clocks(customers.trade.curve, per_day, customers.monday_ms, entry)
    rate = slate.multiplier(member.model.name, member.region.name)
    rate *= draw_frailty(streams, hazards.frailty)
    return Risks(slate, streams, clocks, serial_no, rate, now, told, slate.unfit(member.model))


def _entry(
    age_ms: Millis, use_ms_per_day: float, now: Millis, *, always_on: bool
) -> tuple[float, float, float]:
    """Return what a unit's clocks show after so much calendar time in a shop like this."""
    powered_h = _ALWAYS_ON_H if always_on else YEAR_H[Clock.POWERED]
    powered_ms = powered_h * HOUR_MS * age_ms / (_YEAR_DAYS * DAY_MS)
    calendar_ms = float(age_ms - now)  # the calendar counts from the epoch
    return powered_ms, use_ms_per_day * age_ms / DAY_MS, calendar_ms
