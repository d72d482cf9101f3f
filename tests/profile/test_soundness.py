"""What is sound is judged beside what is broken, and what is owed to a mistake is not said."""

import tomllib
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from fleet.profile import Profile, checks, load, resolved_toml
from fleet.profile.lineage import Table
from fleet.profile.soundness import Sound, sound_part
from fleet.profile.values import FROM_TOML
from tests.profile.mistakes import SMALL, complaints


def test_an_array_is_not_too_short_because_its_items_are_wrong() -> None:
    """One mistake is one complaint."""
    assert set(complaints(f'{SMALL}estate.models = [{{ name = "A", share = 0.0 }}]')) == {
        "estate.models[0].share"
    }


def test_a_broken_key_hides_only_what_is_judged_by_it() -> None:
    """Of an estate whose number of terminals is wrong, the names of models are known all the same.

    Whether terminal 99 is there cannot be judged, nor whether enough take part.
    """
    found = complaints(
        SMALL + 'reconnect.first = "6m"\n[estate]\nterminals = -1\n'
        '[[campaigns]]\nname = "c"\nversion = "2"\nat = "1h"\nmodels = ["any"]\nsites = [99]\n'
        '[[campaigns]]\nname = "d"\nversion = "2"\nat = "1h"\nshare = 1e-9\n'
    )
    assert set(found) == {"estate.terminals", "reconnect.max", "campaigns[0].models[0]"}


def test_items_beside_a_broken_one_are_judged() -> None:
    """Of an array those before it, of a map all others; a share of the broken array is not."""
    found = complaints(
        SMALL
        + """
[[causes]]
name = "heat"
kind = "stress"
at = "1h"
lasts = "1h"
factors = { PWR-101 = -1.0, PWR-999 = 2.0 }
[[orders]]
at = "1h"
order = "reboot"
firmware = ["9"]
share = 7
[estate]
models = [{ name = "A", share = 0.5 }, { name = "A", share = 0.5 }, { name = "B", share = -1 }]
[[campaigns]]
name = "c"
version = "2"
at = "soon"
models = ["Z", 3]
waves = [{ share = 0.5 }, { share = 0.2, after = "1h" }, { share = "all" }]
"""
    )
    assert set(found) == {
        "causes[0].factors.PWR-101",
        "causes[0].factors.PWR-999",
        "orders[0].firmware[0]",
        "orders[0].share",
        "estate.models[1].name",
        "estate.models[2].share",
        "campaigns[0].at",
        "campaigns[0].models[0]",
        "campaigns[0].models[1]",
        "campaigns[0].waves[1].share",
        "campaigns[0].waves[2].share",
    }


STRANGERS = """
hazards = { models = { Z9 = 2.0 }, regions = { narnia = 2.0 } }
[[campaigns]]
name = "nobodys"
version = "2.0.0"
at = "1h"
models = ["Z9"]
made_for = ["Z8"]
regions = ["narnia"]
cells = ["south-3"]
firmware = ["7"]
batches = [9]
sectors = ["bakery"]
[[campaigns]]
name = "old"
version = "1.0.0"
at = "1h"
share = 1e-9
[estate]
terminals = 10
models = [{ name = "A", share = 0.5 }, { name = "B", share = 0.7 }]
regions = [{ name = "north", share = 0.5 }, { name = "south", share = 0.7, cells = 2 }]
sectors = [{ name = "retail", share = 0.5 }, { name = "street", share = 0.7 }]
sizes = [{ name = "small", share = 0.5, per_day = 9.0 }, { name = "big", share = 0.7, per_day = 9 }]
"""
_C, _OLD = "campaigns[0]", "campaigns[1]"
JUDGED_BY: dict[str, dict[str, set[str]]] = {
    "models": {
        "name": {"hazards.models.Z9", f"{_C}.models[0]", f"{_C}.made_for[0]", f"{_C}.batches[0]",
                 f"{_OLD}.version", f"{_OLD}.share"},
        "share": {"estate.models", f"{_OLD}.share"},
        "firmware": {f"{_C}.firmware[0]", f"{_OLD}.version"},
        "batches": {f"{_C}.batches[0]"},
        "link": set(),
    },
    "regions": {
        "name": {"hazards.regions.narnia", f"{_C}.regions[0]", f"{_C}.cells[0]", f"{_OLD}.share"},
        "share": {"estate.regions", f"{_OLD}.share"},
        "cells": {f"{_C}.cells[0]"},
        "utc_offset": set(),
    },
    "sectors": {
        "name": {"estate.sectors", f"{_C}.sectors[0]", f"{_OLD}.share"},
        "share": {"estate.sectors", f"{_OLD}.share"},
        "orders": set(),
    },
    "sizes": {"name": set(), "share": {"estate.sizes"}, "per_day": set()},
}  # fmt: skip
"""What is said of `STRANGERS`, by the keys of an estate's parts that it is judged by."""


@pytest.mark.parametrize(
    ("part", "key"), [(part, key) for part, keys in JUDGED_BY.items() for key in keys]
)
@pytest.mark.parametrize("place", [0, 1])
def test_a_broken_part_of_an_estate_hides_only_what_is_judged_by_its_key(
    part: str, key: str, place: int
) -> None:
    """Of a model whose share is wrong the name is known, and so is who else is a stranger."""
    all_said = set(complaints(SMALL + STRANGERS))
    assert all_said == {
        said for keys in JUDGED_BY.values() for each in keys.values() for said in each
    }
    parts = tomllib.loads(STRANGERS)["estate"][part]
    parts[place][key] = []
    found = set(complaints(SMALL + STRANGERS, {f"estate.{part}": parts}))
    assert found == all_said - JUDGED_BY[part][key] | {f"estate.{part}[{place}].{key}"}


def test_a_part_without_a_name_may_have_any() -> None:
    """Whom a campaign names may be meant; that two others share a name is said all the same."""
    found = complaints(
        SMALL
        + """
[estate]
models = [{ share = 0.5 }, { name = "A", share = 0.3 }, { name = "A", share = 0.3 }]
[[campaigns]]
name = "c"
version = "2"
at = "1h"
models = ["Z9"]
"""
    )
    assert set(found) == {"estate.models", "estate.models[0].name", "estate.models[2].name"}


Place = tuple[str | int, ...]


def _places(value: object, path: Place = ()) -> Iterator[Place]:
    """Yield where anything stands in a table, below its top."""
    items = value.items() if isinstance(value, dict) else enumerate(value)  # type: ignore[arg-type]
    for key, each in items:
        yield (*path, key)
        if isinstance(each, dict | list):
            yield from _places(each, (*path, key))


RICH = {
    name: tomllib.loads(resolved_toml(load(name))) for name in ("demo", "bad-update", "national")
}
SPOTS = [(name, place) for name, table in RICH.items() for place in _places(table)]


MALFORMED = st.sampled_from([-1, "?", [], 1e400, "-5m", True])


def _said_beside(table: Table, place: Place, value: object) -> set[str]:
    """Return what the checks say of a profile in which one value is malformed."""
    spoilt = deepcopy(table)
    holder: Any = spoilt
    for part in place[:-1]:
        holder = holder[part]
    holder[place[-1]] = value
    try:
        Profile.model_validate(spoilt, context=FROM_TOML)
    except ValidationError as error:
        sound = sound_part(spoilt, [details["loc"] for details in error.errors()])
        return {str(each) for each in checks.complaints(sound)}
    return set()  # it is another value, and not malformed


@given(st.sampled_from(SPOTS), MALFORMED)
@settings(max_examples=100)
def test_what_is_owed_to_a_mistake_is_not_said(spot: tuple[str, Place], value: object) -> None:
    """Of a sound profile with one malformed value, nothing is said but of that value."""
    name, place = spot
    assert _said_beside(RICH[name], place, value) == set()


WRONG = tomllib.loads(SMALL + STRANGERS)


@given(st.sampled_from(list(_places(WRONG))), MALFORMED)
@settings(max_examples=100)
def test_a_mistake_adds_nothing_to_what_is_said_of_the_rest(place: Place, value: object) -> None:
    """Of a profile full of contradictions, a malformed value hides some and makes up none."""
    whole = {str(each) for each in checks.complaints(Sound(Profile.model_validate(WRONG)))}
    assert _said_beside(WRONG, place, value) <= whole
