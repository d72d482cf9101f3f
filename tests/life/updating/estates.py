"""Estates in which an update is the only thing that happens, and what became of it."""

from typing import Any

from fleet.life.states import Event
from fleet.life.terminal import Terminal
from fleet.profile.profile import Profile
from fleet.wire.messages import AnyOrder
from tests.life.lives import quiet
from tests.life.solitude import Solitude, settle, spend

NEW = "9.9.9"
# Nearly everybody is an S1 on mains.
MODELS = [
    {"name": "S1", "share": 0.999, "firmware": "1.0.0"},
    {"name": "B2", "share": 0.001, "firmware": "1.0.0"},
]


def updating(campaign: Any = None, **overrides: Any) -> Profile:
    """Return a quiet estate with a campaign from the start."""
    asked = {"name": "spring", "version": NEW, "at": "0s"} | (campaign or {})
    small = {"update__package": "64KiB", "update__chunk": "8KiB", "estate__models": MODELS}
    return quiet(**(small | {"campaigns": [asked]} | overrides))


def lived(
    profile: Profile,
    hours: float,
    *,
    orders: list[tuple[int, AnyOrder]] | None = None,
    outages: list[tuple[int, int]] | None = None,
    index: int = 0,
) -> tuple[Solitude, Terminal]:
    """Let a terminal live, and return its world and itself."""
    world = settle(profile, hours=hours, index=index)
    world.orders = orders or []
    world.outages = outages or []
    return world, spend(profile, world, index=index)


def words(world: Solitude) -> list[str]:
    """Return what the server was told of updates, in order."""
    return [message.state for message in world.heard_of("update")]


def codes(world: Solitude, event: Event) -> list[str]:
    """Return the codes of all steps of a kind."""
    return [step.code for step in world.steps if step.event is event]
