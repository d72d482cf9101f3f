"""All values of a scrape at once, in the order of their samples.

prometheus_client makes an object for each sample, which for six hundred of them costs ten times as
much as reading the board. Where a value is found follows from the layout alone, so it is looked up
once: as an index into a *pool* that holds the board's slots, then the running sums of all
histograms' fine buckets, then a one for what is always 1. A scrape is then one gather.
"""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

import numpy as np

from fleet.watch.family import Family, Kind
from fleet.watch.histogram import BOUNDS_US, BUCKETS, SUM
from fleet.watch.layout import Layout
from fleet.watch.tally import Reading

_US_PER_S: Final = 1_000_000


class Samples:
    """Where a layout's values are."""

    def __init__(self, layout: Layout) -> None:
        """Look up every sample's place in the pool, and how many of it make one."""
        histograms = [each for each in layout.families if each.kind is Kind.HISTOGRAM]
        starts = np.array([layout.slot(each.name) for each in histograms], np.int64)
        self._fine: Final = starts[:, np.newaxis] + np.arange(BUCKETS)
        self._sums_at: Final = {
            each.name: layout.size + BUCKETS * number for number, each in enumerate(histograms)
        }
        self._one_at: Final = layout.size + self._fine.size
        found = [place for family in layout.families for place in self._places(layout, family)]
        self._places_at: Final = np.array([at for at, _ in found], np.int64)
        self._scales: Final = np.array([scale for _, scale in found], np.float64)

    def _places(self, layout: Layout, family: Family) -> Iterator[tuple[int, int]]:
        """Yield the place and the scale of each of a family's samples."""
        if family.kind is Kind.INFO:
            yield self._one_at, 1
        elif family.kind is not Kind.HISTOGRAM:
            yield from ((slot, family.scale) for slot in layout.slots(family.name).values())
        else:
            sums = self._sums_at[family.name]
            count = sums + BUCKETS - 1
            yield from ((sums + bisect_left(BOUNDS_US, bound), 1) for bound in family.bounds_us)
            yield from ((count, 1), (count, 1), (layout.slot(family.name) + SUM, _US_PER_S))

    def values(self, reading: Reading) -> list[float]:
        """Return the values of a reading: of a histogram its buckets, its count, and its sum."""
        sums = reading.totals[self._fine].cumsum(axis=1).ravel()
        pool = np.concatenate((reading.totals, sums, (1,)))
        values: list[float] = (pool[self._places_at] / self._scales).tolist()
        return values
