"""Estates in which payments are lived one by one, and what came of them."""

from typing import Any

from fleet.life.states import Event
from fleet.life.terminal import Terminal
from fleet.profile.profile import Profile
from tests.life.lives import quiet
from tests.life.solitude import Solitude, settle, spend

E = Event


FLAT = {"name": "flat", "share": 1.0, "hours": [1.0] * 24}
TROUBLED: dict[str, Any] = {
    "transactions__verification_failure": 0.05,
    "transactions__declined": 0.2,
    "transactions__timed_out": 0.1,
    "transactions__batch_mismatch": 0.03,
    "transactions__mac_error": 0.02,
    "transactions__reversal_failure": 0.5,
    "sign_in__typing": "5s",
}


def busy(per_day: float = 2_000.0, **overrides: Any) -> Profile:
    """Return an estate of one kind of shop, in which each payment is lived and goes well."""
    calm = {
        "estate__sizes": [{"name": "busy", "share": 1.0, "per_day": per_day}],
        "estate__sectors": [FLAT],
        "transactions__dispersion": 1e6,
        "transactions__messages": True,
        "transactions__verification_failure": 0.0,
        "transactions__declined": 0.0,
        "transactions__timed_out": 0.0,
        "transactions__batch_mismatch": 0.0,
        "transactions__mac_error": 0.0,
        "transactions__reversal_failure": 0.0,
        "settlement__mismatch": 0.0,
    }
    return quiet(**(calm | overrides))


def live(
    profile: Profile, hours: float, *, index: int = 0, **settings: Any
) -> tuple[Solitude, Terminal]:
    """Let a terminal live in solitude."""
    world = settle(profile, hours=hours, index=index)
    for name, value in settings.items():
        setattr(world, name, value)
    return world, spend(profile, world, index=index)


def count(world: Solitude, event: Event) -> int:
    """Return how often something happened; customers are lost in numbers."""
    steps = [step for step in world.steps if step.event is event]
    return sum(int(s.code) for s in steps) if event is E.CUSTOMERS_LOST else len(steps)


def slow_host(**overrides: Any) -> Profile:
    """Return an estate whose host takes a quarter of an hour to answer."""
    return busy(transactions__host="15m", transactions__verification={"none": 1.0}, **overrides)
