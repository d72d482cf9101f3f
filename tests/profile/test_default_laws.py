"""Every law of the default profile is drawn as it is written."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from fleet.chance.law import Law
from fleet.chance.streams import Purpose, Streams
from fleet.profile.profile import Profile
from tests.life.test_laws_of_care import TRACES
from tests.life.test_laws_of_life import SPANS

ROOT = Path(__file__).parents[2]
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
MEASURED = {*SPANS, *TRACES}
# Where each is lived through, unless one of these two measures it in lives.
LIVED = {
    "boot.duration": "tests/life/test_power.py::test_boot_times_follow_their_law",
    "forced_shutdown.operator": "tests/life/test_shutdown.py::test_operators_force_by_their_law",
    "dormancy.duration": "tests/life/test_power.py::test_long_rests_are_as_long_as_their_law_says",
    "dataset.missing.late_by": "tests/dataset/test_transport.py::test_rows_are_late_by_their_law",
}


def test_every_law_is_measured_in_lives() -> None:
    """Its times are read off many whole lives, or counted in a test of its own that is there."""
    assert set(LAWS) == {*(MEASURED & set(LAWS)), *LIVED}
    assert not MEASURED & set(LIVED)
    for place in LIVED.values():
        file, name = place.split("::")
        assert f"def {name}(" in (ROOT / file).read_text(), place


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
