"""The book of campaigns: how they are going, and whether one has to stop.

Theory of operation
-------------------
A campaign is what couples terminals: when too many have failed, the others are not asked any more.
So that this does not depend on who is heard first, it is decided at *ticks*, multiples of
`tms.tick` on the business clock, from reports that every world has by then:

    at tick T    what was told before T - `tms.order_lead`
    holds        for heartbeats after T, up to the next tick and for ever after

Reports carry the instant at which they were told, and counting does not depend on their order: the
book at a tick is a function of a set. Hence live and virtual runs, one shard and many, agree, as
long as a report takes no longer than the lead. One that does is taken into account at the next tick
and counted as late, so that a run can say so.

The rest of the desk has no memory. The book has: it is lost with its process, and there can be but
one of it (a profile with several TMS instances and a campaign that may stop is refused).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from heapq import heappop, heappush
from typing import Final, Literal, NamedTuple, get_args

from fleet.profile.campaigns import Abort, Campaign
from fleet.units import Millis
from fleet.wire.messages import UpdateReported
from fleet.wire.words import UpdateWord

Outcome = Literal[
    "ordered", "succeeded", "failed", "rejected", "expired", "cancelled", "rolled_back", "timed_out"
]
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
_ENDS: Final[Mapping[UpdateWord, Outcome]] = {
    "succeeded": "succeeded",
    "failed": "failed",
    "rejected": "rejected",
    "expired": "expired",
    "cancelled": "cancelled",
    "rolled_back": "rolled_back",
}
_AGAINST: Final[frozenset[Outcome]] = frozenset({"failed", "rejected", "timed_out", "rolled_back"})


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
        span_ms: Unix times from which and to which it may stop.
        stopped_ms: Unix time of the tick at which it stopped; None while it goes on.
        late: Reports that came after the tick at which they should have counted.
        latest: The last that was heard of each terminal, for who looks on.
    """

    __slots__ = (
        "_clock", "_decided_ms", "_events", "_outcomes", "campaign", "late", "latest",
        "span_ms", "stopped_ms",
    )  # fmt: skip

    def __init__(self, campaign: Campaign, clock: TickClock, rollout_ms: Millis = 0) -> None:
        """Begin a campaign whose last terminal has its turn `rollout_ms` after the first."""
        self.campaign: Final = campaign
        begins_ms = clock.origin_ms + campaign.at
        ends_ms = begins_ms + rollout_ms + campaign.timeout + clock.lead_ms + clock.tick_ms
        self.span_ms: Final = (begins_ms, ends_ms) if campaign.abort else (0, 0)
        self.stopped_ms: int | None = None
        self.late = 0
        self.latest: dict[int, Outcome] = {}
        self._outcomes: dict[int, Outcome] = {}
        self._events: list[tuple[int, int, Outcome]] = []
        self._clock = clock
        self._decided_ms = clock.origin_ms

    def note(self, index: int, at_ms: int, outcome: Outcome) -> None:
        """Note what became of a terminal at the Unix time `at_ms`, in whatever order it comes."""
        if outcome == "ordered" and index in self.latest:
            return  # given again, as it was not received
        if outcome == "ordered":
            heappush(self._events, (at_ms + self.campaign.timeout, index, "timed_out"))
        self.latest[index] = outcome
        if self.campaign.abort:  # where nothing is decided, nothing is too late
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
            if self.stopped_ms is None and tick_ms <= self.span_ms[1] and self._must_stop():
                self.stopped_ms = tick_ms
        self._decided_ms = max(self._decided_ms, clock.last_before(before_ms))

    def _fold(self, index: int, outcome: Outcome) -> None:
        if outcome == "ordered":
            self._outcomes.setdefault(index, outcome)
        elif outcome != "timed_out":
            self._outcomes[index] = outcome
        elif self._outcomes.get(index) == "ordered":
            self._outcomes[index] = outcome
            if self.latest[index] == "ordered":
                self.latest[index] = outcome

    def _must_stop(self) -> bool:
        counts = Counter(self._outcomes.values())
        executed = counts.total() - counts["ordered"]
        return any(_is_over(rule, counts, executed) for rule in self.campaign.abort)


class Book:
    """All campaigns of a plan, by the line of each."""

    def __init__(
        self,
        campaigns: Mapping[int, Campaign],
        clock: TickClock,
        rollouts_ms: Mapping[int, Millis] | None = None,
    ) -> None:
        """Open the book; how long each roll-out takes says for how long it may stop."""
        self._clock = clock
        taken_ms = rollouts_ms or {}
        self._pages: Final = {
            line: Progress(campaign, clock, taken_ms.get(line, 0))
            for line, campaign in campaigns.items()
        }

    def ticks(self, after_ms: int, until_ms: int) -> Iterator[int]:
        """Yield the ticks after and up to these Unix times at which a campaign may stop."""
        for begins_ms, ends_ms in sorted(
            page.span_ms for page in self._pages.values() if page.stopped_ms is None
        ):
            tick_ms = self._clock.last_before(max(after_ms, begins_ms) + 1) + self._clock.tick_ms
            while tick_ms <= min(until_ms, ends_ms):
                yield tick_ms
                after_ms = tick_ms
                tick_ms += self._clock.tick_ms

    @property
    def may_stop(self) -> bool:
        """Whether any campaign is ever stopped."""
        return any(page.campaign.abort for page in self._pages.values())

    def stopped_ms(self, line: int) -> int | None:
        """Return the Unix time at which a campaign stopped, if it has."""
        page = self._pages.get(line)
        return None if page is None else page.stopped_ms

    def ordered(self, line: int, index: int, at_ms: int) -> None:
        """Note that a terminal gets a campaign's update."""
        if line in self._pages:
            self._pages[line].note(index, at_ms, "ordered")

    def heed(self, line: int, index: int, report: UpdateReported) -> None:
        """Note what a terminal told of its update."""
        page, outcome = self._pages.get(line), _ENDS.get(report.state)
        if page is None or outcome is None:
            return
        if outcome == "succeeded" and report.runs != report.version:
            outcome = "failed"  # progress is no proof
        page.note(index, report.ts, outcome)

    def decide(self, before_ms: int) -> None:
        """Decide at every tick before the Unix time `before_ms` that has not been decided."""
        for page in self._pages.values():
            page.decide(before_ms)

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


def _is_over(rule: Abort, counts: Counter[Outcome], executed: int) -> bool:
    if executed < rule.executed_min:
        return False
    against = _AGAINST if rule.outcome == "any" else frozenset({rule.outcome})
    return sum(counts[outcome] for outcome in against) > rule.share * executed
