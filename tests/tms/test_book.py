"""The book of campaigns: decisions at ticks, from a set of reports, in whatever order they come."""

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from fleet.profile.campaigns import Abort, Campaign, Wave
from fleet.profile.estate import Estate
from fleet.tms.book import Book, Decision, ForetoldBook, Note, Step
from fleet.tms.progress import Outcome, Progress, TickClock
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


# ------------------------------------------------------------------------- waves that wait

GATED = (
    Wave(share=0.1),
    Wave(share=0.5, after=600_000, succeeded=3),
    Wave(share=0.7, after=600_000),
    Wave(share=1.0, succeeded=5),
)


def climbing(*succeeded_ms: int, **more: object) -> Progress:
    """Return the progress of a campaign in gated waves, in which terminals succeed then."""
    progress = Progress(campaign(waves=GATED, **more), CLOCK)
    for index, at_ms in enumerate(succeeded_ms):
        progress.note(index, CLOCK.origin_ms + at_ms, "succeeded")
    progress.decide(END)
    return progress


def test_a_wave_waits_for_the_success_of_those_before() -> None:
    """It begins at the tick that knows of enough, and no wave behind it begins before."""
    assert climbing(1, 2).starts == [0, None, None, None]
    assert climbing(1, 2, 700_000).starts == [0, 900_000, 900_000, None]
    assert climbing(1, 2, 3, 4, 700_000).starts == [0, 600_000, 600_000, 900_000]


def test_a_wave_that_need_not_wait_begins_when_it_is_planned_to() -> None:
    """Successes that come early open it early, but it begins no sooner than `after`."""
    assert climbing(1, 2, 3).starts[:3] == [0, 600_000, 600_000]


def test_a_wave_waits_no_longer_than_anybody_could_still_tell() -> None:
    """After the last turn before it and the time-out, the campaign stands where it is."""
    assert climbing(1, 2, 2_000_000, timeout=1_500_000).starts[1] is None
    assert climbing(1, 2, 2_000_000, timeout=2_000_000).starts[1] == 2_100_000


def test_a_campaign_that_stops_opens_no_wave() -> None:
    """What speaks against it weighs more than what has succeeded."""
    progress = Progress(campaign(waves=GATED), CLOCK)
    for index in range(8):
        outcome: Outcome = "succeeded" if index % 2 else "failed"
        progress.note(index, CLOCK.origin_ms + 1_000, outcome)
    progress.decide(END)
    assert progress.stopped_ms == CLOCK.origin_ms + CLOCK.tick_ms
    assert progress.starts == [0, None, None, None]


@given(FACTS)
def test_waves_open_at_the_same_ticks_however_often_is_decided(facts: list[Fact]) -> None:
    """Deciding tick by tick, as a run does, or once at the end, opens the same."""
    calm = campaign(waves=GATED, abort=())
    often, once = Progress(calm, CLOCK), Progress(calm, CLOCK)
    for index, at_ms, outcome in sorted(facts, key=lambda fact: fact[1]):
        often.decide(at_ms)
        often.note(index, at_ms, outcome)
        once.note(index, at_ms, outcome)
    often.decide(END)
    once.decide(END)
    assert often.starts == once.starts


@given(FACTS)
def test_a_foretold_book_comes_to_what_the_other_came_to(facts: list[Fact]) -> None:
    """At each instant it says of stops and of waves what the book said that has decided them."""
    campaigns = {3: campaign(waves=GATED)}
    deciding = Book(campaigns, CLOCK)
    notes = sorted(Note(at_ms, 3, index, outcome) for index, at_ms, outcome in facts)
    seen = []
    for note in notes:
        deciding.decide(note.at_ms)
        seen.append((deciding.stopped_ms(3), [deciding.start_ms(3, n) for n in range(4)]))
        deciding.note(note)
    deciding.decide(END)
    foretold = ForetoldBook(campaigns, CLOCK, deciding.rulings)
    for note, said in zip(notes, seen, strict=True):
        foretold.decide(note.at_ms)
        assert (foretold.stopped_ms(3), [foretold.start_ms(3, n) for n in range(4)]) == said
        foretold.note(note)
    assert foretold.notes == notes
    foretold.decide(END)
    assert foretold.rulings == deciding.rulings


# ------------------------------------------------------------------------- turns

PLACES = st.floats(0.0, 1.0, exclude_max=True)


@given(st.lists(PLACES, min_size=2), st.integers(1, 1_000))
def test_turns_come_in_the_order_of_places(places: list[float], per_minute: int) -> None:
    """Within a campaign nobody overtakes, and each place is in the wave that ends behind it."""
    waves = (Wave(share=0.1), Wave(share=0.5, after=3_600_000), Wave(share=1.0, after=7_200_000))
    turns = Turns.of(Estate(terminals=100), campaign(waves=waves, per_minute=float(per_minute)))
    spots = [(place, turns.spot(place)) for place in sorted(places)]
    for place, spot in spots:
        assert spot is not None
        assert spot.wave == (0 if place < 0.1 else 1 if place < 0.5 else 2)
        assert 0 <= spot.after_ms <= turns.lasts_ms(spot.wave)
    assert all(one <= other for (_, one), (_, other) in pairwise(spots) if one and other)


def test_a_rate_is_kept() -> None:
    """600 terminals at 10 a minute take an hour, as many in each part of it."""
    turns = Turns.of(Estate(terminals=600), campaign(per_minute=10.0))
    spots = [turns.spot((n + 0.5) / 600) for n in range(600)]
    instants = [spot.after_ms for spot in spots if spot is not None]
    assert turns.lasts_ms(0) == 3_600_000
    for minute in range(60):
        begun = [at for at in instants if minute * 60_000 < at <= (minute + 1) * 60_000]
        assert len(begun) == 10


def test_beyond_the_last_wave_nobody_has_a_turn() -> None:
    """Waves that end at a half reach half of the estate."""
    turns = Turns.of(Estate(terminals=10), campaign(waves=(Wave(share=0.5),)))
    assert turns.spot(0.49) == (0, 0)
    assert turns.spot(0.5) is None


def test_who_takes_part_is_reckoned_from_shares() -> None:
    """A cohort's size follows from the shares of the estate."""
    assert taking_part(Estate(terminals=200), campaign(share=0.25)) == 50.0


PAGES = {1: campaign(waves=(Wave(share=0.5), Wave(share=1.0, succeeded=2)))}


@given(FACTS, st.lists(st.integers(CLOCK.origin_ms, END), max_size=20), st.randoms(), st.data())
def test_a_book_can_be_opened_again_wherever_it_was_left(
    facts: list[Fact], asked: list[int], chance: Random, data: st.DataObject
) -> None:
    """Who retraces the steps kept until any instant ends as the book that went on."""
    notes = [Note(at_ms, 1, index, outcome) for index, at_ms, outcome in facts]
    doings: list[Step] = [*notes, *map(Decision, asked)]
    chance.shuffle(doings)
    left = data.draw(st.integers(0, len(doings)))
    kept: list[Step] = []
    whole, before, again = (Book(PAGES, CLOCK) for _ in range(3))
    before.keep_steps(kept.append)
    do(whole, doings)
    do(before, doings[:left])
    again.retrace(kept)
    do(again, doings[left:])
    assert (again.rulings, again.counts(), again.late) == (
        whole.rulings, whole.counts(), whole.late,
    )  # fmt: skip


def do(book: Book, doings: list[Step]) -> None:
    """Let a book note and decide."""
    for doing in doings:
        if isinstance(doing, Note):
            book.note(doing)
        else:
            book.decide(doing.before_ms)
