"""One dataset for all mutants, made once, and `fleet verify` without a process of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fleet.cli.failures import exit_code_of
from fleet.cli.group import fleet
from tests.dataset.datasets import make
from tests.once import made_once

# The estate for proofs, small; of two kinds labels are learned, one with a warning and one without.
PROFILE = """
schema = 1
extends = "proving"
name = "small"
[estate]
terminals = 320
[dataset]
days = 40
horizons = ["1d"]
targets = ["PWR-106", "SW-702"]
[dataset.split]
train = 0.4
validate = 0.2
train_time = 0.5
[[dataset.drifts]]
name = "warm"
channel = "temp_c"
shift = 3.0
begin = "20d"
lasts = "10d"
regions = ["north"]
"""


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a dataset without a mistake."""
    return made_once(
        tmp_path_factory, "sound", lambda place: make(place, "--workers", "2", profile=PROFILE)
    )


@pytest.fixture
def verify(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Run `fleet verify` here, and return its exit code, what it shows, what it complains of."""
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        code = exit_code_of(fleet, ["verify", *map(str, arguments)])
        return code, *capsys.readouterr()

    return run
