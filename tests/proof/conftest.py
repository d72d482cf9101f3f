"""One dataset for all mutants, made once."""

from pathlib import Path

import pytest

from tests.dataset.datasets import make

# The estate for proofs, small, and split so that the test has faults enough.
PROFILE = """
schema = 1
extends = "proving"
name = "small"
[estate]
terminals = 320
[dataset]
days = 40
horizons = ["1d"]
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
    return make(tmp_path_factory.mktemp("sound"), "--workers", "2", profile=PROFILE)
