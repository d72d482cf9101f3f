"""The clocks by which a unit ages: powered time, use, and the calendar.

Powered time runs while the power is on, use as fast as the hour of the day brings customers while
it is on, the calendar always. All three are pure functions of what was powered when, and can be
asked the other way round: at which instant will this clock show that?
"""

import math
from typing import Final

from fleet.chance.daily import WeekCurve
from fleet.life.faults.kinds import NEVER, Clock
from fleet.units import Millis

# Named once: a look into an Enum costs ten times a look into the module.
_POWERED, _USE, _CALENDAR = Clock
# More than floats are wrong by, and less than matters.
_HAIR_MS: Final = 1e-3


class Clocks:
    """One unit's clocks.

    Attributes:
        entry: What they showed when the unit began to be watched.
    """

    __slots__ = (
        "_curve",
        "_monday_ms",
        "_shown",
        "_since",
        "_use_per_day",
        "_used",
        "entry",
    )  # fmt: skip

    def __init__(
        self,
        curve: WeekCurve,
        use_ms_per_day: float,
        monday_ms: Millis,
        entry: tuple[float, float, float],
    ) -> None:
        """Make clocks that stand, but for the calendar.

        Args:
            curve: When customers come.
            use_ms_per_day: How much use they make of the terminal on an average day; above 0.
            monday_ms: What must be added to an instant so that it counts from a local Monday.
            entry: What the clocks show at the epoch.
        """
        self._curve = curve
        self._use_per_day = use_ms_per_day
        self._monday_ms = monday_ms
        self._since = NEVER
        self._used = 0.0  # what the curve amounts to up to `_since`
        self.entry = entry
        # Powered time and use up to `_since`; of the calendar, what it showed at the epoch.
        self._shown = entry

    @property
    def running(self) -> bool:
        """Whether the power is on."""
        return self._since != NEVER

    def start(self, now: Millis) -> None:
        """Switch the power on; nothing happens if it is."""
        if not self.running:
            self._since = now
            self._used = self._curve.since_monday(now + self._monday_ms)

    def stop(self, now: Millis) -> None:
        """Switch the power off; nothing happens if it is."""
        if self.running:
            powered, used, _ = self.readings(now)
            self._shown = (powered, used, self._shown[_CALENDAR])
            self._since = NEVER

    def reading(self, clock: Clock, now: Millis) -> float:
        """Return what a clock shows, in its own milliseconds."""
        shown = self._shown[clock]
        if clock is _CALENDAR:
            return shown + now
        if self._since == NEVER:
            return shown
        if clock is _POWERED:
            return shown + (now - self._since)
        days = self._curve.since_monday(now + self._monday_ms) - self._used
        return shown + self._use_per_day * max(0.0, days)

    def readings(self, now: Millis) -> tuple[float, float, float]:
        """Return what each of them shows, in their order."""
        return self.reading(_POWERED, now), self.reading(_USE, now), self.reading(_CALENDAR, now)

    def when(self, clock: Clock, reading: float) -> Millis:
        """Return when a clock will show, or showed, `reading`; `NEVER` if it stands."""
        if reading >= NEVER or self._since == NEVER:
            return NEVER
        ahead = reading - self._shown[clock]
        if clock is _CALENDAR:
            return max(0, round(ahead))
        if clock is _POWERED:
            return self._since + round(ahead)
        used = self._used + ahead / self._use_per_day
        begin = self._since + self._monday_ms
        # Up, not to the nearest: in half a millisecond a busy terminal may be used for several.
        return math.ceil(self._curve.instant_of(begin, used) - _HAIR_MS) - self._monday_ms
