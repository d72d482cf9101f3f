"""Every law of the default profile is drawn as it is written."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from fleet.chance.laws import Law
from fleet.chance.streams import Purpose, Streams
from fleet.profile.profile import Profile
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
_LADDER = "tests/life/faults/test_ladder.py::test_repair_times_follow_the_law_of_their_profile"
_REACHED = "tests/life/faults/test_ladder.py::test_support_is_reached_by_every_channel"
_IDLE = "tests/life/test_power.py::test_a_terminal_left_lying_wakes_with_a_flat_battery"
# Where each is lived through, unless `tests/life/test_laws_of_life.py` measures it in lives.
LIVED = {
    "boot.duration": "tests/life/test_power.py::test_boot_times_follow_their_law",
    "forced_shutdown.operator": "tests/life/test_shutdown.py::test_operators_force_by_their_law",
    **{f"repair.{name}": _LADDER for name in ("watchdog", "merchant", "swap")},
    "hazards.age": "tests/life/faults/test_risks.py::test_first_onsets_follow_the_law",
    "dormancy.duration": _IDLE,
    "dormancy.charge": _IDLE,
    "registration.retry": "tests/life/test_enrolment.py::test_silence_is_waited_out",
    **{f"support.contacts[{n}].latency": _REACHED for n in range(6)},
    "support.provider": _REACHED,
    "dataset.missing.late_by": "tests/proof/test_mutants.py::test_a_sound_dataset_is_not_refused",
}
# Of these it is only tried here that they are drawn as they are written.
DRAWN_ONLY = {
    "repair.depot", "self_test.step", "settlement.upload", "support.attempt", "support.notice",
    "update.defer_for",
}  # fmt: skip


def test_every_law_is_lived_through() -> None:
    """It is measured in lives, or lived through in a test that is there; the rest is named."""
    assert set(LAWS) == {*(set(SPANS) & set(LAWS)), *LIVED, *DRAWN_ONLY}
    assert not DRAWN_ONLY & {*SPANS, *LIVED}
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
