"""The climb ends at the first rate that is not held, and says what gave out there."""

import pytest

from benchmarks.errors import BenchError
from benchmarks.heartbeats import OURS, Window
from benchmarks.highest import Step, climb, judge

RATES = (10_000, 20_000, 30_000, 40_000)


def window(rate: float, lag_ms: float = 5.0, own: float = 0.5, its: float = 0.4) -> Window:
    """Return a window in which these shares of a core were used."""
    return Window(own * 1e6 / rate, rate, 0.0, lag_ms, its * 1e6 / rate)


def test_a_rate_may_be_tried_twice() -> None:
    """One late window is forgiven, a second one ends the climb."""
    lags = iter([5.0, 20.0, 5.0, 20.0, 10.0])
    steps = list(climb(lambda rate: window(rate, next(lags)), RATES))
    assert [(step.rate, step.held, len(step.seen)) for step in steps] == [
        (10_000, True, 1),
        (20_000, True, 2),
        (30_000, False, 2),
    ]
    result = judge({OURS: steps}, cores=2)
    assert result.claims[0].measured == 20_000
    assert result.notes[0].startswith(f"{OURS}: held 20,000/s; at 30,000/s its schedule gave out")


def test_too_few_messages_are_not_held_either() -> None:
    """Who sends less than 97 % of what was asked for has not held the rate, however punctual."""
    steps = list(climb(lambda rate: window(min(rate, 19_000)), RATES))
    assert [step.held for step in steps] == [True, False]


def test_all_rates_held_is_said_as_such() -> None:
    """The highest rate that was tried is not taken for a limit."""
    steps = list(climb(window, RATES))
    assert judge({OURS: steps}, cores=2).notes == [
        f"{OURS}: held 40,000/s, the highest that was tried"
    ]


def test_a_failure_ends_the_climb_in_its_own_words() -> None:
    """A generator that does not get to work has held nothing, and the table is still there."""

    def fail(rate: int) -> Window:
        if rate > 10_000:
            message = "it ended"
            raise BenchError(message)
        return window(rate, 50.0)

    assert judge({OURS: list(climb(fail, RATES))}, 2).claims[0].measured == 0
    late = list(climb(lambda rate: fail(rate + 1), RATES))
    result = judge({OURS: late}, cores=2)
    assert result.rows == []
    assert result.notes == [f"{OURS}: held none of these rates; at 10,000/s it ended"]


@pytest.mark.parametrize(
    ("own", "its", "what"),
    [
        (0.95, 0.95, "the machine's 2 cores gave out"),
        (0.95, 0.60, "its own core gave out"),
        (0.60, 0.95, "the broker's core gave out"),
        (0.60, 0.60, "its schedule gave out, though no core was full"),
    ],
)
def test_what_gave_out_is_told_by_who_used_the_cores(own: float, its: float, what: str) -> None:
    """Cores that are used up together come before one alone, and that before the schedule."""
    steps = [Step(10_000, [window(10_000, 50.0, own, its)])]
    (note,) = judge({OURS: steps}, cores=2).notes
    assert f"at 10,000/s {what} (of a core: itself {own:.0%}, broker {its:.0%}" in note
