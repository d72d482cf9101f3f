"""What is asked of a dataset must be there, and possible; a profile says so beforehand."""

from typing import get_args

import pytest

from fleet.life.channels import CHANNELS
from fleet.profile.dataset import Channel
from tests.profile.mistakes import SMALL, complaints

DRIFT = '[[dataset.drifts]]\nname = "warm"\nshift = 1.0\nbegin = "1d"\nlasts = "1d"\n'
WARM = f'{DRIFT}channel = "temp_c"\n'


def test_a_regime_may_shift_whatever_a_terminal_measures() -> None:
    """By the names of its channels."""
    assert get_args(Channel) == tuple(channel.name for channel in CHANNELS)


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        (f'{DRIFT}channel = "temp"\n', "dataset.drifts[0].channel", "'temp_c'"),
        (f'{WARM}models = ["Z9"]\n', "dataset.drifts[0].models[0]", "there is no 'Z9'"),
        (f'{WARM}regions = ["narnia"]\n', "dataset.drifts[0].regions[0]", "there is no 'narnia'"),
        (WARM + WARM, "dataset.drifts[1].name", "'warm' is taken"),
        ('dataset.horizons = ["1d", "24h"]\n', "dataset.horizons[1]", "stands there already"),
        (
            '[faults.PWR-106]\n[dataset]\ntargets = ["PWR-160"]\n',
            "dataset.targets[0]",
            "did you mean 'PWR-106'",
        ),
        ("dataset.split = { train = 0.8, validate = 0.4 }\n", "dataset.split", "sum to 1.2"),
    ],
)
def test_what_is_not_there_or_not_possible_is_said(text: str, path: str, said: str) -> None:
    """By its place, and with what would be right."""
    found = complaints(SMALL + text)
    assert set(found) == {path}
    assert said in found[path]


def test_a_broken_key_of_a_regime_hides_no_other() -> None:
    """Neither of its own, nor of the next; nor of the section."""
    found = complaints(
        f"{SMALL}dataset.split = {{ train = 0.8, validate = 0.4 }}\n"
        f'{DRIFT}channel = "temp"\nregions = ["narnia"]\n{WARM}models = ["Z9"]\n'
    )
    assert set(found) == {
        "dataset.split",
        "dataset.drifts[0].channel",
        "dataset.drifts[0].regions[0]",
        "dataset.drifts[1].name",
        "dataset.drifts[1].models[0]",
    }
