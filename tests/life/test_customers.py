"""Customers: as many as the size says, at the hours that the sector says, lost if they must be."""

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest

from fleet.chance.streams import Streams
from fleet.life.customers import Customers, Placed, Tally
from fleet.life.faults import NEVER
from fleet.life.shopday import ShopDay
from fleet.profile.clock import origin_ms
from fleet.profile.members import member
from fleet.profile.profile import Profile
from fleet.profile.trade import SECTORS, SHAPES, SIZES
from fleet.units import DAY_MS, HOUR_MS
from tests.life.lives import quiet

SEED = 5
MONDAY = "2026-01-05T00:00:00"
DAYS = {"day": {"opens": "09:00", "closes": "18:00", "closed_weekdays": ["sunday"]}}


def estate(**overrides: Any) -> Profile:
    """Return an estate whose run begins on a Monday at midnight."""
    return quiet(**({"estate__sizes": list(map(dict, SIZES)), "transactions__messages": True}
                    | overrides)).model_copy(update={"run": quiet().run.model_copy(
                        update={"start": quiet().run.start.replace(hour=0)})})  # fmt: skip


def customers(profile: Profile, index: int = 0) -> Customers:
    """Return those of one terminal."""
    who, streams = member(profile.estate, SEED, index), Streams(SEED, index)
    shop = ShopDay(profile, streams, who.region.utc_offset)
    return Customers(profile, who, streams, shop, origin_ms(profile.run))


def instants(those: Customers, until: int) -> list[int]:
    """Return when lived customers come."""
    found = []
    while those.next < until:
        found.append(those.next)
        those.serve()
    return found


@pytest.mark.parametrize("sector", [sector.name for sector in SECTORS])
def test_each_hour_of_the_week_has_its_share(sector: str) -> None:
    """Four weeks of a shop: every hour's count within 4 sigma of the integrated rate."""
    profile = estate(
        estate__sectors=[{"name": sector, "share": 1.0}],
        estate__sizes=[{"name": "large", "share": 1.0, "per_day": 900.0}],
        transactions__dispersion=1e9,
    )
    weeks = 4
    hours = [at // HOUR_MS % 168 for at in instants(customers(profile), weeks * 7 * DAY_MS)]
    counts = np.bincount(hours, minlength=168)
    rate = 900.0 * weeks * np.array(profile.estate.sectors[0].curve().per_hour)
    # The chance that one hour of 168 in 5 sectors lies beyond 4 sigma is 5 %; 4.5 sigma, 0.6 %.
    assert (np.abs(counts - rate) <= 4.5 * np.sqrt(rate) + 1.0).all()
    assert abs(counts.sum() - rate.sum()) < 4.0 * math.sqrt(rate.sum())


def test_the_shapes_keep_to_what_is_known() -> None:
    """Of the week's payments Saturday from 10 to 17 has 11.5 %, in retail 18 % (Paymark)."""
    saturday = 5 * DAY_MS
    shares = {s.name: s.curve().amount(saturday + 10 * HOUR_MS, saturday + 17 * HOUR_MS) / 7.0
              for s in SECTORS}  # fmt: skip
    assert shares["retail"] == pytest.approx(0.18, abs=0.005)
    mixed = sum(sector.share * shares[sector.name] for sector in SECTORS)
    assert mixed == pytest.approx(0.115, abs=0.005)
    assert set(shares) == set(SHAPES)


def test_terminals_of_a_size_differ_by_a_gamma_law() -> None:
    """Their daily means have the size's mean and a variation of 1 / sqrt(2)."""
    profile = estate(estate__sizes=[{"name": "medium", "share": 1.0, "per_day": 60.0}],
                     transactions__messages=False, transactions__timed_out=0.0,
                     transactions__batch_mismatch=0.0, transactions__mac_error=0.0)  # fmt: skip
    means = [customers(profile, index).trade.per_day for index in range(2_000)]
    assert abs(np.mean(means) - 60.0) < 4.0 * 60.0 / math.sqrt(2.0 * len(means))
    assert np.std(means) / np.mean(means) == pytest.approx(math.sqrt(0.5), rel=0.1)


def test_sizes_and_sectors_have_their_shares() -> None:
    """Shops are small, medium or large, and of each sector, as the shares say."""
    profile = estate()
    crew = [member(profile.estate, SEED, index) for index in range(4_000)]
    shops = [one for one in crew if one.site == one.index]
    for parts, names in ((SIZES, [s.size.name for s in shops]),
                         (SECTORS, [s.sector.name for s in shops])):  # fmt: skip
        seen = Counter(names)
        for part in parts:
            sigma = math.sqrt(len(shops) * part.share * (1.0 - part.share))
            assert abs(seen[part.name] - len(shops) * part.share) < 4.0 * sigma


def test_who_opens_nine_hours_a_day_has_the_size_s_customers_in_them() -> None:
    """`per_day` is meant for a shop as it opens: all come between opening and closing."""
    profile = estate(**DAYS, estate__sizes=[{"name": "m", "share": 1.0, "per_day": 300.0}],
                     estate__sectors=[{"name": "flat", "share": 1.0, "hours": [1.0] * 24}],
                     transactions__dispersion=1e9)  # fmt: skip
    came = instants(customers(profile), 6 * DAY_MS)
    open_ones = [at for at in came if 9 * HOUR_MS <= at % DAY_MS < 18 * HOUR_MS]
    assert abs(len(open_ones) - 6 * 300) < 4.0 * math.sqrt(6 * 300)


@pytest.mark.parametrize("lived", [True, False])
def test_who_is_away_loses_the_customers_of_its_opening_hours(*, lived: bool) -> None:
    """Two weeks out of order: twelve open days' customers are lost, and none at night."""
    profile = estate(**DAYS, estate__sizes=[{"name": "m", "share": 1.0, "per_day": 300.0}],
                     estate__sectors=[{"name": "flat", "share": 1.0, "hours": [1.0] * 24}],
                     transactions__dispersion=1e9, transactions__messages=lived)  # fmt: skip
    those = customers(profile)
    assert those.place(Placed.AWAY, 0) == Tally(0, 0)
    tally = those.place(Placed.SELLING, 14 * DAY_MS)
    assert tally.approved == 0
    assert abs(tally.lost - 12 * 300) < 4.0 * math.sqrt(12 * 300)
    assert those.next >= 14 * DAY_MS


def test_the_instants_of_customers_do_not_depend_on_who_serves_them() -> None:
    """An outage loses customers, and moves none of those who come after it."""
    profile = estate(estate__sizes=[{"name": "m", "share": 1.0, "per_day": 300.0}])
    all_of_them = instants(customers(profile), 5 * DAY_MS)
    those = customers(profile)
    those.place(Placed.AWAY, 0)
    those.place(Placed.SELLING, 2 * DAY_MS)
    later = instants(those, 5 * DAY_MS)
    assert later == [at for at in all_of_them if at >= 2 * DAY_MS]


def test_who_is_offline_approves_a_share() -> None:
    """Of the counted ones, so many are approved offline as their chance says."""
    profile = estate(transactions__messages=False, transactions__offline=0.25,
                     estate__sizes=[{"name": "m", "share": 1.0, "per_day": 900.0}],
                     transactions__dispersion=1e9)  # fmt: skip
    those = customers(profile)
    those.place(Placed.OFFLINE, 0)
    tally = those.place(Placed.SELLING, 7 * DAY_MS)
    expected = 7 * 900.0 * 0.25
    assert abs(tally.approved - expected) < 4.0 * math.sqrt(expected)
    assert abs(tally.lost - 3 * expected) < 4.0 * math.sqrt(3 * expected) + 50


def test_nobody_comes_to_an_idle_shop() -> None:
    """A size of 0 a day has no customers, counted or lived."""
    those = customers(estate(estate__sizes=[{"name": "idle", "share": 1.0, "per_day": 0.0}]))
    assert those.next == NEVER
    assert those.trade.per_day == 0.0
