"""How one campaign is going: who has ended how, whether it has to stop, which waves have begun.

Theory of operation
-------------------
A campaign is what couples terminals: when too many have failed, the others are not asked any more;
and a wave may have to wait until enough have succeeded. So that this does not depend on who is
heard first, it is decided at *ticks*, multiples of `tms.tick` on the business clock, from reports
that every world has by then:

    at tick T    what was told before T - `tms.order_lead`
    holds        for heartbeats after T, up to the next tick and for ever after

Reports carry the instant at which they were told, and counting does not depend on their order: what
is decided at a tick is a function of a set. Hence live and virtual runs, one shard and many, agree,
as long as a report takes no longer than the lead. One that does is taken into account at the next
tick and counted as late, so that a run can say so.

No wave begins before the one before it. One that waits for successes does so until the last of
those before it has had its turn and as long again as the campaign's time-out; then the campaign
stands where it is.
"""

from collections import Counter
from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Final, Literal, NamedTuple, get_args

from fleet.profile.campaigns import Abort, Campaign, Wave
from fleet.tms.turns import Turns
from fleet.units import Millis

Outcome = Literal[
    "ordered", "succeeded", "failed", "rejected", "expired", "cancelled", "rolled_back", "timed_out"
]
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
_AGAINST: Final[frozenset[Outcome]] = frozenset({"failed", "rejected", "timed_out", "rolled_back"})
_WHOLE: Final = (Wave(share=1.0),)


class Ruling(NamedTuple):
    """What was decided of a campaign.

    Attributes:
        tick_ms: Unix time of the tick at which it was.
        line: The campaign's, in the plan.
        opens: Number of the wave that may begin, from 0; None if the campaign stops.
    """

    tick_ms: int
    line: int
    opens: int | None = None


class TickClock(NamedTuple):
    """When is decided; all in Unix milliseconds on the business clock.

    Attributes:
        origin_ms: The run's beginning; ticks count from there.
        tick_ms: From one to the next.
        lead_ms: How long a report may take to arrive.
    """

    origin_ms: int
    tick_ms: Millis
    lead_ms: Millis

    def tick_for(self, at_ms: int, decided_ms: int) -> int:
        """Return the tick at which a report of `at_ms` counts: one that is not decided yet."""
        first = (at_ms + self.lead_ms - self.origin_ms) // self.tick_ms + 1
        undecided = (decided_ms - self.origin_ms) // self.tick_ms + 1
        return self.origin_ms + max(first, undecided) * self.tick_ms

    def last_before(self, before_ms: int) -> int:
        """Return the last tick before `before_ms`, or the beginning."""
        passed = (before_ms - 1 - self.origin_ms) // self.tick_ms
        return self.origin_ms + max(0, passed) * self.tick_ms


class Progress:
    """How one campaign is going.

    Attributes:
        campaign: What is asked for.
        stopped_ms: Unix time of the tick at which it stopped; None while it goes on.
        starts: When each wave begins, in business time of the run; None for those that wait.
        late: Reports that came after the tick at which they should have counted.
        latest: The last that was heard of each terminal, for who looks on.
    """

    __slots__ = (
        "_clock", "_decided_ms", "_events", "_opened", "_outcomes", "_turns", "_waves", "campaign",
        "late", "latest", "starts", "stopped_ms",
    )  # fmt: skip

    def __init__(self, campaign: Campaign, clock: TickClock, turns: Turns | None = None) -> None:
        """Begin a campaign with these turns; all of a wave at once unless given."""
        self.campaign: Final = campaign
        self.stopped_ms: int | None = None
        self.late = 0
        self.latest: dict[int, Outcome] = {}
        self._waves = campaign.waves or _WHOLE
        self._turns = turns or Turns(tuple(wave.share for wave in self._waves))
        self._outcomes: dict[int, Outcome] = {}
        self._events: list[tuple[int, int, Outcome]] = []
        self._clock = clock
        self._decided_ms = clock.origin_ms
        self._opened: dict[int, int] = {}
        self.starts: list[Millis | None] = self._find_starts()

    @property
    def begins_ms(self) -> int:
        """Unix time from which on anything may be decided."""
        return self._clock.origin_ms + self.campaign.at

    @property
    def ends_ms(self) -> int:
        """Unix time up to which anything may be decided; 0 if nothing is, or nothing is left."""
        if self.stopped_ms is not None or not (self.campaign.abort or None in self.starts):
            return 0
        lasts_ms, clock = self._turns.lasts_ms, self._clock
        last_ms = max(at + lasts_ms(wave) for wave, at in enumerate(self.starts) if at is not None)
        told_ms = last_ms + self.campaign.timeout + clock.lead_ms
        return clock.origin_ms + told_ms + clock.tick_ms

    def note(self, index: int, at_ms: int, outcome: Outcome) -> None:
        """Note what became of a terminal at the Unix time `at_ms`, in whatever order it comes."""
        if outcome == "ordered" and index in self.latest:
            return  # given again, as it was not received
        if outcome == "ordered":
            heappush(self._events, (at_ms + self.campaign.timeout, index, "timed_out"))
        self.latest[index] = outcome
        if self.campaign.decided:  # where nothing is decided, nothing is too late
            self.late += at_ms + self._clock.lead_ms < self._decided_ms
        heappush(self._events, (at_ms, index, outcome))

    def decide(self, before_ms: int) -> None:
        """Decide at every tick before the Unix time `before_ms` that has not been decided."""
        clock = self._clock
        while self._events:
            tick_ms = clock.tick_for(self._events[0][0], self._decided_ms)
            if tick_ms >= before_ms:
                break
            while self._events and self._events[0][0] + clock.lead_ms < tick_ms:
                _, index, outcome = heappop(self._events)
                self._fold(index, outcome)
            self._decided_ms = tick_ms
            if tick_ms <= self.ends_ms:
                self._rule(tick_ms)
        self._decided_ms = max(self._decided_ms, clock.last_before(before_ms))

    def apply(self, ruling: Ruling) -> None:
        """Let a ruling hold."""
        if ruling.opens is None:
            self.stopped_ms = ruling.tick_ms
        else:
            self._opened[ruling.opens] = ruling.tick_ms
            self.starts = self._find_starts()

    def rulings(self, line: int) -> Iterator[Ruling]:
        """Yield what was decided, of the campaign of this line of the plan."""
        for wave, tick_ms in self._opened.items():
            yield Ruling(tick_ms, line, wave)
        if self.stopped_ms is not None:
            yield Ruling(self.stopped_ms, line)

    def _rule(self, tick_ms: int) -> None:
        counts = Counter(self._outcomes.values())
        executed = counts.total() - counts["ordered"]
        if any(_is_over(rule, counts, executed) for rule in self.campaign.abort):
            self.stopped_ms = tick_ms
            return
        while None in self.starts:
            wave = self.starts.index(None)
            if counts["succeeded"] < (self._waves[wave].succeeded or 0):
                break
            self.apply(Ruling(tick_ms, 0, wave))

    def _find_starts(self) -> list[Millis | None]:
        """Return when each wave begins, as far as that has been decided."""
        starts: list[Millis | None] = []
        begun: Millis | None = self.campaign.at
        for number, wave in enumerate(self._waves):
            opened_ms = self._opened.get(number)
            if begun is not None and wave.gated:
                opened = None if opened_ms is None else opened_ms - self._clock.origin_ms
                begun = None if opened is None else max(begun, opened)
            begun = None if begun is None else max(begun, self.campaign.at + wave.after)
            starts.append(begun)
        return starts

    def _fold(self, index: int, outcome: Outcome) -> None:
        if outcome == "ordered":
            self._outcomes.setdefault(index, outcome)
        elif outcome != "timed_out":
            self._outcomes[index] = outcome
        elif self._outcomes.get(index) == "ordered":
            self._outcomes[index] = outcome
            if self.latest[index] == "ordered":
                self.latest[index] = outcome


def _is_over(rule: Abort, counts: Counter[Outcome], executed: int) -> bool:
    if executed < rule.executed_min:
        return False
    against = _AGAINST if rule.outcome == "any" else frozenset({rule.outcome})
    return sum(counts[outcome] for outcome in against) > rule.share * executed
