"""States have one declaration of colours, in which they can be told apart and mean the same."""

import re
from colorsys import rgb_to_hls
from itertools import groupby, pairwise

from rich.style import Style

from fleet.life.states import State
from fleet.watch.colours import STATE_COLOURS, Colour

SAME_HUE = 0.09
"""Of the circle of hues: some thirty degrees."""


def hls(colour: Colour) -> tuple[float, float, float]:
    """Return hue, lightness and saturation of what a picture shows."""
    red, green, blue = (int(colour.hex[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return rgb_to_hls(red, green, blue)


def hue(colour: Colour) -> str:
    """Return the hue's name, bright or not."""
    return colour.style.removeprefix("bright_")


def test_every_state_has_a_colour_of_its_own() -> None:
    """No state is drawn by accident of a default, or like another one in a picture."""
    assert list(STATE_COLOURS) == list(State)
    pictures = [colour.hex for colour in STATE_COLOURS.values()]
    assert len(set(pictures)) == len(pictures)
    assert all(re.fullmatch("#[0-9a-f]{6}", each) for each in pictures)
    assert all(Style.parse(colour.style).color for colour in STATE_COLOURS.values())


def test_a_hue_on_the_terminal_is_that_hue_in_a_picture() -> None:
    """States that share a hue here share it there, and differ in how dark they are."""
    for name, colours in groupby(sorted(STATE_COLOURS.values(), key=hue), hue):
        seen = sorted(map(hls, colours))
        hues, lights = [each[0] for each in seen], sorted(each[1] for each in seen)
        if name == "black":
            assert max(each[2] for each in seen) < 0.1
        else:
            assert max((a - b) % 1 for a in hues for b in hues if (a - b) % 1 < 0.5) < SAME_HUE
        assert min(b - a for a, b in pairwise(lights)) > 0.03
