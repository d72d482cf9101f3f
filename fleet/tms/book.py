"""The book of campaigns: how they are going, page by page.

What is decided of them is decided at ticks (see `fleet.tms.progress`). The rest of the desk has no
memory. The book has, and there can be but one of it (a profile with several TMS instances and a
campaign of which anything is decided is refused). It is a function of the steps that brought it
where it is, so whoever keeps those (`fleet.tms.journal`) can open it again.

Whoever lives a part of an estate alone cannot keep such a book. It is given one that is *foretold*:
what was decided of the whole estate is known beforehand, as a common cause is, and the book only
takes down what its terminals tell.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from fleet.profile.campaigns import Campaign
from fleet.tms.progress import Outcome, Progress, Ruling, TickClock
from fleet.tms.turns import Turns
from fleet.units import Millis
from fleet.wire.messages import UpdateReported
from fleet.wire.words import UpdateWord

_ENDS: Final[Mapping[UpdateWord, Outcome]] = {
    "succeeded": "succeeded",
    "failed": "failed",
    "rejected": "rejected",
    "expired": "expired",
    "cancelled": "cancelled",
    "rolled_back": "rolled_back",
}


class Note(NamedTuple):
    """What became of a terminal in a campaign.

    Attributes:
        at_ms: Unix time at which it was told.
        line: The campaign's, in the plan.
        terminal: Its number, from 0.
        outcome: How it ended, or that it was ordered.
    """

    at_ms: int
    line: int
    terminal: int
    outcome: Outcome


class Decision(NamedTuple):
    """That everything was decided which could be.

    Attributes:
        before_ms: Unix time before which each tick has been decided.
    """

    before_ms: int


Step = Note | Decision


class Book:
    """All campaigns of a plan, by the line of each."""

    def __init__(
        self,
        campaigns: Mapping[int, Campaign],
        clock: TickClock,
        turns: Mapping[int, Turns] | None = None,
    ) -> None:
        """Open the book; turns say for how long anything may be decided of a campaign."""
        self._clock = clock
        self._keep: Callable[[Step], None] = _forget
        self._decided_ms = clock.origin_ms
        known = turns or {}
        self._pages: Final = {
            line: Progress(campaign, clock, known.get(line)) for line, campaign in campaigns.items()
        }

    def retrace(self, steps: Iterable[Step]) -> None:
        """Go these steps again, all that were kept of a book of the same plan, in their order."""
        for step in steps:
            if isinstance(step, Note):
                self.note(step)
            else:
                self.decide(step.before_ms)

    def keep_steps(self, keep: Callable[[Step], None]) -> None:
        """Let `keep` have every step from now on, before it has any effect."""
        self._keep = keep

    def ticks(self, after_ms: int, until_ms: int) -> Iterator[int]:
        """Yield the ticks after and up to these Unix times at which anything may be decided."""
        while True:
            ahead = [
                (self._clock.last_before(max(after_ms, page.begins_ms) + 1), page.ends_ms)
                for page in self._pages.values()
            ]
            step_ms = self._clock.tick_ms
            due = [at + step_ms for at, ends in ahead if at + step_ms <= min(until_ms, ends)]
            if not due:
                return
            after_ms = min(due)
            yield after_ms

    @property
    def decides(self) -> bool:
        """Whether anything is decided on the way, so that orders hang on what others tell."""
        return any(page.campaign.decided for page in self._pages.values())

    def stopped_ms(self, line: int) -> int | None:
        """Return the Unix time at which a campaign stopped, if it has."""
        page = self._pages.get(line)
        return None if page is None else page.stopped_ms

    def start_ms(self, line: int, wave: int) -> Millis | None:
        """Return when a wave begins, in business time of the run; None if it waits still."""
        return self._pages[line].starts[wave]

    def note(self, note: Note) -> None:
        """Note what became of a terminal."""
        self._keep(note)
        self._pages[note.line].note(note.terminal, note.at_ms, note.outcome)

    def ordered(self, line: int, index: int, at_ms: int) -> None:
        """Note that a terminal gets a campaign's update."""
        if line in self._pages:
            self.note(Note(at_ms, line, index, "ordered"))

    def heed(self, line: int, index: int, report: UpdateReported) -> None:
        """Note what a terminal told of its update."""
        outcome = _ENDS.get(report.state)
        if line not in self._pages or outcome is None:
            return
        if outcome == "succeeded" and report.runs != report.version:
            outcome = "failed"  # progress is no proof
        self.note(Note(report.ts, line, index, outcome))

    def decide(self, before_ms: int) -> None:
        """Decide at every tick before the Unix time `before_ms` that has not been decided."""
        if self._clock.last_before(before_ms) <= self._decided_ms:
            return  # between two ticks nothing is
        self._keep(Decision(before_ms))
        self._decided_ms = self._clock.last_before(before_ms)
        for page in self._pages.values():
            page.decide(before_ms)

    @property
    def rulings(self) -> tuple[Ruling, ...]:
        """What was decided, tick by tick."""
        ruled = (each for line, page in self._pages.items() for each in page.rulings(line))
        return tuple(sorted(ruled, key=lambda ruling: (ruling.tick_ms, ruling.line)))

    @property
    def late(self) -> int:
        """Reports that came too late for the tick at which they should have counted."""
        return sum(page.late for page in self._pages.values())

    def counts(self) -> dict[str, dict[str, int]]:
        """Return of each campaign, by name, how many terminals stand where, as last heard."""
        return {
            page.campaign.name: dict(Counter(page.latest.values())) for page in self._pages.values()
        }

    def stopped(self) -> list[str]:
        """Return the names of the campaigns that have stopped."""
        return [p.campaign.name for p in self._pages.values() if p.stopped_ms is not None]


def _forget(_step: Step) -> None:
    """Keep nothing."""


class ForetoldBook(Book):
    """A book of which it is known what will be decided, and when.

    Attributes:
        notes: What was told, by the terminals that are heard.
    """

    def __init__(
        self, campaigns: Mapping[int, Campaign], clock: TickClock, rulings: Iterable[Ruling]
    ) -> None:
        """Open the book."""
        super().__init__(campaigns, clock)
        self.notes: list[Note] = []
        self._to_come = sorted(rulings, key=lambda ruling: ruling.tick_ms)

    def ticks(self, after_ms: int, until_ms: int) -> Iterator[int]:
        """Yield the ticks after and up to these Unix times at which anything will be decided."""
        yield from sorted(
            {ruling.tick_ms for ruling in self._to_come if after_ms < ruling.tick_ms <= until_ms}
        )

    def note(self, note: Note) -> None:
        """Take down what became of a terminal."""
        self.notes.append(note)

    def decide(self, before_ms: int) -> None:
        """Let hold what is decided at every tick before the Unix time `before_ms`."""
        while self._to_come and self._to_come[0].tick_ms < before_ms:
            ruling = self._to_come.pop(0)
            self._pages[ruling.line].apply(ruling)
