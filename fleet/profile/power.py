"""Power: boot, shutdown, the daily security reboot, forced shutdowns, long rest.

Defaults carry their origin: *sourced* with the source, *derived* with the sum, or *a guess*.
"""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from fleet.chance.parametric import Exponential, Lognormal, Uniform
from fleet.profile.laws import DurationLaw, TimeOfDayLaw
from fleet.profile.values import Duration, Probability, Section, Share, Span
from fleet.units import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

Cause = Literal["software", "hardware", "network", "external", "settings"]
Attempts = Annotated[int, Field(ge=1, le=1_000)]
Percent = Annotated[int, Field(ge=0, le=100)]

_CAUSES: Final[Mapping[Cause, float]] = {
    "software": 0.35,
    "hardware": 0.3,
    "external": 0.2,
    "settings": 0.1,
    "network": 0.05,
}


class Boot(Section):
    """From power-on to the self-test."""

    duration: DurationLaw = Lognormal.from_p95(35 * SECOND_MS, 60 * SECOND_MS)
    """Time to boot; median 35 s is a guess from Android terminals."""
    failure: Probability = 0.002
    """Chance that a boot fails and starts over; a guess."""
    attempts_max: Attempts = 3
    """After so many failed boots in a row the terminal waits for a technician (SW-705); a guess."""
    settle: Duration = 5 * SECOND_MS
    """How long power must stay off before it is switched on again; a guess."""


class Shutdown(Section):
    """Switching off in good order: press, wait, and see the lamps go out."""

    duration: DurationLaw = Lognormal.from_p95(8 * SECOND_MS, 20 * SECOND_MS)
    """Time until the lamps are off; a guess."""
    hang: Probability = 0.0005
    """Chance that it hangs on its way down, lamps on (PWR-105); a guess."""
    rescue: DurationLaw = Lognormal.from_p95(30 * MINUTE_MS, 4 * HOUR_MS)
    """Time until somebody cuts the power of a terminal that hangs so; a guess."""


class SecurityReboot(Section):
    """The restart that security rules ask of a terminal once in 24 hours."""

    at: TimeOfDayLaw = Uniform(6 * HOUR_MS, 7 * HOUR_MS)
    """Local time of day, drawn anew by each terminal for each day.

    Sourced: Adyen restarts at 06:00, Stripe at random times in a window from midnight on. That the
    window lasts an hour is a guess.
    """


class ForcedShutdown(Section):
    """Power cut without a shutdown: by an operator, or by the terminal itself."""

    operator: DurationLaw = Exponential(365 * DAY_MS)
    """Time on, from each boot, until an operator sees no other way; a guess."""
    preparation: DurationLaw = Lognormal.from_p95(3 * MINUTE_MS, 10 * MINUTE_MS)
    """Time to look at its state, read the instructions, unplug it and disconnect it; a guess."""
    charge_min: Percent = 30
    """Charge in percent below which a portable is charged before; a guess."""
    causes: dict[Cause, Share] = Field(default_factory=lambda: dict(_CAUSES))
    """Why terminals shut down by themselves, PWR-106; the shares sum to 1 and are guesses.

    The kinds are sourced from a vendor's page on forced shutdowns.
    """


class Dormancy(Section):
    """Terminals that lie unused for long, and what they are like when they wake."""

    chance: Probability = 0.0005
    """Chance that a closing is the last for long; a guess."""
    duration: DurationLaw = Lognormal.from_p95(14 * DAY_MS, 60 * DAY_MS)
    """How long such a terminal lies unused; a guess."""
    flat_after: Span = 30 * DAY_MS
    """A battery is flat after this time without use; a guess."""
    charge: DurationLaw = Lognormal.from_p95(20 * MINUTE_MS, HOUR_MS)
    """Time to charge a flat battery until the terminal starts; a guess."""
