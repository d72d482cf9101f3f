"""Keeps the gauge of common causes, which are known before the run: nobody has to report them."""

from collections.abc import Iterator, Sequence

import trio

from fleet.profile.calendar import Occurrence
from fleet.units import SECOND_MS, Millis
from fleet.watch.tally import Tally

FAMILY = "fleet_common_causes_active"


def changes(occurrences: Sequence[Occurrence]) -> Iterator[tuple[Millis, str, int]]:
    """Yield the instants at which a cause begins (+1) or ends (-1), in order; ends come first."""
    begins = ((each.begin_ms, +1, each.cause) for each in occurrences)
    ends = ((each.end_ms, -1, each.cause) for each in occurrences)
    for at, change, cause in sorted([*begins, *ends]):
        yield at, cause, change


async def keep_seasons(
    occurrences: Sequence[Occurrence], tally: Tally, epoch_s: float, speed: float
) -> None:
    """Move the gauge at each change, until there are none left.

    Args:
        occurrences: The run's calendar.
        tally: Where the gauge is.
        epoch_s: Trio's time of the run's epoch, in seconds.
        speed: Business milliseconds per wall millisecond.
    """
    for at, cause, change in changes(occurrences):
        await trio.sleep_until(epoch_s + at / speed / SECOND_MS)
        tally.counts[tally.slot(FAMILY, cause=cause)] += change
        tally.publish()
