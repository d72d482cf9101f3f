"""A terminal whose heartbeats were sent, for what hears of them again."""

from time import monotonic_ns

import numpy as np

from fleet.profile import load
from fleet.profile.clock import BusinessClock
from fleet.run.layout import layout_of
from fleet.watch.tally import Tally
from fleet.worlds.clock import LiveClock
from fleet.worlds.grids import Grids
from fleet.worlds.meters import Meters
from fleet.worlds.rhythm import Rhythm
from fleet.worlds.span import Score

EVERY_MS = 1_000
AGE_MS = 60_000
ROW = 0


class Beating:
    """One terminal that beats once a second, on a clock that began `AGE_MS` ago."""

    def __init__(self) -> None:
        layout = layout_of(load("steady"))
        self.tally = Tally(layout, np.zeros(layout.size, np.int64))
        self.clock = LiveClock(BusinessClock(0, monotonic_ns() - AGE_MS * 1_000_000, 1.0))
        self.rhythm = Rhythm(1, 50)
        self.grids = Grids(self.rhythm, self.clock)
        self.meters = Meters(self.tally)

    def beat(self, first_ms: int, count: int) -> None:
        """Send heartbeats, on a grid that begins at `first_ms`."""
        self.rhythm.begin(ROW, first_ms, EVERY_MS, 10**9)
        for number in range(count):
            at = first_ms + number * EVERY_MS
            self.grids.sent(at)
            seq = self.rhythm.seq[[ROW]] + 1
            self.rhythm.play(Score(np.array([at]), np.array([ROW]), seq))
            self.rhythm.due(at)
