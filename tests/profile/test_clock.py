"""The business clock."""

from hypothesis import given
from hypothesis import strategies as st

from fleet.profile import parse
from fleet.profile.clock import BusinessClock, origin_ms

RUN = parse('schema = 1\nname = "x"\n[run]\nstart = 2026-01-05T08:00:00\nspeed = 60.0\n').run
EPOCH_NS = 5_000_000_000


def test_the_origin_is_the_start_of_the_run() -> None:
    """Business zero is the profile's start, read as UTC."""
    assert origin_ms(RUN) == 1_767_600_000_000


def test_business_time_runs_at_its_speed() -> None:
    """A wall second is a minute at speed 60; before the epoch time is negative."""
    clock = BusinessClock.of(RUN, EPOCH_NS)
    assert clock.elapsed_ms(EPOCH_NS) == 0
    assert clock.elapsed_ms(EPOCH_NS + 1_000_000_000) == 60_000
    assert clock.elapsed_ms(EPOCH_NS - 1_000_000_000) == -60_000
    assert clock.unix_ms(EPOCH_NS) == origin_ms(RUN)


@given(st.lists(st.integers(0, 10**15), min_size=2), st.floats(0.001, 1e6))
def test_the_clock_never_goes_back(instants: list[int], speed: float) -> None:
    """Later on the monotonic clock is never earlier in business time."""
    clock = BusinessClock(0, EPOCH_NS, speed)
    times = [clock.elapsed_ms(instant) for instant in sorted(instants)]
    assert times == sorted(times)
