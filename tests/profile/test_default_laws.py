"""Every law of the default profile is drawn as it is written."""

import math
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from fleet.chance.laws import Law
from fleet.chance.streams import Purpose, Streams
from fleet.profile.profile import Profile

POPULATION = 2_000
DEFAULT = Profile.model_validate({"schema": 1, "name": "default"})


def laws(value: Any, path: str = "") -> Iterator[tuple[str, Law]]:
    """Yield every law below a value of a profile, with its dotted path."""
    if isinstance(value, Law):
        yield path, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from laws(getattr(value, name), f"{path}.{name}".lstrip("."))
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from laws(each, f"{path}.{name}")
    elif isinstance(value, tuple):
        for number, each in enumerate(value):
            yield from laws(each, f"{path}[{number}]")


LAWS = dict(laws(DEFAULT))


def test_the_default_profile_has_laws() -> None:
    """The walk finds those that are known to be there."""
    assert {"boot.duration", "sign_in.typing", "self_test.step", "repair.field"} <= set(LAWS)


@pytest.mark.parametrize("path", LAWS)
def test_a_law_is_drawn_as_it_is_written(path: str) -> None:
    """Of a draw by each of many terminals, the share below each quantile is its level; 4 sigma."""
    law, purpose = LAWS[path], Purpose(path)
    drawn = [Streams(20_26, serial).draw(purpose, law) for serial in range(POPULATION)]
    for p in (0.1, 0.5, 0.9):
        bound = law.quantile(p)
        # A law with lumps, such as a constant, has more below a quantile than the quantile's level.
        level = law.cdf(bound)
        below = sum(ms <= math.floor(bound + 0.5) for ms in drawn)
        assert abs(below - POPULATION * level) <= 4 * math.sqrt(POPULATION * 0.25) + 1
