"""What everybody knew, and what was different, is told as far as the study reaches."""

from datetime import UTC, datetime, timedelta
from typing import Any

from fleet.dataset.calendar import Calendar
from fleet.dataset.observed import context
from fleet.dataset.truth import regimes
from fleet.profile import parse

# A Saturday, in the morning.
BASE = 'schema = 1\nname = "told"\nrun.start = 2026-01-03T07:00:00\n'
DAY = '[day]\nclosed_weekdays = ["sunday"]\n'
ZONES = """
[[estate.regions]]
name = "here"
share = 0.4
[[estate.regions]]
name = "near"
share = 0.3
[[estate.regions]]
name = "east"
share = 0.3
utc_offset = "+08:00"
"""


def holidays(text: str, days: int = 3) -> list[dict[str, Any]]:
    """Return the days off of a study."""
    profile = parse(text)
    rows: list[dict[str, Any]] = context(profile, Calendar.of(profile, days)).to_pylist()
    return rows


def test_a_day_off_is_a_day_of_the_local_clock() -> None:
    """East of the meridian a Sunday begins on Saturday, and is told of those regions."""
    east, here = holidays(BASE + DAY + ZONES)
    begin = datetime(2026, 1, 4, tzinfo=UTC)
    assert (east["regions"], here["regions"]) == ("east", "here,near")
    assert east["ts_from"] == begin - timedelta(hours=8)
    assert here["ts_from"] == begin
    assert all(row["ts_to"] - row["ts_from"] == timedelta(days=1) for row in (east, here))


def test_where_all_clocks_agree_a_day_off_is_everybody_s() -> None:
    """One row for each, with no region named."""
    rows = holidays(BASE + DAY, days=9)
    assert [(row["ts_from"].day, row["regions"]) for row in rows] == [(4, ""), (11, "")]


def test_a_day_off_that_is_under_way_as_the_study_begins_is_told() -> None:
    """From when it began."""
    sunday = BASE.replace("03T07", "04T07")
    (row,) = holidays(sunday + DAY)
    assert row["ts_from"] == datetime(2026, 1, 4, tzinfo=UTC)


def test_a_regime_that_would_begin_after_the_study_is_none_of_it() -> None:
    """What was different is told, and not what was planned."""
    drift = '[[dataset.drifts]]\nname = "late"\nchannel = "temp_c"\nshift = 1.0\nlasts = "5d"\n'
    profile = parse(f'{BASE}{drift}begin = "3d"\n')
    assert len(regimes(profile, Calendar.of(profile, 3))) == 0
    assert len(regimes(profile, Calendar.of(profile, 4))) == 1
