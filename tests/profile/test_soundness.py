"""What is sound is judged beside what is broken, and what is owed to a mistake is not said."""

import tomllib
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from fleet.profile import Profile, checks, load, resolved_toml
from fleet.profile.soundness import sound_part
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
        "orders[0].share",
        "estate.models[1].name",
        "estate.models[2].share",
        "campaigns[0].at",
        "campaigns[0].models[1]",
        "campaigns[0].waves[1].share",
        "campaigns[0].waves[2].share",
    }


def _places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
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


@given(st.sampled_from(SPOTS), st.sampled_from([-1, "?", [], 1e400, "-5m", True]))
@settings(max_examples=100)
def test_what_is_owed_to_a_mistake_is_not_said(
    spot: tuple[str, tuple[str | int, ...]], value: object
) -> None:
    """Of a sound profile with one malformed value, nothing is said but of that value."""
    name, place = spot
    table = deepcopy(RICH[name])
    holder: Any = table
    for part in place[:-1]:
        holder = holder[part]
    holder[place[-1]] = value
    try:
        Profile.model_validate(table, context=FROM_TOML)
    except ValidationError as error:
        sound = sound_part(table, [details["loc"] for details in error.errors()])
        assert [str(each) for each in checks.complaints(sound)] == []
