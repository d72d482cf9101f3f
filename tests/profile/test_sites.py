"""Shops: neighbouring terminals, of sizes that keep to the mean that was asked for."""

from collections import Counter

import pytest

from fleet.profile.estate import Estate, Region, Sites
from fleet.profile.members import member, members
from fleet.profile.sites import site_of, size_shares
from fleet.profile.trade import Sector

SEED = 7


@pytest.mark.parametrize(("mean", "largest"), [(1.29, 40), (3.0, 10), (12.0, 40), (20.4, 40)])
def test_sizes_have_the_mean_asked_for(mean: float, largest: int) -> None:
    """The power law's exponent is solved for, wherever the mean lies."""
    shares = size_shares(mean, largest)
    assert sum(shares) == pytest.approx(1.0)
    assert sum(n * share for n, share in enumerate(shares, 1)) == pytest.approx(mean, rel=1e-6)


def test_an_estate_has_as_many_sites_as_merchants() -> None:
    """Twenty thousand terminals make 1.29 per site, give or take 4 sigma and what blocks cut."""
    sizes = Counter(site_of(SEED, index, 1.29, 40) for index in range(20_480))
    mean = 20_480 / len(sizes)
    sigma = (sum((n - mean) ** 2 for n in sizes.values()) / len(sizes)) ** 0.5
    assert mean == pytest.approx(1.29, abs=4 * sigma / len(sizes) ** 0.5 + 0.01 * 1.29)
    assert max(sizes.values()) > 10
    assert sum(size == 1 for size in sizes.values()) > 0.8 * len(sizes)


def test_a_site_is_a_run_of_neighbours_named_by_its_first() -> None:
    """Each terminal stands with the one before it, or opens a site of its own number."""
    sites = [site_of(SEED, index, 3.0, 20) for index in range(2_000)]
    assert all(site in (index, sites[index - 1]) for index, site in enumerate(sites))
    assert sites[0] == 0


def test_a_larger_estate_begins_with_the_same_terminals() -> None:
    """The first thousand are the same in an estate of ten thousand, shops and all."""
    estate = Estate(
        terminals=1_000, regions=(Region(name="a", share=0.5), Region(name="b", share=0.5))
    )
    larger = estate.model_copy(update={"terminals": 10_000})
    small = list(members(estate, SEED))
    assert small == [member(larger, SEED, index) for index in range(1_000)]


def test_a_shop_shares_its_place_and_trade() -> None:
    """Terminals of one site are in one region, cell and sector."""
    estate = Estate(
        terminals=2_000,
        regions=(Region(name="a", share=0.5, cells=3), Region(name="b", share=0.5)),
        sectors=(Sector(name="retail", share=0.5), Sector(name="hotel", share=0.5)),
        sites=Sites(mean=4.0),
    )
    crew = list(members(estate, SEED))
    places = {(who.site, who.region.name, who.cell, who.sector.name) for who in crew}
    assert len(places) == len({who.site for who in crew}) < len(crew) / 2
    assert {who.cell for who in crew if who.region.name == "a"} == {"a-1", "a-2", "a-3"}
