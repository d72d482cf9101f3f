"""Looks at the board again and again, and shows what it sees."""

from collections import deque
from collections.abc import Callable

import trio
from msgspec.structs import replace

from fleet.capacity.judge import Judge
from fleet.units import SECOND_MS, Millis
from fleet.watch.ruling import Finding, show_value
from fleet.watch.screen import FullScreen, Screen
from fleet.watch.silence import Silence
from fleet.watch.snapshot import Pledge, RunView, Sight, take_snapshot
from fleet.watch.tally import Board
from fleet.watch.ticker import Ticker
from fleet.watch.timeline import Timeline

_LOOK_EVERY_S = 0.5
# Rates and latencies are over this window: long enough to be calm, short enough to be news.
_WINDOW_LOOKS = 10


class LiveView:
    """Shows a run while it lasts; also takes notices, which come from anywhere at any time."""

    def __init__(
        self, board: Board, screen: Screen, say: Callable[[str], None], *, tms: bool
    ) -> None:
        """Show `board` on `screen`; notices go to `say` where the screen has no room for them.

        `tms` says whether the run has a TMS of its own.
        """
        self._board = board
        self._screen = screen
        self._say = say
        self._ticker = Ticker()
        self._silence = Silence(tms=tms)
        self._epoch_s: float | None = None
        self._pledges: tuple[Pledge, ...] = ()

    def notice(self, text: str) -> None:
        """Tell the user something."""
        self._ticker.note(self._elapsed_ms(), text)
        self.say(text)

    def say(self, text: str) -> None:
        """Tell the user what the screen shows anyway, where there is one."""
        if not isinstance(self._screen, FullScreen):
            self._say(text)

    async def watch(
        self, run: RunView, epoch_s: float, judge: Judge, timeline: Timeline, *, abort: bool
    ) -> None:
        """Look, judge, note and show, until cancelled; or until an objective is broken and `abort`.

        Args:
            run: What does not change.
            epoch_s: The run's start on trio's clock.
            judge: Of the objectives.
            timeline: Of the figures.
            abort: Whether to return when one is broken.
        """
        self._epoch_s = epoch_s
        sights = deque([Sight(0, self._board.read())], maxlen=_WINDOW_LOOKS)
        while True:
            await trio.sleep(_LOOK_EVERY_S)
            sight = Sight(self._elapsed_ms(), self._board.read())
            self._ticker.compare(sight.elapsed_ms, sights[-1].reading, sight.reading)
            if told := self._silence.see(sight.elapsed_ms, sight.reading):
                self.notice(told)
            sights.append(sight)
            snapshot = take_snapshot(run, sights[0], sight, self._ticker.notices)
            if sight.elapsed_ms and not snapshot.is_over:
                judge.see(sight.elapsed_ms, sight.reading)
            timeline.see(sight.elapsed_ms, sight.reading)
            self._pledge(sight.elapsed_ms, judge.findings())
            self._screen.show(replace(snapshot, pledges=self._pledges))
            if abort and judge.broken:
                return

    def _pledge(self, elapsed_ms: Millis, findings: tuple[Finding, ...]) -> None:
        before = {pledge.objective: pledge.held for pledge in self._pledges}
        for finding in findings:
            was = before.get(finding.objective)
            if finding.value is not None and was is not None and was != finding.held:
                word, style = ("held again", "green") if finding.held else ("broken", "bold red")
                text = f"objective {word}: {finding.objective}, it is {show_value(finding)}"
                self._ticker.note(elapsed_ms, text, style)
        self._pledges = tuple(
            Pledge(each.objective, each.held if each.value is not None else True, show_value(each))
            for each in findings
        )

    def _elapsed_ms(self) -> Millis:
        if self._epoch_s is None:
            return 0
        return max(0, round((trio.current_time() - self._epoch_s) * SECOND_MS))
