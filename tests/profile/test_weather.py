"""When common causes strike whom: by streams of their own, the same for whoever asks."""

from typing import Any

import pytest

from fleet.profile import load
from fleet.profile.causes import Outage
from fleet.profile.courses import Turn
from fleet.profile.fate import NEVER, Fate
from fleet.profile.members import members
from fleet.profile.profile import Profile
from fleet.profile.weather import Weather
from fleet.units import DAY_MS, HOUR_MS, MINUTE_MS

SEED = 7


def profile(*causes: dict[str, Any], **overrides: Any) -> Profile:
    """Return an estate with these causes."""
    named = [{"name": f"cause-{n}"} | cause for n, cause in enumerate(causes)]
    more = {key.replace("__", "."): value for key, value in overrides.items()}
    return load("steady", {"causes": named, "estate.terminals": 400} | more)


def turns(fate: Fate, until: int) -> list[Turn]:
    """Take all turns up to an instant."""
    taken = []
    while fate.at <= until:
        taken.append(fate.take_next())
    return taken


def begins(weather: Weather, estate: Profile, until: int = 30 * DAY_MS) -> dict[int, list[int]]:
    """Return the instants of all begins, for each terminal that has any."""
    fates = {who.index: weather.fate(who) for who in members(estate.estate, SEED)}
    struck = {n: [t.at for t in turns(fate, until) if t.begins] for n, fate in fates.items()}
    return {n: at for n, at in struck.items() if at}


def test_who_asks_does_not_matter() -> None:
    """Asked in any order, by anybody, causes strike the same terminals at the same instants."""
    every = {"law": "exponential", "mean": "5d"}
    estate = profile({"kind": "outage", "every": every, "lasts": "1h", "per": "site"})
    whole = begins(Weather(estate, SEED), estate)
    alone = Weather(estate, SEED)
    for who in reversed(list(members(estate.estate, SEED))):
        assert [t.at for t in turns(alone.fate(who), 30 * DAY_MS) if t.begins] == whole.get(
            who.index, []
        )
    assert begins(Weather(estate, SEED + 1), estate) != whole


def test_a_group_shares_its_occurrences() -> None:
    """Terminals of one site are struck together; sites by themselves."""
    every = {"law": "exponential", "mean": "2d"}
    estate = profile(
        {"kind": "outage", "every": every, "lasts": "1h", "per": "site"}, estate__sites__mean=3.0
    )
    struck = begins(Weather(estate, SEED), estate)
    by_site: dict[int, set[tuple[int, ...]]] = {}
    for who in members(estate.estate, SEED):
        by_site.setdefault(who.site, set()).add(tuple(struck.get(who.index, ())))
    assert all(len(instants) == 1 for instants in by_site.values())
    assert len({instants for (instants,) in by_site.values()}) > 100


def test_occurrences_come_as_often_as_asked() -> None:
    """Poisson occurrences of an hour, every 5 days on average, for 60 days of 300 sites."""
    every = {"law": "exponential", "mean": "5d"}
    estate = profile({"kind": "outage", "every": every, "lasts": "1h", "per": "site"},
                     estate__sites__mean=1.0)  # fmt: skip
    struck = begins(Weather(estate, SEED), estate, 60 * DAY_MS)
    expected = 400 * 60 / (5 + 1 / 24)
    assert sum(map(len, struck.values())) == pytest.approx(expected, abs=4 * expected**0.5)


def test_hours_are_local() -> None:
    """What begins in working hours does so on each region's own clock; so does what is daily."""
    regions = [
        {"name": "west", "share": 0.5, "utc_offset": "-05:00"},
        {"name": "east", "share": 0.5, "utc_offset": "+08:00"},
    ]
    every = {"law": "exponential", "mean": "1d"}
    estate = profile(
        {"kind": "outage", "every": every, "lasts": "1h", "per": "site",
         "between": ["08:00", "18:00"]},
        {"kind": "restart", "daily": "03:00"},
        estate__regions=regions,
    )  # fmt: skip
    weather = Weather(estate, SEED)
    for who in members(estate.estate, SEED):
        for turn in turns(weather.fate(who), 9 * DAY_MS):
            # The run begins at 08:00 on the clock of offset 0.
            local = (turn.at + 8 * HOUR_MS + who.region.utc_offset) % DAY_MS
            if turn.course.cause.kind == "restart":
                assert local == 3 * HOUR_MS
            elif turn.begins:
                assert 8 * HOUR_MS <= local < 18 * HOUR_MS


def test_a_lottery_is_held_among_groups() -> None:
    """A share of the estate's terminals, or of the sites with all who stand there."""
    both = {"kind": "outage", "at": "1h", "lasts": "1h", "share": 0.25}
    alone = begins(Weather(profile(both), SEED), profile(both))
    assert len(alone) == pytest.approx(100, abs=35)
    estate = profile(both | {"per": "site"}, estate__sites__mean=3.0)
    struck = begins(Weather(estate, SEED), estate)
    sites = {who.site for who in members(estate.estate, SEED) if who.index in struck}
    crew = {who.index for who in members(estate.estate, SEED) if who.site in sites}
    assert set(struck) == crew
    assert 40 < len(struck) < 180


def test_a_spread_delays_each_by_its_own_part() -> None:
    """Delays fill the spread evenly, and differ from day to day."""
    estate = profile({"kind": "restart", "daily": "00:00", "spread": "60m"})
    struck = begins(Weather(estate, SEED), estate, 3 * DAY_MS)
    delays = [[at % DAY_MS - 16 * HOUR_MS for at in instants] for instants in struck.values()]
    nights = list(zip(*delays, strict=False))
    for night in nights[:2]:
        assert all(0 <= delay < HOUR_MS for delay in night)
        assert sum(night) / len(night) == pytest.approx(30 * MINUTE_MS, abs=4 * MINUTE_MS)
    assert nights[0] != nights[1]


def test_spells_are_apart_and_can_be_asked_for() -> None:
    """Begins and ends alternate; between them the cause holds, whether taken or not."""
    every = {"law": "exponential", "mean": "6h"}
    lasts = {"law": "exponential", "mean": "3h"}
    estate = profile({"kind": "outage", "every": every, "lasts": lasts})
    who = next(members(estate.estate, SEED))
    taken = turns(Weather(estate, SEED).fate(who), 20 * DAY_MS)
    assert [turn.begins for turn in taken] == [n % 2 == 0 for n in range(len(taken))]
    fresh = Weather(estate, SEED).fate(who)
    for turn in taken[:40]:
        assert any(fresh.current(Outage, turn.at, "1.0.0")) is turn.begins
    assert fresh.at == taken[0].at


def test_an_estate_without_causes_pays_nothing() -> None:
    """All share one fate in which nothing ever comes."""
    estate = load("steady")
    fates = {id(Weather(estate, SEED).fate(who)) for who in list(members(estate.estate, SEED))[:9]}
    assert len(fates) == 1
    assert Weather(estate, SEED).fate(next(members(estate.estate, SEED))).at == NEVER
