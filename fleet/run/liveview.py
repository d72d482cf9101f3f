"""Looks at the board again and again, and shows what it sees."""

from collections import deque
from collections.abc import Callable

import trio

from fleet.units import SECOND_MS, Millis
from fleet.watch.screen import FullScreen, Screen
from fleet.watch.snapshot import RunView, Sight, take_snapshot
from fleet.watch.tally import Board
from fleet.watch.ticker import Ticker

_LOOK_EVERY_S = 0.5
# Rates and latencies are over this window: long enough to be calm, short enough to be news.
_WINDOW_LOOKS = 10


class LiveView:
    """Shows a run while it lasts; also takes notices, which come from anywhere at any time."""

    def __init__(self, board: Board, screen: Screen, say: Callable[[str], None]) -> None:
        """Show `board` on `screen`; notices go to `say` where the screen has no room for them."""
        self._board = board
        self._screen = screen
        self._say = say
        self._ticker = Ticker()
        self._epoch_s: float | None = None

    def notice(self, text: str) -> None:
        """Tell the user something."""
        self._ticker.note(self._elapsed_ms(), text)
        self.say(text)

    def say(self, text: str) -> None:
        """Tell the user what the screen shows anyway, where there is one."""
        if not isinstance(self._screen, FullScreen):
            self._say(text)

    async def watch(self, run: RunView, epoch_s: float) -> None:
        """Look and show, until cancelled; `epoch_s` is the run's start on trio's clock."""
        self._epoch_s = epoch_s
        sights = deque([Sight(0, self._board.read())], maxlen=_WINDOW_LOOKS)
        while True:
            await trio.sleep(_LOOK_EVERY_S)
            sight = Sight(self._elapsed_ms(), self._board.read())
            self._ticker.compare(sight.elapsed_ms, sights[-1].reading, sight.reading)
            sights.append(sight)
            self._screen.show(take_snapshot(run, sights[0], sight, self._ticker.notices))

    def _elapsed_ms(self) -> Millis:
        if self._epoch_s is None:
            return 0
        return max(0, round((trio.current_time() - self._epoch_s) * SECOND_MS))
