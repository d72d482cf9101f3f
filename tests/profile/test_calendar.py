"""When common causes begin and end in a run, told before it."""

from fleet.profile import load
from fleet.profile.calendar import Occurrence, calendar
from fleet.units import HOUR_MS, MINUTE_MS

SEED = 7


def test_what_is_asked_for_is_what_stands_in_the_calendar() -> None:
    """Once at an instant, daily by the local clock, with the spread as its length; in order."""
    causes = [
        {"name": "wave", "kind": "restart", "daily": "10:00", "spread": "30m"},
        {"name": "backbone", "kind": "outage", "at": "1h", "lasts": "20m"},
        {"name": "expiry", "kind": "certificate", "at": "3h"},
        {"name": "late", "kind": "outage", "at": "5h", "lasts": "1h"},
    ]
    profile = load("steady", {"causes": causes, "run.duration": "4h", "estate.terminals": 50})
    assert calendar(profile, SEED) == (
        Occurrence("backbone", "outage", "", HOUR_MS, HOUR_MS + 20 * MINUTE_MS),
        Occurrence("wave", "restart", "", 2 * HOUR_MS, 2 * HOUR_MS + 30 * MINUTE_MS),
        Occurrence("expiry", "certificate", "", 3 * HOUR_MS, 4 * HOUR_MS),
    )


def test_groups_that_share_an_occurrence_are_named() -> None:
    """Each region or site has its own occurrences, and whom the lottery passes by has none."""
    causes = [
        {"name": "cell", "kind": "outage", "at": "1h", "lasts": "1h", "per": "region"},
        {"name": "isp", "kind": "outage", "every": {"law": "exponential", "mean": "12h"},
         "lasts": "1h", "per": "site", "share": 0.5},
    ]  # fmt: skip
    regions = [{"name": "north", "share": 0.5}, {"name": "south", "share": 0.5}]
    more = {
        "causes": causes,
        "run.duration": "1d",
        "estate.terminals": 60,
        "estate.regions": regions,
    }
    told = calendar(load("steady", more), SEED)
    assert [each.group for each in told if each.cause == "cell"] == ["north", "south"]
    sites = {each.group for each in told if each.cause == "isp"}
    assert 10 < len(sites) < 40
    assert [each.begin_ms for each in told] == sorted(each.begin_ms for each in told)


def test_an_estate_without_causes_has_an_empty_calendar() -> None:
    """Nobody is looked up for nothing."""
    assert calendar(load("steady"), SEED) == ()
