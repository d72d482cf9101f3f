"""An estate's layout, tally and board, on real files."""

from pathlib import Path

import pytest

from fleet.watch.layout import Layout
from fleet.watch.tally import Board, Tally, create_counts, open_counts

CLASS_BY_CODE = {"PRN-501": "printer", "PRN-503": "printer", "COM-201": "communication"}


@pytest.fixture
def layout() -> Layout:
    """A layout of two fault classes and two firmware versions."""
    return Layout(
        codes=CLASS_BY_CODE,
        fault_classes=CLASS_BY_CODE.values(),
        versions=("1.0", "1.1"),
        regions=("north", "south"),
    )


@pytest.fixture
def paths(layout: Layout, tmp_path: Path) -> list[Path]:
    """Files of counts of two shards."""
    paths = [tmp_path / f"counts-{shard}" for shard in range(2)]
    for path in paths:
        create_counts(path, layout)
    return paths


@pytest.fixture
def tallies(layout: Layout, paths: list[Path]) -> list[Tally]:
    """The tallies of two shards."""
    return [Tally(layout, open_counts(path, layout, writable=True)) for path in paths]


@pytest.fixture
def tally(tallies: list[Tally]) -> Tally:
    """The tally of the first shard."""
    return tallies[0]


@pytest.fixture
def board(layout: Layout, paths: list[Path]) -> Board:
    """The board over both shards."""
    return Board(layout, paths)
