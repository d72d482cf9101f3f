"""The line-up of a race: of each group, who comes next, by its clock's reading and as an instant.

All entries of a group go by one clock, so the least reading among them is the next; only that one
is turned into an instant, anew when the clock has been started or stopped. What is known stays as
long as nobody else comes first.
"""

import math
from collections.abc import Sequence
from typing import Final

from fleet.life.faults.clocks import Clocks
from fleet.life.faults.kinds import NEVER, Clock
from fleet.life.faults.slate import Group
from fleet.units import Millis

Next = tuple[float, Millis]
"""What the clock shows when the next one comes, and at which instant that is."""
UNKNOWN: Final[Next] = (-math.inf, NEVER)


def choose(
    clocks: Clocks,
    groups: list[Group],
    known: list[Next],
    readings: Sequence[float],
    clock: Clock | None = None,
) -> None:
    """Find who is next of each group, or of those of one clock."""
    for number, group in enumerate(groups):
        if clock is None or group.clock is clock:
            known[number] = least(clocks, group, readings, known[number])


def enter(
    clocks: Clocks, groups: list[Group], known: list[Next], clock: Clock, reading: float
) -> None:
    """Note one more entry of a clock: it comes next, or who did before."""
    for number, group in enumerate(groups):
        if group.clock is clock and reading < known[number][0]:
            known[number] = (reading, clocks.when(clock, reading))


def aim(clocks: Clocks, groups: list[Group], known: list[Next]) -> None:
    """Find the instants anew."""
    for number, group in enumerate(groups):
        reading = known[number][0]
        known[number] = (reading, clocks.when(group.clock, reading))


def least(clocks: Clocks, group: Group, readings: Sequence[float], known: Next) -> Next:
    """Return who is next of a group; `known` is who was."""
    reading = min(group.of(readings))
    return known if reading == known[0] else (reading, clocks.when(group.clock, reading))


def place(group: Group, following: Next, readings: Sequence[float]) -> int:
    """Return the position on the slate of who is next."""
    return group.places[group.of(readings).index(following[0])]
