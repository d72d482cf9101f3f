"""The packaged profiles keep what their comments promise."""

import pytest

from fleet.profile import load, names
from fleet.units import HOUR_MS, MINUTE_MS, parse_time_of_day

CODES = {"PWR-101", "COM-201", "RDR-402", "PRN-503", "SW-702", "PWR-106"}


@pytest.mark.parametrize("name", names())
def test_each_tells_a_story(name: str) -> None:
    """A title and a description say what to look for."""
    profile = load(name)
    assert profile.title
    assert profile.description


def test_the_demo_is_a_shop_day_in_two_minutes() -> None:
    """Two minutes at its speed are the twelve hours from 08:00 to 20:00."""
    run = load("demo").run
    assert run.duration == 2 * MINUTE_MS
    assert run.duration * run.speed == 12 * HOUR_MS
    assert (run.start.hour, run.start.weekday()) == (8, 0)


def test_the_demo_shows_each_fault_several_times() -> None:
    """A thousand terminals see five to a hundred first onsets of each kind in ten hours."""
    profile = load("demo")
    assert set(profile.faults) == CODES
    for code, fault in profile.faults.items():
        assert fault.onset is not None
        onsets = profile.estate.terminals * fault.onset.cdf(10 * HOUR_MS)
        assert 5 < onsets < 100, code


def test_the_demo_gives_a_heartbeat_within_five_seconds() -> None:
    """Shops that open in the first ten minutes are up long before half an hour is over."""
    profile = load("demo")
    assert profile.day is not None
    early = profile.day.opens.cdf(parse_time_of_day("08:10"))
    slow_start_ms = (
        profile.boot.duration.quantile(0.99)
        + len(profile.self_test.failure) * profile.self_test.step.quantile(0.99)
        + profile.sign_in.typing.quantile(0.99)
    )
    assert profile.estate.terminals * early > 50
    assert 10 * MINUTE_MS + slow_start_ms < 5_000 * profile.run.speed


def test_the_demo_closes_from_twenty_past_seven() -> None:
    """No shop closes before 19:20, and most do before the run ends."""
    day = load("demo").day
    assert day is not None
    assert day.closes.quantile(0.0) == parse_time_of_day("19:20")
    assert day.closes.cdf(parse_time_of_day("20:00")) > 0.9


def test_steady_is_real_time_and_always_on() -> None:
    """Speed 1, no opening hours, one heartbeat in 15 minutes, powered up over a minute."""
    profile = load("steady")
    assert (profile.run.speed, profile.day, profile.ramp.over) == (1.0, None, MINUTE_MS)
    assert profile.heartbeat.interval == 15 * MINUTE_MS


def test_steady_keeps_to_the_published_link_outages() -> None:
    """A fifth of the outages last over ten minutes, their mean is 8.6 minutes (IMC 2014)."""
    repair = load("steady").faults["COM-201"].repair
    assert repair is not None
    assert repair.survival(10 * MINUTE_MS) == pytest.approx(0.2, abs=0.005)
    assert repair.mean() == pytest.approx(8.6 * MINUTE_MS, rel=0.01)


def test_steady_wears_readers_as_slowly_as_it_says() -> None:
    """2.2 % of the chip readers fail in their first year."""
    onset = load("steady").faults["RDR-402"].onset
    assert onset is not None
    assert onset.cdf(365 * 24 * HOUR_MS) == pytest.approx(0.022, rel=0.005)
