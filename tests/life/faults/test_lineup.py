"""A line-up knows who comes next, whatever enters, leaves or stops its clocks."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from fleet.life.faults import NEVER, Clock
from fleet.life.faults.clocks import Clocks
from fleet.life.faults.lineup import OUT, Lineup
from fleet.life.faults.slate import Slate
from tests.life.faults.races import DAY_OF_USE_MS, FLAT, profile_of

ONSETS = {"PWR-101": "powered", "COM-201": "powered", "RDR-402": "use", "SEC-902": "calendar"}
FAULTS = {code: {"onset": "10h", "clock": clock} for code, clock in ONSETS.items()}
SLATE = Slate(profile_of(FAULTS))
COUNT = len(SLATE.risks)
CLOCK_OF = [risk.clock for risk in SLATE.risks]


def lined_up(*readings: float) -> tuple[Lineup, Clocks]:
    """Return a line-up of those readings, by clocks that run since 0."""
    clocks = Clocks(FLAT, DAY_OF_USE_MS, 0, (0.0, 0.0, 0.0))
    clocks.start(0)
    lineup = Lineup(clocks, SLATE.clocked, COUNT)
    lineup.readings = array("d", readings)
    lineup.choose()
    return lineup, clocks


def test_nobody_comes_before_somebody_has_entered() -> None:
    """An empty line-up waits for ever."""
    lineup, _ = lined_up(*[OUT] * COUNT)
    assert lineup.at == NEVER
    lineup.readings[1] = 500.0
    lineup.enter(1, CLOCK_OF[1])
    assert (lineup.at, lineup.first()) == (500, 1)


def test_nobody_comes_while_the_clocks_stand() -> None:
    """With power again, powered time and use come later by the pause, the calendar as it would."""
    readings = [1_000.0] * COUNT
    readings[CLOCK_OF.index(Clock.CALENDAR)] = 1_200.0
    lineup, clocks = lined_up(*readings)
    clocks.stop(100)
    lineup.aim()
    assert lineup.at == NEVER
    clocks.start(600)
    lineup.aim()
    assert dict(lineup.pass_by(2_000)) == {
        n: 1_200 if clock is Clock.CALENDAR else 1_500 for n, clock in enumerate(CLOCK_OF)
    }


@given(
    st.lists(st.integers(1, 50), min_size=COUNT, max_size=COUNT),
    st.lists(st.tuples(st.integers(0, COUNT - 1), st.integers(1, 50)), max_size=8),
)
def test_the_next_is_the_least(first: list[int], later: list[tuple[int, int]]) -> None:
    """After any entries the next one is what a plain search through all readings finds."""
    lineup, _ = lined_up(*map(float, first))
    for n, reading in later:
        lineup.readings[n] = float(reading)
        lineup.choose(CLOCK_OF[n])
    assert lineup.at == min(lineup.readings)
    assert lineup.readings[lineup.first()] == lineup.at


@given(st.lists(st.integers(1, 50), min_size=COUNT, max_size=COUNT), st.integers(0, 60))
def test_whoever_has_passed_is_out(readings: list[int], now: int) -> None:
    """All that come by an instant are told of, once, with theirs; the others are still to come."""
    lineup, _ = lined_up(*map(float, readings))
    passed = {n: at for n, at in enumerate(readings) if at <= now}
    assert dict(lineup.pass_by(now)) == passed
    assert lineup.pass_by(now) == []
    assert lineup.at == min((at for at in readings if at > now), default=NEVER)
