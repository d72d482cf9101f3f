"""What concerns one terminal of all common causes, and how far it has come in it.

A cause is out of the terminal's hands; what it makes of it is in `fleet.life.fortune`.
"""

from collections.abc import Iterator
from typing import Final, TypeVar

from fleet.profile.causes import Cause
from fleet.profile.courses import Course, Spell, Turn
from fleet.units import Millis

NEVER: Final[Millis] = 2**62
"""An instant that does not come."""

Kind = TypeVar("Kind", bound=Cause)


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
        self, kind: type[Kind] | tuple[type[Kind], ...], now: Millis, fw: str
    ) -> Iterator[tuple[Kind, Course, Spell]]:
        """Yield the spells of a kind of cause that hold at `now` for whoever runs version `fw`.

        Whether their begin was taken already does not matter.
        """
        for turn in self._turns:
            cause = turn.course.cause
            if not isinstance(cause, kind) or not cause.admits_version(fw):
                continue
            spell: Spell | None = turn.spell
            while spell is not None and spell.begin <= now:
                if now < spell.end:
                    yield cause, turn.course, spell
                spell = turn.course.spell_of(self._index, spell.number + 1)

    def begun(self, kind: type[Kind]) -> Iterator[Kind]:
        """Yield the causes of a kind whose begin was taken, and whose end was not."""
        for turn in self._turns:
            if not (turn.begins or turn.looms) and isinstance(turn.course.cause, kind):
                yield turn.course.cause

    def next_of(self, kind: type | tuple[type, ...], fw: str) -> Millis:
        """Return the instant of the next begin of a kind of cause, not yet taken, for version `fw`.

        `NEVER` if there is none.
        """
        ahead = (turn for turn in self._turns if turn.begins)
        concerned = (turn for turn in ahead if turn.course.cause.admits_version(fw))
        return min((t.at for t in concerned if isinstance(t.course.cause, kind)), default=NEVER)

    def _turn(self, course: Course, number: int) -> Turn | None:
        spell = course.spell_of(self._index, number)
        if spell is None:
            return None
        begin = Turn(spell.begin, course, spell, begins=True)
        before = course.cause.looms
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
