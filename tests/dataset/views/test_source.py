"""Views are made of values, and not of the format in which those are kept."""

from pathlib import Path

from tests.dataset.datasets import hashes, make
from tests.dataset.views.conftest import LATE, VIEWS


def test_a_dataset_of_csv_files_has_the_same_views(seen: Path, tmp_path: Path) -> None:
    """To the last digit, though CSV tells nobody that 0.39 was a float of 32 bits."""
    options = [word for view in VIEWS for word in ("--views", view)]
    root = make(tmp_path, "--format", "csv", *options, profile=LATE)
    assert hashes(root / "views") == hashes(seen / "views")
