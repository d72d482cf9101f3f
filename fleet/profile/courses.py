"""One common cause in one group: when it begins and ends.

Theory of operation
-------------------
Every cause has streams of its own, keyed by its name and by the group that shares its occurrences
(the estate, a region, a cell or a site). Terminals only read them, so no terminal's own streams
move, and whoever asks gets the same answer: a shard, another shard, or the TMS's desk.

A *course* is one cause in one group: its *spells*, from begin to end, made as they are asked for,
ascending and apart. Courses are shared by all terminals of the group. What a spell does is not said
here.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from fleet.chance.law import Law
from fleet.chance.streams import Purpose, Streams
from fleet.profile.causes import AnyCause, BadVersion, Certificate, ClockStep, Lasting
from fleet.units import DAY_MS, DURATION_MS_MAX, Millis

_GAP: Final = Purpose("cause.gap")
_LASTS: Final = Purpose("cause.lasts")
_SPREAD: Final = Purpose("cause.spread")
_REMEDY: Final = Purpose("cause.remedy")
_OWN: Final = Purpose("cause.terminal")
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
