"""Keeps the gauges of what is known before a run: common causes and stages of the load."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import trio

from fleet.profile.calendar import Occurrence
from fleet.profile.stages import Staging
from fleet.units import SECOND_MS, Millis
from fleet.watch.tally import Tally


class Season(NamedTuple):
    """A span of business time, and the gauge that is one higher while it lasts.

    Attributes:
        begin_ms: Its begin.
        end_ms: Its end.
        family: The gauge.
        label: Name of the gauge's label.
        value: Of the label.
    """

    begin_ms: Millis
    end_ms: Millis
    family: str
    label: str
    value: str

    @classmethod
    def of_cause(cls, each: Occurrence) -> "Season":
        """Return the season of a common cause."""
        family = "fleet_common_causes_active"
        return cls(each.begin_ms, each.end_ms, family, "cause", each.cause)

    @classmethod
    def of_stage(cls, each: Staging) -> "Season":
        """Return the season of a stage of the load."""
        return cls(each.begin_ms, each.end_ms, "fleet_load_stage_active", "stage", each.name)


def changes(seasons: Sequence[Season]) -> Iterator[tuple[Millis, int, Season]]:
    """Yield the instants at which a season begins (+1) or ends (-1), in order; ends come first."""
    begins = [(each.begin_ms, +1, each) for each in seasons]
    yield from sorted([*begins, *((each.end_ms, -1, each) for each in seasons)])


async def keep_seasons(
    seasons: Sequence[Season], tally: Tally, epoch_s: float, speed: float
) -> None:
    """Move the gauges at each change, until there are none left.

    Args:
        seasons: All of the run's.
        tally: Where the gauges are.
        epoch_s: Trio's time of the run's epoch, in seconds.
        speed: Business milliseconds per wall millisecond.
    """
    for at, change, season in changes(seasons):
        await trio.sleep_until(epoch_s + at / speed / SECOND_MS)
        tally.counts[tally.slot(season.family, **{season.label: season.value})] += change
        tally.publish()
