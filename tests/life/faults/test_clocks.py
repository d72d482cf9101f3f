"""Clocks of wear can be asked both ways round, and the answers agree."""

from hypothesis import given
from hypothesis import strategies as st

from fleet.chance.daily import HOURS_PER_DAY, WeekCurve
from fleet.life.faults.clocks import Clocks
from fleet.life.faults.kinds import Clock
from fleet.units import DAY_MS

_ENTRY = (3.5e8, 9.25e10, 1.2e9)


@given(
    clock=st.sampled_from(list(Clock)),
    ahead=st.floats(0.0, 400.0 * DAY_MS),
    per_day=st.floats(0.01, 20.0).map(lambda days: days * DAY_MS),
    busy=st.lists(st.floats(0.0, 1.0), min_size=HOURS_PER_DAY, max_size=HOURS_PER_DAY),
    since=st.integers(0, 90 * DAY_MS),
)
def test_a_clock_shows_what_it_was_awaited_for(
    clock: Clock, ahead: float, per_day: float, busy: list[float], since: int
) -> None:
    """When the instant has come, the clock has come there too, but for half its own millisecond.

    Otherwise who waits for it would wait for an instant that is over, for ever.
    """
    curve = WeekCurve((*busy[:-1], 1.0))
    clocks = Clocks(curve, per_day, 4 * DAY_MS, _ENTRY)
    clocks.start(since)
    reading = clocks.reading(clock, since) + ahead
    assert clocks.reading(clock, clocks.when(clock, reading)) >= reading - 0.51
