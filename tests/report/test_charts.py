"""Charts are marked so that people can read them."""

import re

import numpy as np
import pytest

from fleet.life.states import State
from fleet.report.charts import COLOURS, Axis, Line, bars, lines, stacked
from fleet.watch.colours import STATE_COLOURS


def marks(low: float, high: float) -> list[str]:
    """Return the marks of a logarithmic y axis that reaches from a figure to another."""
    y = np.geomspace(low, high, 50)
    svg = lines([Line("", np.arange(50.0), y)], Axis("age, h", "hazard", logarithmic=True))
    group = svg[svg.index('id="matplotlib.axis_2"') : svg.index('id="patch_3"')]
    return re.findall(r">([\d.,e+-]+)</text>", group)


@pytest.mark.parametrize(
    ("low", "high", "some"),
    [
        (4e-5, 8.0, {"0.0001", "0.01", "1"}),
        (0.004, 0.3, {"0.005", "0.02", "0.1"}),
        (3.0, 60_000.0, {"10", "10,000"}),
    ],
)
def test_marks_are_few_and_written_out(low: float, high: float, some: set[str]) -> None:
    """Where much is to be marked, powers of ten alone; no power of ten is written as one."""
    found = marks(low, high)
    assert some <= set(found)
    assert len(found) <= 10, found
    assert not any("e" in mark for mark in found)


def test_what_is_counted_is_marked_by_whole_numbers() -> None:
    """Nobody sees half a fault: neither a stack of counts nor a bar has marks between them."""
    axis = Axis("s", "faults")
    stack = stacked(np.array([0.0, 30.0, 60.0]), {"software": np.array([0.0, 1.0, 0.0])}, axis)
    assert re.findall(r">(\d+\.\d+)</text>", stack) == []
    assert re.findall(r">(\d+\.\d+)</text>", bars({"SW-703": 3}, axis)) == []
    assert re.findall(r">(\d+\.\d+)</text>", bars({"any": 0.7}, axis)) != []


def test_a_state_has_its_colour_in_every_chart() -> None:
    """Whichever states there are, each layer is as in the live view; others have the palette's."""
    layers = {"ready": np.ones(3), "hung": np.ones(3), "7.2.1": np.ones(3)}
    svg = stacked(np.arange(3.0), layers, Axis("s", "terminals"))
    drawn = [STATE_COLOURS[State.READY].hex, STATE_COLOURS[State.HUNG].hex, COLOURS[2]]
    assert re.findall(r"fill: (#[0-9a-f]{6})", svg)[:3] == drawn
