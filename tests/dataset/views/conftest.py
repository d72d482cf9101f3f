"""One dataset with all views."""

from pathlib import Path

import pytest

from tests.dataset.datasets import PROFILE, make
from tests.once import made_once

# Many late records, so that a day's heartbeats stand in the files of two.
LATE = f'{PROFILE}\n[dataset.missing]\nlate = 0.2\nlate_by = "6h"\ntwice = 0.05\n'
VIEWS = ("azure_pdm", "cmapss", "scania_tte")


@pytest.fixture(scope="session")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a dataset with all views."""
    options = [word for view in VIEWS for word in ("--views", view)]
    return made_once(tmp_path_factory, "seen", lambda place: make(place, *options, profile=LATE))
