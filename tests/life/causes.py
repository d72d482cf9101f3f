"""Lives that one common cause strikes."""

from typing import Any

from fleet.life.states import Event, Step
from fleet.profile.profile import Profile
from tests.life.lives import quiet
from tests.life.solitude import Solitude, settle, spend


def struck(cause: dict[str, Any], **overrides: Any) -> Profile:
    """Return an estate in which nothing goes wrong but one common cause."""
    return quiet(causes=[{"name": "it"} | cause], **overrides)


def live(profile: Profile, *, hours: float, index: int = 0) -> Solitude:
    """Live one terminal's life and return its world."""
    world = settle(profile, hours=hours, index=index)
    spend(profile, world, index=index)
    return world


def first(world: Solitude, event: Event, code: str | None = None) -> Step:
    """Return the first step with this event, and code if one is given."""
    return next(s for s in world.steps if s.event is event and code in (None, s.code))
