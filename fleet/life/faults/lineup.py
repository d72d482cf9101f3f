"""The line-up of a race: who comes next, by its clock's reading and as an instant.

Theory of operation
-------------------
All entries of a group go by one clock, so the least reading among them is the next; only that one
is turned into an instant, anew when the clock has been started or stopped. What is known stays as
long as nobody else comes first.
"""

import math
from array import array
from typing import Final

from fleet.life.faults.clocks import Clocks
from fleet.life.faults.kinds import NEVER, Clock
from fleet.life.faults.slate import Group
from fleet.units import Millis

OUT: Final = math.inf
"""What the clock shows when an entry comes that is out of the race."""
_UNKNOWN: Final = -math.inf


class Lineup:
    """All entries of a race that may come; those who have not entered are out.

    Attributes:
        readings: What its clock shows when each entry comes, by its place on the slate. Whoever
            writes one says so by `enter` or `choose`.
        at: Instant at which the next one comes; `NEVER` if none does.
    """

    __slots__ = ("_clocks", "_groups", "_instants", "_least", "at", "readings")

    def __init__(self, clocks: Clocks, groups: list[Group], count: int) -> None:
        """Line up those groups, of a slate with `count` entries, with nobody entered."""
        self._clocks = clocks
        self._groups = groups
        # Of each group, what its clock shows when the next one comes, and at which instant it does.
        self._least = [_UNKNOWN] * len(groups)
        self._instants = [NEVER] * (len(groups) + 1)  # the last, that there is always one
        self.readings = array("d", [OUT]) * count
        self.at = NEVER

    def choose(self, clock: Clock | None = None) -> None:
        """Find who is next of each group, or of that of one clock."""
        for number, group in enumerate(self._groups):
            if clock is None or group.clock is clock:
                self._look(number)
        self._meet()

    def enter(self, n: int, clock: Clock) -> None:
        """Note that one more has entered: it comes next, or who did before."""
        reading = self.readings[n]
        for number, group in enumerate(self._groups):
            if group.clock is clock and reading < self._least[number]:
                self._least[number] = reading
                self._instants[number] = self._clocks.when(clock, reading)
        self._meet()

    def aim(self) -> None:
        """Find the instants anew: the clocks have been started or stopped."""
        for number, reading in enumerate(self._least):
            self._instants[number] = self._clocks.when(self._groups[number].clock, reading)
        self._meet()

    def first(self) -> int:
        """Return the place of who comes next; of equals, of the one on the first clock."""
        return self._place(self._instants.index(self.at))

    def pass_by(self, now: Millis) -> list[tuple[int, Millis]]:
        """Take those out who come by `now`; return their places, in order by group, and when."""
        gone = []
        for number in range(len(self._groups)):
            passed = {}
            while self._instants[number] <= now:
                n = self._place(number)
                passed[n] = self._instants[number]
                self.readings[n] = OUT
                self._look(number)
            gone += sorted(passed.items())
        self._meet()
        return gone

    def _look(self, number: int) -> None:
        group = self._groups[number]
        reading = min(group.of(self.readings))
        if reading != self._least[number]:
            self._least[number] = reading
            self._instants[number] = self._clocks.when(group.clock, reading)

    def _place(self, number: int) -> int:
        group = self._groups[number]
        return group.places[group.of(self.readings).index(self._least[number])]

    def _meet(self) -> None:
        self.at = min(self._instants)
