"""When common causes strike whom: the profile's causes as instants, for each terminal that asks.

Theory of operation
-------------------
Every cause has streams of its own, keyed by its name and by the group that shares its occurrences
(the estate, a region, a cell or a site). Terminals only read them, so no terminal's own streams
move, and whoever asks gets the same answer: a shard, another shard, or the TMS's desk.

A *course* is one cause in one group: its *spells*, from begin to end, made as they are asked for,
ascending and apart. Courses are shared by all terminals of the group. A *fate* is one terminal's:
the courses that concern it, and how far it has come in each. What a spell does is not said here.

A cause is out of the terminal's hands; what it makes of it is in `fleet.life.fortune`.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple, TypeVar

from fleet.chance.laws import Law
from fleet.chance.streams import Purpose, Streams
from fleet.profile.causes import (
    AnyCause,
    BadVersion,
    Cause,
    Certificate,
    ClockStep,
    Gateway,
    Lasting,
)
from fleet.profile.members import Member
from fleet.profile.profile import Profile
from fleet.units import DAY_MS, DURATION_MS_MAX, Millis

NEVER: Final[Millis] = 2**62
"""An instant that does not come."""

Kind = TypeVar("Kind", bound=Cause)

_GAP: Final = Purpose("cause.gap")
_LASTS: Final = Purpose("cause.lasts")
_SHARE: Final = Purpose("cause.share")
_SPREAD: Final = Purpose("cause.spread")
_REMEDY: Final = Purpose("cause.remedy")
_OWN: Final = Purpose("cause.terminal")
# Terminals' streams have small numbers; those of causes have this bit, so they never meet.
_CAUSES: Final = 1 << 63
_NUMBERED: Final = 32


class Spell(NamedTuple):
    """One occurrence of a cause, for one group or for one terminal.

    Attributes:
        number: Its place among the occurrences of its course, from 0.
        begin: Instant at which it begins.
        end: Instant at which it ends; the same for what takes no time.
    """

    number: int
    begin: Millis
    end: Millis


class Turn(NamedTuple):
    """An instant at which a cause begins or ends for a terminal, or begins to show before."""

    at: Millis
    course: "Course"
    spell: Spell
    begins: bool
    looms: bool = False


class Course:
    """One cause in one group.

    Attributes:
        cause: As the profile asks for it.
        group: Who shares it: a region, a cell or a site's number; "" for the whole cohort.
        streams: The cause's own.
    """

    __slots__ = ("_ahead", "_spells", "cause", "group", "streams")

    def __init__(self, cause: AnyCause, group: str, streams: Streams, midnight: Millis) -> None:
        """Begin a course.

        Args:
            cause: The cause.
            group: Who shares it.
            streams: Its own, for this group.
            midnight: Local midnight of the first day of the group; 0 or less.
        """
        self.cause = cause
        self.group = group
        self.streams = streams
        self._spells: list[Spell] = []
        self._ahead = _spells(cause, streams, midnight)

    def spell(self, number: int) -> Spell | None:
        """Return a spell by its number; None beyond the last."""
        while len(self._spells) <= number:
            spell = next(self._ahead, None)
            if spell is None:
                return None
            self._spells.append(spell)
        return self._spells[number]

    def spell_of(self, index: int, number: int) -> Spell | None:
        """Return a spell as terminal `index` meets it.

        It begins later by the terminal's part of the spread, and ends when it ends for all, or when
        the terminal's own remedy comes.
        """
        spell = self.spell(number)
        if spell is None:
            return None
        place = number << _NUMBERED | index
        begin, spread = spell.begin, self.cause.spread
        if spread:
            begin += int(self.streams.at(_SPREAD, place) * spread)
        remedy = _remedy(self.cause)
        if remedy is not None:
            return Spell(number, begin, begin + self.streams.draw_at(_REMEDY, place, remedy))
        return Spell(number, begin, max(begin, spell.end))

    def own(self, index: int, number: int, draw: int) -> float:
        """Return a number in [0, 1) for what a spell means to one terminal."""
        return self.streams.at(_OWN, (number * 8 + draw) << _NUMBERED | index)


def _remedy(cause: AnyCause) -> Law | None:
    match cause:
        case Certificate():
            return cause.renewal
        case ClockStep():
            return cause.correction
        case _:
            return None


def _spells(cause: AnyCause, streams: Streams, midnight: Millis) -> Iterator[Spell]:
    last = 0
    for number, begin in enumerate(_begins(cause, streams, midnight)):
        begin = max(begin, last)  # noqa: PLW2901 - one that would overlap begins when it can
        lasts = _lasts(cause, streams, number)
        yield Spell(number, begin, begin + lasts)
        last = begin + lasts


def _lasts(cause: AnyCause, streams: Streams, number: int) -> Millis:
    match cause:
        case BadVersion():
            return DURATION_MS_MAX  # it lies in the version, however long that is around
        case Lasting():
            return streams.draw_at(_LASTS, number, cause.lasts)
        case _:
            return 0


def _begins(cause: AnyCause, streams: Streams, midnight: Millis) -> Iterator[Millis]:
    if cause.at is not None:
        yield cause.at
    elif cause.daily is not None:
        days = range(DURATION_MS_MAX // DAY_MS)
        instants = (midnight + day * DAY_MS + cause.daily for day in days)
        yield from (instant for instant in instants if instant >= 0)
    else:
        yield from _renewals(cause, streams, midnight)


def _renewals(cause: AnyCause, streams: Streams, midnight: Millis) -> Iterator[Millis]:
    assert cause.every is not None  # noqa: S101 - the profile has exactly one of the three
    at, draw, number = 0, 0, 0
    while at < DURATION_MS_MAX:
        at += max(1, streams.draw_at(_GAP, draw, cause.every))
        draw += 1
        if _in_hours(cause, (at - midnight) % DAY_MS):
            yield at
            if isinstance(cause, Lasting):
                at += streams.draw_at(_LASTS, number, cause.lasts)
            number += 1


def _in_hours(cause: AnyCause, time_of_day: Millis) -> bool:
    if cause.between is None:
        return True
    begin, end = cause.between
    if begin <= end:
        return begin <= time_of_day < end
    return time_of_day >= begin or time_of_day < end


class Weather:
    """All common causes of a profile, for one seed."""

    def __init__(self, profile: Profile, seed: int) -> None:
        """Take the profile and the run's seed, 0 to 2**64 - 1."""
        self._causes = profile.causes
        self._since_midnight = _since_midnight(profile.run.start)
        self._seed = seed
        self._courses: dict[tuple[str, object, int], Course] = {}

    def fate(self, who: Member) -> "Fate":
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


def _since_midnight(start: datetime) -> Millis:
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    return round((start - midnight).total_seconds() * 1_000)


class Fate:
    """The courses that concern one terminal, and how far it has come in them.

    Attributes:
        courses: All of them.
        at: The next instant at which one of them begins or ends; `NEVER` if none does.
    """

    __slots__ = ("_index", "_turns", "at", "courses")

    def __init__(self, index: int, courses: tuple[Course, ...]) -> None:
        """Stand at the begin of all courses."""
        self._index = index
        self.courses = courses
        turns = (self._turn(course, 0) for course in courses)
        self._turns = [turn for turn in turns if turn is not None]
        self.at = self._soonest()

    def take_next(self) -> Turn:
        """Return what begins or ends next, and move on; ties go by the profile's order."""
        place = min(range(len(self._turns)), key=lambda n: self._turns[n].at)
        turn = self._turns[place]
        following = self._following(turn)
        self._turns[place : place + 1] = [] if following is None else [following]
        self.at = self._soonest()
        return turn

    def forget(self, kind: type) -> None:
        """Let all of one kind of cause be over for this terminal."""
        self._turns = [turn for turn in self._turns if not isinstance(turn.course.cause, kind)]
        self.at = self._soonest()

    def current(
        self, kind: type[Kind] | tuple[type[Kind], ...], now: Millis
    ) -> Iterator[tuple[Kind, Course, Spell]]:
        """Yield the spells of a kind of cause that hold at `now`, already taken or not."""
        for turn in self._turns:
            cause = turn.course.cause
            spell: Spell | None = turn.spell if isinstance(cause, kind) else None
            while spell is not None and spell.begin <= now:
                if now < spell.end:
                    yield cause, turn.course, spell  # type: ignore[misc]
                spell = turn.course.spell_of(self._index, spell.number + 1)

    def begun(self, kind: type[Kind]) -> Iterator[Kind]:
        """Yield the causes of a kind whose begin was taken, and whose end was not."""
        for turn in self._turns:
            if not turn.begins and isinstance(turn.course.cause, kind):
                yield turn.course.cause

    def next_of(self, kind: type | tuple[type, ...]) -> Millis:
        """Return the instant of the next begin, not yet taken, of a kind of cause."""
        begins = (
            turn.at for turn in self._turns if turn.begins and isinstance(turn.course.cause, kind)
        )
        return min(begins, default=NEVER)

    def _turn(self, course: Course, number: int) -> Turn | None:
        spell = course.spell_of(self._index, number)
        if spell is None:
            return None
        begin = Turn(spell.begin, course, spell, begins=True)
        before = course.cause.slow if isinstance(course.cause, Gateway) else 0
        return begin._replace(at=begin.at - before, begins=False, looms=True) if before else begin

    def _following(self, turn: Turn) -> Turn | None:
        if turn.looms:
            return Turn(turn.spell.begin, turn.course, turn.spell, begins=True)
        if turn.begins and turn.spell.end > turn.spell.begin:
            return Turn(turn.spell.end, turn.course, turn.spell, begins=False)
        return self._turn(turn.course, turn.spell.number + 1)

    def _soonest(self) -> Millis:
        return min((turn.at for turn in self._turns), default=NEVER)


CALM: Final = Fate(0, ())
"""The fate of whoever no common cause concerns; nobody moves on in it."""
