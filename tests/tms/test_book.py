"""The book of campaigns: decisions at ticks, from a set of reports, in whatever order they come."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fleet.profile.campaigns import Abort, Campaign, Wave
from fleet.profile.estate import Estate
from fleet.tms.book import Book, Outcome, Progress, TickClock
from fleet.tms.turns import Turns, taking_part
from fleet.wire.messages import UpdateReported
from fleet.wire.words import UpdateWord

CLOCK = TickClock(origin_ms=1_000_000, tick_ms=300_000, lead_ms=60_000)
END = CLOCK.origin_ms + 40 * CLOCK.tick_ms


def campaign(**more: object) -> Campaign:
    """Return a campaign that stops when more than a fifth of at least five have failed."""
    values = {"name": "c", "version": "2", "at": 0, "abort": (Abort(share=0.2, executed_min=5),)}
    return Campaign(**(values | more))  # type: ignore[arg-type]


Fact = tuple[int, int, Outcome]
FACTS = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.integers(CLOCK.origin_ms, END - 3 * CLOCK.tick_ms),
        st.sampled_from(["ordered", "succeeded", "failed", "rejected", "rolled_back"]),
    ),
    max_size=60,
    unique_by=lambda fact: (fact[0], fact[2]),
)


def told(facts: list[Fact]) -> Progress:
    """Return the progress after all these facts, each told before it counts."""
    progress = Progress(campaign(), CLOCK)
    for index, at_ms, outcome in facts:
        progress.note(index, at_ms, outcome)
    progress.decide(END)
    return progress


@given(FACTS, st.randoms())
def test_the_order_of_arrival_decides_nothing(facts: list[Fact], chance: object) -> None:
    """The same set of reports stops a campaign at the same tick, whoever is heard first."""
    # Who was ordered is noted before what became of it, as a terminal's own messages keep order.
    ordered = sorted(facts, key=lambda fact: fact[2] != "ordered")
    shuffled = list(ordered)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    shuffled.sort(key=lambda fact: fact[2] != "ordered")
    assert told(ordered).stopped_ms == told(shuffled).stopped_ms


@given(FACTS)
def test_deciding_often_or_once_is_the_same(facts: list[Fact]) -> None:
    """A run that asks at every heartbeat comes to the same as one that asks at the end."""
    facts = sorted(facts, key=lambda fact: fact[1])
    step_by_step = Progress(campaign(), CLOCK)
    for index, at_ms, outcome in facts:
        step_by_step.decide(at_ms)
        step_by_step.note(index, at_ms, outcome)
    step_by_step.decide(END)
    assert step_by_step.stopped_ms == told(facts).stopped_ms
    assert step_by_step.late == 0


@given(FACTS)
def test_a_campaign_stops_at_a_tick_and_only_with_reason(facts: list[Fact]) -> None:
    """What it goes by was told a lead before, and was enough."""
    stopped_ms = told(facts).stopped_ms
    if stopped_ms is None:
        return
    assert (stopped_ms - CLOCK.origin_ms) % CLOCK.tick_ms == 0
    counted = sorted((at_ms, index, outcome) for index, at_ms, outcome in facts)
    latest = {
        index: outcome
        for at_ms, index, outcome in counted
        if at_ms + CLOCK.lead_ms < stopped_ms and outcome != "ordered"
    }
    ended = list(latest.values())
    against = [outcome for outcome in ended if outcome != "succeeded"]
    assert len(ended) >= 5
    assert len(against) > 0.2 * len(ended)


def test_a_report_that_comes_too_late_is_counted_as_late() -> None:
    """It counts at the next tick, and the run can say so."""
    progress = Progress(campaign(), CLOCK)
    progress.decide(CLOCK.origin_ms + 3 * CLOCK.tick_ms + 1)
    for index in range(5):
        progress.note(index, CLOCK.origin_ms, "failed")
    assert progress.late == 5
    progress.decide(END)
    assert progress.stopped_ms == CLOCK.origin_ms + 4 * CLOCK.tick_ms


def test_silence_times_out() -> None:
    """Who was ordered and never tells of an end counts as timed out, and stops a campaign."""
    asked = campaign(
        timeout=600_000, abort=(Abort(outcome="timed_out", share=0.5, executed_min=3),)
    )
    progress = Progress(asked, CLOCK)
    for index in range(3):
        progress.note(index, CLOCK.origin_ms, "ordered")
    progress.decide(END)
    assert set(progress.latest.values()) == {"timed_out"}
    assert progress.stopped_ms == CLOCK.origin_ms + 3 * CLOCK.tick_ms


def report(state: UpdateWord, runs: str) -> UpdateReported:
    """Return what a terminal tells."""
    return UpdateReported(CLOCK.origin_ms, 2, "2", state, runs)


def test_progress_is_no_proof() -> None:
    """A success with another version than the one ordered has failed."""
    book = Book({1: campaign()}, CLOCK)
    book.heed(1, 0, report("succeeded", "2"))
    book.heed(1, 1, report("succeeded", "1"))
    book.heed(1, 2, report("installing", "1"))
    assert book.counts() == {"c": {"succeeded": 1, "failed": 1}}


# ------------------------------------------------------------------------- turns

PLACES = st.floats(0.0, 1.0, exclude_max=True)


@given(st.lists(PLACES, min_size=2), st.integers(1, 1_000))
def test_turns_come_in_the_order_of_places(places: list[float], per_minute: int) -> None:
    """Within a campaign nobody overtakes; each wave begins when it is planned to."""
    waves = (Wave(share=0.1), Wave(share=0.5, after=3_600_000), Wave(share=1.0, after=7_200_000))
    turns = Turns.of(Estate(terminals=100), campaign(waves=waves, per_minute=float(per_minute)))
    at = {place: turns.after_ms(place) for place in sorted(places)}
    for place, after_ms in at.items():
        assert after_ms is not None
        assert after_ms >= (0 if place < 0.1 else 3_600_000 if place < 0.5 else 7_200_000)
    for wave in ((0.0, 0.1), (0.1, 0.5), (0.5, 1.0)):
        within = [a for p, a in at.items() if wave[0] <= p < wave[1] and a is not None]
        assert all(one <= other for one, other in pairwise(within))


def test_a_rate_is_kept() -> None:
    """600 terminals at 10 a minute take an hour, as many in each part of it."""
    turns = Turns.of(Estate(terminals=600), campaign(per_minute=10.0))
    instants = [turns.after_ms((n + 0.5) / 600) or 0 for n in range(600)]
    for minute in range(60):
        begun = [at for at in instants if minute * 60_000 < at <= (minute + 1) * 60_000]
        assert len(begun) == 10


def test_beyond_the_last_wave_nobody_has_a_turn() -> None:
    """Waves that end at a half reach half of the estate."""
    turns = Turns.of(Estate(terminals=10), campaign(waves=(Wave(share=0.5),)))
    assert turns.after_ms(0.49) == 0
    assert turns.after_ms(0.5) is None


def test_who_takes_part_is_reckoned_from_shares() -> None:
    """A cohort's size follows from the shares of the estate."""
    assert taking_part(Estate(terminals=200), campaign(share=0.25)) == 50.0
