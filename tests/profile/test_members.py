"""Who is who in an estate."""

import math
from collections import Counter

from fleet.profile import load
from fleet.profile.members import member, members


def test_a_member_does_not_depend_on_the_size_of_the_estate() -> None:
    """The first hundred terminals are the same in an estate of 100 and of 1,000."""
    large = load("demo").estate
    small = large.model_copy(update={"terminals": 100})
    assert list(members(small, seed=7)) == list(members(large, seed=7))[:100]


def test_shards_divide_the_estate() -> None:
    """Every terminal lives in exactly one shard, and is the same there."""
    estate = load("demo").estate
    parts = [list(members(estate, 7, shard, 3)) for shard in range(3)]
    together = sorted((one for part in parts for one in part), key=lambda one: one.index)
    assert together == list(members(estate, 7))


def test_shares_hold_on_average() -> None:
    """Each model and region is as frequent as its share says, within 5 standard errors."""
    estate = load("demo").estate.model_copy(update={"terminals": 5_000})
    everyone = list(members(estate, seed=7))
    counts = Counter(one.model.name for one in everyone)
    counts.update(one.region.name for one in everyone)
    shares = {model.name: model.share for model in estate.models}
    shares |= {region.name: region.share for region in estate.regions}
    for name, share in shares.items():
        error = math.sqrt(5_000 * share * (1.0 - share))
        assert abs(counts[name] - 5_000 * share) < 5.0 * error


def test_model_and_region_are_drawn_apart() -> None:
    """Knowing the model tells nothing of the region: |phi| < 4 / sqrt(n)."""
    estate = load("demo").estate.model_copy(update={"terminals": 5_000})
    pairs = Counter((o.model.name == "smart-30", o.region.name) for o in members(estate, 7))
    a, b = pairs[True, "north"], pairs[True, "south"]
    c, d = pairs[False, "north"], pairs[False, "south"]
    phi = (a * d - b * c) / math.sqrt((a + b) * (c + d) * (a + c) * (b + d))
    assert abs(phi) < 4.0 / math.sqrt(5_000)


def test_identities_are_unique_and_well_formed() -> None:
    """Identifiers have 8 digits and count up from the first; serial numbers are 10 characters."""
    estate = load("demo").estate
    everyone = list(members(estate, seed=7))
    assert everyone[5] == member(estate, 7, 5)
    assert everyone[5].tid == "10000005"
    assert len({one.tid for one in everyone}) == len({one.serial_no for one in everyone}) == 1_000
    assert all(len(one.serial_no) == 10 and one.serial_no.isalnum() for one in everyone)


def test_identifiers_given_twice_are_given_to_pairs() -> None:
    """A share of the estate has a double: its neighbour, with the same identifier."""
    estate = load("demo").estate.model_copy(update={"terminals": 20_000, "duplicate_tids": 0.02})
    everyone = list(members(estate, seed=7))
    units = Counter(one.tid for one in everyone)
    doubles = [one for one in everyone if units[one.tid] > 1]
    # 10,000 pairs, 0.02 of them: 200 and 4 sigma, two terminals each.
    assert abs(len(doubles) - 400) < 2 * 4 * math.sqrt(10_000 * 0.02 * 0.98)
    assert all(units[one.tid] == 2 for one in doubles)
    assert len({one.serial_no for one in everyone}) == 20_000
