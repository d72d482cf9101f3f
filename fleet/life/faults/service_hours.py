"""Service hours: when technicians and couriers work."""

from typing import Final

from fleet.profile.faults import Support
from fleet.units import DAY_MS, Millis

_DAYS_MAX: Final = 400


class ServiceHours:
    """The service hours of one place, in business milliseconds since the epoch."""

    __slots__ = ("_closed", "_closes", "_first_weekday", "_midnight", "_opens")

    def __init__(self, support: Support, midnight: Millis, first_weekday: int) -> None:
        """Take the hours.

        Args:
            support: What the profile says of them.
            midnight: Local midnight of the first day.
            first_weekday: Of that day, 0 for Monday.
        """
        self._opens = support.opens
        self._closes = support.closes
        self._closed = support.closed_weekdays
        self._midnight = midnight
        self._first_weekday = first_weekday

    def work(self, start: Millis, work_ms: Millis) -> tuple[Millis, Millis]:
        """Return when so much work begins and ends if it is taken up from `start` on."""
        first = (start - self._midnight) // DAY_MS
        begun: Millis | None = None
        for day in range(first, first + _DAYS_MAX):
            opens, closes = self._hours(day)
            now = max(start, opens)
            if now >= closes:
                continue
            begun = now if begun is None else begun
            if work_ms <= closes - now:
                return begun, now + work_ms
            work_ms -= closes - now
        return (start if begun is None else begun), start + work_ms

    def _hours(self, day: int) -> tuple[Millis, Millis]:
        midnight = self._midnight + day * DAY_MS
        if (self._first_weekday + day) % 7 in self._closed:
            return midnight, midnight
        return midnight + self._opens, midnight + self._closes
