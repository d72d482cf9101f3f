"""The days of a study: where each begins and ends on the clock that stories are told by."""

from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from fleet.profile.clock import origin_ms
from fleet.profile.profile import Profile
from fleet.units import DAY_MS, Millis

_EPOCH: Final = datetime.fromtimestamp(0, UTC)


class Day(NamedTuple):
    """A UTC day, or the part of it that the study holds.

    Attributes:
        number: From 0.
        date: Its date.
        begin: Its first instant, in ms since the study's epoch.
        end: The first instant after it.
    """

    number: int
    date: date
    begin: Millis
    end: Millis


class Calendar(NamedTuple):
    """A study: `days` times 24 hours from the profile's start.

    Attributes:
        origin_ms: Unix time of its epoch.
        days: How many.
    """

    origin_ms: int
    days: int

    @classmethod
    def of(cls, profile: Profile, days: int) -> "Calendar":
        """Return the calendar of a study of the estate of `profile`."""
        return cls(origin_ms(profile.run), days)

    @property
    def end(self) -> Millis:
        """The first instant after the study, in ms since its epoch."""
        return self.days * DAY_MS

    def dates(self) -> list[Day]:
        """Return its UTC days; one more than `days` if it does not begin at midnight."""
        days: list[Day] = []
        begin = 0
        while begin < self.end:
            end = min(self.end, begin + DAY_MS - (self.origin_ms + begin) % DAY_MS)
            when = (_EPOCH + timedelta(milliseconds=self.origin_ms + begin)).date()
            days.append(Day(len(days), when, begin, end))
            begin = end
        return days
