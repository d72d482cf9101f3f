"""Gauges of what is known beforehand rise and fall at their instants."""

from pathlib import Path

import trio
import trio.testing

from fleet.profile.calendar import calendar
from fleet.profile.stages import stagings
from fleet.profile.store import parse
from fleet.run.layout import layout_of
from fleet.run.seasons import Season, keep_seasons
from fleet.watch.tally import Board, Tally, create_counts, open_counts

PROFILE = """
schema = 1
name = "staged"
[run]
duration = "1m"
speed = 60.0
[[load.stages]]
kind = "ramp"
to = 0.5
over = "10m"
[[load.stages]]
kind = "hold"
over = "20m"
[[causes]]
name = "backbone"
kind = "outage"
at = "5m"
lasts = "10m"
"""


def test_stages_and_causes_are_shown_while_they_last(tmp_path: Path) -> None:
    """A stage begins where the last one ended, a cause when the profile says; both end."""
    profile = parse(PROFILE)
    layout = layout_of(profile)
    create_counts(tmp_path / "own", layout)
    tally = Tally(layout, open_counts(tmp_path / "own", layout, writable=True))
    board = Board(layout, [tmp_path / "own"])
    seasons = [
        *map(Season.of_cause, calendar(profile, 7)),
        *map(Season.of_stage, stagings(profile.load.stages, 1_000)),
    ]

    def active() -> list[str]:
        reading = board.read()
        families = ("fleet_load_stage_active", "fleet_common_causes_active")
        return [n for family in families for n, on in reading.series(family).items() if on]

    async def main() -> list[list[str]]:
        seen = []
        async with trio.open_nursery() as nursery:
            nursery.start_soon(keep_seasons, seasons, tally, trio.current_time(), 60.0)
            for wait_s in (7, 5, 8, 11):
                await trio.sleep(wait_s)
                seen.append(active())
        return seen

    seen = trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
    assert seen == [["1 ramp 50%", "backbone"], ["2 hold 50%", "backbone"], ["2 hold 50%"], []]
