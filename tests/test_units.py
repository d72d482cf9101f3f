"""Durations, sizes and times of day."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet import units


@given(st.integers(-units.DURATION_MS_MAX, units.DURATION_MS_MAX))
def test_durations_survive_the_round_trip(millis: int) -> None:
    """Whatever duration is written is read back as the same."""
    assert units.parse_duration(units.format_duration(millis)) == millis


@given(st.integers(0, 2**50))
def test_sizes_survive_the_round_trip(size: int) -> None:
    """Whatever size is written is read back as the same."""
    assert units.parse_size(units.format_size(size)) == size


@given(st.integers(0, units.DAY_MS // units.SECOND_MS))
def test_times_of_day_survive_the_round_trip(seconds: int) -> None:
    """Whatever second of the day is written is read back as the same."""
    millis = seconds * units.SECOND_MS
    assert units.parse_time_of_day(units.format_time_of_day(millis)) == millis


@given(st.integers(-14 * 60, 14 * 60))
def test_utc_offsets_survive_the_round_trip(minutes: int) -> None:
    """Whatever offset is written is read back as the same."""
    millis = minutes * units.MINUTE_MS
    assert units.parse_utc_offset(units.format_utc_offset(millis)) == millis


@pytest.mark.parametrize(
    ("text", "millis"),
    [
        ("0s", 0),
        ("250ms", 250),
        ("2.5s", 2_500),
        ("15m", 900_000),
        ("1h30m", 5_400_000),
        ("180d", 15_552_000_000),
        ("-3h", -10_800_000),
        (" 1m1ms ", 60_001),
    ],
)
def test_durations_mean_what_people_write(text: str, millis: int) -> None:
    """Each unit counts for what it is."""
    assert units.parse_duration(text) == millis


@pytest.mark.parametrize("text", ["", "m", "15", "15 m", "1s1m", "1m1m", "1.5ms", "five", "1e3s"])
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    """The message shows what was given and what would be right."""
    with pytest.raises(ValueError, match=r"is not a duration; write for example '250ms'") as info:
        units.parse_duration(text)
    assert repr(text) in str(info.value)


def test_a_duration_finer_than_a_millisecond_is_refused() -> None:
    """Nothing is rounded behind the author's back."""
    with pytest.raises(ValueError, match=r"'1\.2345s' is finer than a millisecond"):
        units.parse_duration("1.2345s")


def test_a_duration_of_more_than_a_thousand_years_is_refused() -> None:
    """Everything is bounded."""
    with pytest.raises(ValueError, match="the longest duration is 1,000 years"):
        units.parse_duration("366001d")


@pytest.mark.parametrize("text", ["", "20", "20MB", "1.5KiB", "-1B", "KiB"])
def test_what_is_no_size_is_refused_with_an_example(text: str) -> None:
    """The message shows a size that would be right."""
    with pytest.raises(ValueError, match="as in '20MiB'"):
        units.parse_size(text)


@pytest.mark.parametrize("text", ["", "8:30", "08:60", "24:01", "25:00", "08:30:61", "0830"])
def test_what_is_no_time_of_day_is_refused_with_an_example(text: str) -> None:
    """The message shows a time that would be right."""
    with pytest.raises(ValueError, match="as in '08:30'"):
        units.parse_time_of_day(text)


@pytest.mark.parametrize("text", ["8", "08:00", "+8:00", "+15:00", "+08:60", "-14:01"])
def test_what_is_no_utc_offset_is_refused_with_an_example(text: str) -> None:
    """The message shows an offset that would be right."""
    with pytest.raises(ValueError, match=r"as in '\+08:00'"):
        units.parse_utc_offset(text)


@pytest.mark.parametrize("millis", [-1, 500, units.DAY_MS + units.SECOND_MS])
def test_only_whole_seconds_of_one_day_are_times_of_day(millis: int) -> None:
    """An instant that could not be read back is not written."""
    with pytest.raises(ValueError, match="is not a time of day"):
        units.format_time_of_day(millis)
