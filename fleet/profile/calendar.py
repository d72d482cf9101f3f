"""When common causes begin and end in a run: known from the profile and the seed, before it.

An occurrence is told once for all who share it. What ends a cause for each terminal by itself (a
renewed certificate, a corrected clock) is not in the calendar: such a cause lasts to the run's end.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from fleet.profile.causes import Certificate, ClockStep
from fleet.profile.courses import Course
from fleet.profile.members import members
from fleet.profile.profile import Profile
from fleet.profile.weather import Weather
from fleet.units import Millis

OCCURRENCES_MAX: Final = 10_000
"""A calendar holds no more; the earliest of each group are kept."""


class Occurrence(NamedTuple):
    """One occurrence of a common cause in a run.

    Attributes:
        cause: Its name.
        kind: What it is.
        group: Who shares it: a region, a cell or a site's number; "" for the whole cohort.
        begin_ms: When it begins, in business milliseconds since the epoch.
        end_ms: When it ends, at most the end of the run.
    """

    cause: str
    kind: str
    group: str
    begin_ms: Millis
    end_ms: Millis


def calendar(profile: Profile, seed: int) -> tuple[Occurrence, ...]:
    """Return what happens in a run, in order; at most `OCCURRENCES_MAX` occurrences."""
    if not profile.causes:
        return ()
    end = int(profile.run.duration * profile.run.speed)
    weather = Weather(profile, seed)
    courses: dict[Course, None] = {}
    for who in members(profile.estate, seed):
        courses.update(dict.fromkeys(weather.fate(who).courses))
    told = [each for course in courses for each in _occurrences(course, end)]
    told.sort(key=lambda each: (each.begin_ms, each.cause, each.group))
    return tuple(told[:OCCURRENCES_MAX])


def _occurrences(course: Course, end: Millis) -> Iterator[Occurrence]:
    cause = course.cause
    for number in range(OCCURRENCES_MAX):
        spell = course.spell(number)
        if spell is None or spell.begin >= end:
            return
        lasting = isinstance(cause, Certificate | ClockStep)
        over = end if lasting else max(spell.end, spell.begin + cause.spread)
        yield Occurrence(cause.name, cause.kind, course.group, spell.begin, min(over, end))
