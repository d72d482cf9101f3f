"""Cohorts select by what a terminal is; whom they name must be there."""

import pytest

from fleet.profile import ProfileError, parse
from fleet.profile.cohort import FIXED, Cohort
from fleet.profile.members import members

ESTATE = """
schema = 1
name = "small"
[estate]
terminals = 3_000
sectors = [{ name = "retail", share = 0.5 }, { name = "hotel", share = 0.5 }]
models = [{ name = "A", share = 0.5, batches = 3 }, { name = "B", share = 0.5 }]
regions = [{ name = "north", share = 0.5, cells = 4 }, { name = "south", share = 0.5 }]
"""
PROFILE = parse(ESTATE)
CREW = list(members(PROFILE.estate, 7))


@pytest.mark.parametrize(
    ("key", "value", "part"),
    [
        ("models", "A", 1 / 2),
        ("regions", "south", 1 / 2),
        ("sectors", "hotel", 1 / 2),
        ("cells", "north-2", 1 / 8),
        ("batches", 3, 1 / 6),
        ("sites", 0, None),
    ],
)
def test_a_cohort_is_who_matches(key: str, value: object, part: float | None) -> None:
    """Those admitted are exactly those with the value, about as many as shares say."""
    cohort = Cohort.model_validate({key: [value]})
    admitted = [who for who in CREW if cohort.admits(who)]
    assert admitted == [who for who in CREW if FIXED[key](who) == value]
    assert admitted
    if part:
        assert len(admitted) == pytest.approx(part * len(CREW), rel=0.25)


def test_keys_narrow_each_other_down() -> None:
    """A cohort of a model in a region is the intersection."""
    both = Cohort(models=("A",), regions=("north",))
    expected = [who for who in CREW if (who.model.name, who.region.name) == ("A", "north")]
    assert [who for who in CREW if both.admits(who)] == expected
    assert Cohort().admits_all
    assert not both.admits_all


def test_versions_are_asked_when_it_comes_to_pass() -> None:
    """Firmware is no property that stands fast."""
    cohort = Cohort(firmware=("1.0.0",))
    assert cohort.admits_all
    assert cohort.admits_version("1.0.0")
    assert not cohort.admits_version("2.0.0")


def test_whoever_is_named_must_be_there() -> None:
    """Every unknown name of a cohort is reported, each at its place."""
    with pytest.raises(ProfileError) as info:
        parse(
            ESTATE
            + """
            [[orders]]
            at = "1h"
            order = "reboot"
            models = ["C"]
            regions = ["nort"]
            sectors = ["spa"]
            cells = ["north-5"]
            sites = [3_000]
            batches = [4]
            firmware = ["9"]
        """
        )
    found = {each.path: each.message for each in info.value.complaints}
    keys = ("models", "regions", "sectors", "cells", "sites", "batches", "firmware")
    assert set(found) == {f"orders[0].{key}[0]" for key in keys}
    assert "did you mean 'north'" in found["orders[0].regions[0]"]
    assert "the last is 3" in found["orders[0].batches[0]"]
