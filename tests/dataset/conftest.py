"""One dataset for all tests that only read."""

from pathlib import Path

import pytest

from tests.dataset.datasets import make
from tests.once import made_once


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tiny dataset."""
    return made_once(tmp_path_factory, "tiny", make)
