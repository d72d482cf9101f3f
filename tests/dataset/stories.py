"""The stories of an estate in virtual time, without any table."""

from collections.abc import Container

import numpy as np

from fleet.dataset.calendar import Calendar
from fleet.dataset.lives import live_through
from fleet.life.pulse import Pulse
from fleet.life.states import Step
from fleet.life.truth import Truth
from fleet.life.vitals import Vitals
from fleet.profile.clock import origin_ms
from fleet.profile.members import members
from fleet.profile.profile import Profile
from fleet.tms.desk import Desk
from fleet.wire.messages import Message
from fleet.worlds.crew import put_to_life
from fleet.worlds.virtual import VirtualEstate


class Stories:
    """A chronicle that keeps the steps alone.

    Attributes:
        steps: Of each terminal, by its place.
    """

    heeded: Container[type[Message]] = ()

    def __init__(self, terminals: int) -> None:
        self.steps: list[list[Step]] = [[] for _ in range(terminals)]

    def step(self, pulse: Pulse, step: Step) -> None:
        self.steps[pulse.index].append(step)

    def note(self, pulse: Pulse, truth: Truth) -> None: ...

    def heard(self, pulse: Pulse, at: int, message: Message) -> None: ...

    def beaten(self, pulse: Pulse, begin: int, every: int, count: int) -> None: ...


def stories(profile: Profile, seed: int, days: int) -> dict[str, list[Step]]:
    """Let an estate live for some days; return the steps of each terminal, by its id."""
    crew = list(members(profile.estate, seed))
    vitals = Vitals(seed, np.array([each.index for each in crew], np.uint64))
    kept = Stories(len(crew))
    live_through(profile, seed, crew, vitals, kept, Calendar.of(profile, days), lambda _: None)
    return {each.tid: steps for each, steps in zip(crew, kept.steps, strict=True)}


def beginning(profile: Profile, seed: int, until_ms: int) -> list[list[Step]]:
    """Let an estate live up to an instant, included; return the steps of each, by its place."""
    crew = list(members(profile.estate, seed))
    vitals = Vitals(seed, np.array([each.index for each in crew], np.uint64))
    kept = Stories(len(crew))
    tenant, speed = profile.estate.tenant, profile.run.speed
    estate = VirtualEstate(Desk(profile, seed), kept, tenant, origin_ms(profile.run), speed)
    worlds = put_to_life(profile, seed, crew, vitals, estate)
    estate.live_until(until_ms)
    for world, _ in worlds:
        world.end()
    return kept.steps
