"""The dashboards: one file each, each a value."""

from typing import Final

from dashboards.boards.fleet import FLEET
from dashboards.boards.generator import GENERATOR
from dashboards.boards.load import LOAD
from dashboards.boards.updates import UPDATES
from dashboards.panels import Board

BOARDS: Final[tuple[Board, ...]] = (FLEET, UPDATES, LOAD, GENERATOR)
"""All of them, in the order of their links."""
