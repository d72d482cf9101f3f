"""The stories of an estate in virtual time, without any table."""

from collections.abc import Container

import numpy as np

from fleet.dataset.calendar import Calendar
from fleet.dataset.lives import live_through
from fleet.life.pulse import Pulse
from fleet.life.states import Step
from fleet.life.truth import Truth
from fleet.life.vitals import Vitals
from fleet.profile.members import members
from fleet.profile.profile import Profile
from fleet.wire.messages import Message


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
