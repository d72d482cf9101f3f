"""When common causes strike whom: the profile's causes as instants, for each terminal that asks.

The weather of an estate is all its courses (`fleet.profile.courses`), made when the first terminal
of a group asks for them; what concerns one terminal is its fate (`fleet.profile.fate`).
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Final

from fleet.chance.streams import Purpose, Streams
from fleet.profile.causes import AnyCause, Cause
from fleet.profile.clock import since_midnight_ms
from fleet.profile.courses import Course
from fleet.profile.fate import CALM, Fate
from fleet.profile.members import Member
from fleet.profile.profile import Profile

_SHARE: Final = Purpose("cause.share")
# Terminals' streams have small numbers; those of causes have this bit, so they never meet.
_CAUSES: Final = 1 << 63


class Weather:
    """All common causes of a profile, for one seed."""

    def __init__(self, profile: Profile, seed: int) -> None:
        """Take the profile and the run's seed, 0 to 2**64 - 1."""
        self._causes = profile.causes
        self._since_midnight = since_midnight_ms(profile.run)
        self._seed = seed
        self._courses: dict[tuple[str, object, int], Course] = {}

    def fate(self, who: Member) -> Fate:
        """Return what concerns a terminal, at the begin of its life."""
        if not self._causes:
            return CALM
        concerned = (cause for cause in self._causes if cause.admits(who))
        courses = (self._course(cause, who) for cause in concerned)
        return Fate(who.index, tuple(course for course in courses if self._takes(course, who)))

    def has(self, kind: type[Cause]) -> bool:
        """Return whether there is any cause of a kind, so that it is worth asking."""
        return any(isinstance(cause, kind) for cause in self._causes)

    def _takes(self, course: Course, who: Member) -> bool:
        """Hold the lottery: among groups, or among terminals where all share one occurrence."""
        cause = course.cause
        number = who.index if cause.per == "estate" else 0
        return cause.share >= 1.0 or course.streams.at(_SHARE, number) < cause.share

    def _course(self, cause: AnyCause, who: Member) -> Course:
        group = _GROUPS[cause.per](who)
        offset = who.region.utc_offset
        key = (cause.name, group, offset)
        if key not in self._courses:
            streams = Streams(self._seed, _serial(f"{cause.name}/{cause.per}/{group}"))
            self._courses[key] = Course(cause, str(group), streams, -self._since_midnight - offset)
        return self._courses[key]


_GROUPS: Final[Mapping[str, Callable[[Member], object]]] = {
    "estate": lambda _: "",
    "region": lambda who: who.region.name,
    "cell": lambda who: who.cell,
    "site": lambda who: who.site,
}


def _serial(text: str) -> int:
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") | _CAUSES
