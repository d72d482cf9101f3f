"""The lives of some terminals, in virtual time or an event at a time on SimPy.

    python -m benchmarks.peers.lives virtual|simpy PROFILE TERMINALS DAYS

Prints steps, messages, heartbeats and the CPU seconds of the lives.
"""

import gc
import sys
import time
from collections.abc import Callable, Sequence

import numpy as np
import simpy

from fleet.dataset.calendar import Calendar, Day
from fleet.dataset.heard import READINGS
from fleet.dataset.lives import live_through
from fleet.life.pulse import Pulse
from fleet.life.states import Step
from fleet.life.truth import Truth
from fleet.life.vitals import Vitals
from fleet.profile import load
from fleet.profile.members import members
from fleet.units import Millis
from fleet.wire.messages import Message
from fleet.worlds.kernel import Kernel, Sleeper
from fleet.worlds.stretches import Stretches
from fleet.worlds.virtual import VirtualEstate

SEED = 1


class Counting:
    """A chronicle that counts, and keeps the stretches of heartbeats as a dataset does."""

    heeded = READINGS

    def __init__(self, vitals: Vitals) -> None:
        self.steps = self.messages = self.beats = 0
        self._stretches = Stretches(vitals)

    def step(self, pulse: Pulse, step: Step) -> None:
        """Count a step."""
        del pulse, step
        self.steps += 1

    def heard(self, pulse: Pulse, at: Millis, message: Message) -> None:
        """Count a message."""
        del pulse, at, message
        self.messages += 1

    def note(self, pulse: Pulse, truth: Truth) -> None:
        """Let it go."""

    def beaten(self, pulse: Pulse, begin: Millis, every: Millis, count: int) -> None:
        """Count and keep heartbeats."""
        self.beats += count
        self._stretches.add(pulse, begin, every, count)

    def end_days(self, days: Sequence[Day]) -> None:
        """Forget them."""
        self._stretches.take([day.end for day in days])


class SimpyKernel(Kernel):
    """Deadlines on SimPy; the horizon is always now, so every heartbeat is an event."""

    def __init__(self, estate: VirtualEstate) -> None:
        super().__init__()
        self._simulation = simpy.Environment()
        self._estate = estate

    def call(self, at: Millis, sleeper: Sleeper) -> None:
        """Wake `sleeper` at `at`, by an event of SimPy."""
        sleeper.ticket = self._tickets = ticket = self._tickets + 1
        event = self._simulation.timeout(max(0, at - int(self._simulation.now)))
        event.callbacks.append(self._waking(at, ticket, sleeper))

    def run_until(self, now: Millis) -> int:
        """Let SimPy run up to `now`."""
        self._simulation.run(until=now + 1)
        self._estate.horizon = now
        return 0

    def _waking(self, at: Millis, ticket: int, sleeper: Sleeper) -> Callable[[object], None]:
        def wake(_: object) -> None:
            if sleeper.ticket == ticket:
                self._estate.horizon = at
                sleeper.wake(at)

        return wake


class SimpyEstate(VirtualEstate):
    """Virtual worlds on SimPy."""

    def live_until(self, horizon: Millis) -> None:
        """Let all terminals live up to this instant, an event at a time."""
        if not isinstance(self.kernel, SimpyKernel):
            waiting, self.kernel = self.kernel, SimpyKernel(self)
            for at, ticket, sleeper in waiting.entries():
                if sleeper.ticket == ticket:
                    self.kernel.call(at, sleeper)
        self.kernel.run_until(horizon)


def main(how: str, name: str, terminals: int, days: int) -> None:
    """Let terminals live, and count."""
    profile = load(name, {"estate.terminals": terminals, "run.speed": 1.0})
    crew = list(members(profile.estate, SEED))
    vitals = Vitals(SEED, np.array([each.index for each in crew], np.uint64))
    told = Counting(vitals)
    gc.disable()
    began = time.process_time()
    kind = SimpyEstate if how == "simpy" else VirtualEstate
    calendar = Calendar.of(profile, days)
    live_through(profile, SEED, crew, vitals, told, calendar, told.end_days, kind)
    spent_s = time.process_time() - began
    sys.stdout.write(f"{told.steps} {told.messages} {told.beats} {spent_s}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
