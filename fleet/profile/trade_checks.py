"""What must hold between transactions, settlement and the rest of a profile."""

import math
from collections.abc import Iterator
from typing import Final

from fleet.chance.daily import WeekCurve
from fleet.profile.complaints import Complaint
from fleet.profile.profile import Profile
from fleet.units import DAY_MS

# As in `fleet.profile.checks`: what comes once in ten thousand days is let pass.
_RARE: Final = 1e-4


def transactions(profile: Profile) -> Iterator[Complaint]:
    """What the chances of a payment's answer must keep to."""
    rule = profile.transactions
    total = rule.declined + rule.timed_out + rule.batch_mismatch + rule.mac_error
    if total > 1.0:
        yield Complaint(
            "transactions",
            f"declined, timed_out, batch_mismatch and mac_error sum to {total:g}; they are chances "
            "of one answer, so that their sum must not exceed 1",
        )


def weights(profile: Profile) -> Iterator[Complaint]:
    """Some way to pay, and to be verified, must be taken."""
    rule = profile.transactions
    for key, given in (("methods", rule.methods), ("verification", rule.verification)):
        if math.fsum(given.values()) <= 0.0:
            yield Complaint(f"transactions.{key}", "no weight is above 0; give at least one")


def methods(profile: Profile) -> Iterator[Complaint]:
    """Every model must be able to take some customer's money."""
    used = [word for word, weight in profile.transactions.methods.items() if weight > 0.0]
    for i, model in enumerate(profile.estate.models):
        if used and not set(used) & set(model.methods):
            yield Complaint(
                f"estate.models[{i}].methods",
                f"no customer pays in a way that {model.name!r} can take; add one of "
                f"{', '.join(used)}, or give its methods a weight in transactions.methods",
            )


def customers(profile: Profile) -> Iterator[Complaint]:
    """Every sector must have customers while its shops are open."""
    if profile.day is None:
        return
    opens, closes = profile.day.opens.mean(), profile.day.closes.mean()
    if opens >= closes:
        return  # said already
    for i, sector in enumerate(profile.estate.sectors):
        if WeekCurve(sector.curve().hours).amount(opens, closes) <= 0.0:
            yield Complaint(
                f"estate.sectors[{i}].hours",
                f"nobody comes to {sector.name!r} while shops are open; give an hour between "
                "day.opens and day.closes a weight above 0",
            )


def settlement(profile: Profile) -> Iterator[Complaint]:
    """Settling by the clock is for estates that never close, and comes once a day."""
    at = profile.settlement.at
    if at is None:
        return
    if profile.day is not None:
        yield Complaint(
            "settlement.at", "shops with opening hours settle when they close; leave it out"
        )
    if at.quantile(1.0 - _RARE) > DAY_MS:
        yield Complaint("settlement.at", "may come after midnight; it must come by 24:00")
