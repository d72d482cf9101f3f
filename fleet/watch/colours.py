"""What colour a state has, wherever it is drawn: the live view, pages, dashboards.

Seven hues say how it is with a terminal: grey is off, blue comes up, cyan waits for its operator,
green serves, violet is looked after, yellow is hindered, red has failed. A terminal of text has
these hues by name, in the shades that its user chose. A picture has them as Okabe and Ito's palette
where that has one, since the colour-blind can tell those apart; states of one hue differ in how
dark they are, so that two of them may lie on top of each other.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from fleet.life.states import State


class Colour(NamedTuple):
    """One colour: its name on a terminal of text, as rich has it, and what a picture shows."""

    style: str
    hex: str


STATE_COLOURS: Final[Mapping[State, Colour]] = {
    State.INVENTORY: Colour("bright_black", "#c4c8cd"),
    State.REGISTERING: Colour("blue", "#a6cbe6"),
    State.POWERED_OFF: Colour("bright_black", "#8e959c"),
    State.BOOTING: Colour("blue", "#66a8d6"),
    State.SELF_TEST: Colour("blue", "#2f87c4"),
    State.DIAGNOSING: Colour("yellow", "#f0d264"),
    State.DATA_SYNC: Colour("blue", "#0a5f94"),
    State.STANDBY: Colour("cyan", "#7fd6e0"),
    State.SIGNING_IN: Colour("bright_cyan", "#27a3b4"),
    State.READY: Colour("green", "#009e73"),
    State.IN_TRANSACTION: Colour("bright_green", "#5cc49f"),
    State.SETTLING: Colour("green", "#00694d"),
    State.UPDATING: Colour("magenta", "#cc79a7"),
    State.MAINTENANCE: Colour("magenta", "#9a4d87"),
    State.NOT_READY: Colour("yellow", "#e6ae00"),
    State.LOCKED: Colour("yellow", "#b08400"),
    State.HUNG: Colour("bright_red", "#ef8354"),
    State.FORCED_SHUTDOWN: Colour("bright_red", "#d55e00"),
    State.TAMPERED: Colour("red", "#e03c31"),
    State.OUT_OF_ORDER: Colour("red", "#a3261d"),
    State.RETIRED: Colour("bright_black", "#5c636a"),
}
