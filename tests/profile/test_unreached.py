"""What lies after the end is told of, by its place, its time and the end; all else is not."""

import pytest

from fleet.profile import load, names, parse
from fleet.profile.unreached import (
    told_of_dataset,
    told_of_profile,
    told_of_run,
    told_of_step,
    unreached,
)
from fleet.units import HOUR_MS, MINUTE_MS

BASE = 'schema = 1\nname = "late"\nrun.duration = "1m"\nrun.speed = 60\n'
CAMPAIGN = "[[campaigns]]\nname = 'spring'\nversion = '2'\n"
OUTAGE = "[[causes]]\nname = 'storm'\nkind = 'outage'\nlasts = '5m'\n"
NIGHT = "between = ['23:00', '02:00']\n"
OFTEN = "every = { law = 'exponential', mean = '20m' }\n"
RARELY = "every = { law = 'exponential', mean = '3650d' }\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CAMPAIGN + "at = '1h'\n", "campaigns[0] 'spring' (at 1h)"),
        (CAMPAIGN + "at = '59m'\n", "(at 59m, and tms.order_lead is 1m)"),
        (CAMPAIGN + "at = '58m'\n", ""),
        (
            CAMPAIGN + "at = '1m'\nwaves = [{ share = 0.1 }, { share = 1.0, after = '2h' }]\n",
            "campaigns[0].waves[1] of 'spring' (at 2h1m)",
        ),
        ("[[orders]]\norder = 'reboot'\nat = '3h'\n", "orders[0] 'reboot' (at 3h)"),
        ("[[orders]]\norder = 'reboot'\nat = '3m'\n", ""),
        (OUTAGE + "at = '1h'\n", "causes[0] 'storm' (at 1h)"),
        (OUTAGE + "at = '59m59s'\n", ""),
        # The run is from 08:00 to 09:00.
        (OUTAGE + "daily = '08:30'\n", ""),
        (OUTAGE + "daily = '07:59'\n", "(first at 23h59m)"),
        (OUTAGE + RARELY, "(every 3650d on average)"),
        (OUTAGE + OFTEN, ""),
        (OUTAGE + OFTEN + NIGHT, "(its hours first begin at 15h)"),
        (OUTAGE + OFTEN + "between = ['23:00', '08:30']\n", ""),
        ("[[load.stages]]\nkind = 'ramp'\nto = 1.0\nover = '30m'\n" * 2, ""),
        (
            (
                "[[load.stages]]\nkind = 'hold'\nover = '2h'\n"
                "[[load.stages]]\nkind = 'step'\nto = 1.0\n"
            ),
            "load.stages[1] '2 step 100%' (at 2h)",
        ),
    ],
)
def test_what_never_comes_is_told_by_place_and_time(text: str, said: str) -> None:
    """Where even its first time lies after the end; what repeats, once for all its times."""
    line = told_of_run(parse(BASE + text))
    assert said in line
    assert bool(line) == bool(said)


def test_a_zone_ahead_reaches_its_evening_first() -> None:
    """A daily cause begins where its time of day comes first."""
    text = BASE + OUTAGE + "daily = '10:30'\n"
    assert "first at 2h30m" in told_of_run(parse(text))
    east = "[[estate.regions]]\nname = 'east'\nshare = 1.0\nutc_offset = '+02:00'\n"
    assert told_of_run(parse(text + east)) == ""


def test_many_sites_draw_more_often_than_one_estate() -> None:
    """A rare cause that a thousand sites draw by themselves does come."""
    rare = BASE + OUTAGE + "every = { law = 'exponential', mean = '100d' }\n"
    assert "every 100d" in told_of_run(parse(rare))
    assert told_of_run(parse(rare + "per = 'site'\n")) == ""


def test_the_remedy_that_is_told_is_one() -> None:
    """With the duration, or the days, that are asked for all of it begins, and not with less."""
    late = BASE + CAMPAIGN + "at = '100d'\n" + OUTAGE + "at = '95d'\n"
    assert "--duration 1d16h2s or more" in told_of_run(parse(late))
    assert "--days 101 or more" in told_of_dataset(parse(late))
    assert told_of_run(parse(late, {"run.duration": "1d16h1s"}))
    assert not told_of_run(parse(late, {"run.duration": "1d16h2s"}))
    assert not told_of_dataset(parse(late, {"dataset.days": 101}))


def test_a_step_of_a_search_is_too_short_for_it() -> None:
    """The remedy is a longer hold: with that it begins within each step, and not with less."""
    late = BASE + OUTAGE + "at = '2h'\n"
    step = {"run.duration": "50s", "slo.warm_up": "20s"}
    line = told_of_step(parse(late, step))
    assert "(at 2h) never begins: each step ends 50m after its start" in line
    assert "give it --hold 1m41s or more" in line
    assert told_of_step(parse(late, step | {"run.duration": "2m"}))
    assert not told_of_step(parse(late, step | {"run.duration": "2m1s"}))


def test_a_regime_is_no_concern_of_a_run() -> None:
    """Only of a dataset, which has regimes."""
    drift = "[[dataset.drifts]]\nname = 'warm'\nchannel = 'temp_c'\nshift = 1.0\nlasts = '5d'\n"
    late = BASE + drift + "begin = '30d'\n"
    assert told_of_run(parse(late)) == ""
    assert told_of_dataset(parse(late, {"dataset.days": 31})) == ""
    assert told_of_profile(parse(late, {"dataset.days": 31})) == ""
    for told in (told_of_dataset, told_of_profile):
        assert "dataset.drifts[0] 'warm' (at 30d)" in told(parse(late, {"dataset.days": 30}))


def test_all_of_it_is_one_line() -> None:
    """One warning, however much there is."""
    line = told_of_run(parse(BASE + CAMPAIGN + "at = '2h'\n" + OUTAGE + "at = '3h'\n"))
    assert line.count("\n") == 0
    assert "'spring'" in line
    assert "'storm'" in line
    assert "the run ends 1h after its start" in line


@pytest.mark.parametrize("name", names())
def test_packaged_profiles_reach_all_they_plan(name: str) -> None:
    """In a run or in a dataset of their own length."""
    assert told_of_profile(load(name)) == ""


def test_the_end_itself_is_too_late() -> None:
    """What would begin at the very end does not."""
    profile = parse(BASE + OUTAGE + "at = '30m'\n")
    assert unreached(profile, 30 * MINUTE_MS)
    assert not unreached(profile, HOUR_MS)
