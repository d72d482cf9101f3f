"""Latency histograms: fine buckets inside, exact coarse ones outside.

Theory of operation
-------------------
Durations are integer microseconds. The fine bounds are log-linear in the decimal system: each
decade from 100 us to 100,000 s is cut into 75 buckets (10 to 20 by 0.5, to 50 by 1, to 100 by 2),
so that no bucket is wider than 5 % of its lower bound and every round number that Prometheus
exports (1, 2.5, 5, 10, ...) is itself a bound. The export therefore only adds buckets up: its
figures are exact, not interpolated. A bucket holds the values up to *and including* its upper
bound, which is what Prometheus means by `le`.

A histogram occupies consecutive slots of a tally: its buckets, then the sum, then the maximum. It
has no count of its own: the count is the sum of the buckets, so the two can never disagree, however
a reader catches the writer at work.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

_FIRST_DECADE_US: Final = 100
_DECADES: Final = 9
_TENTHS_IN_A_DECADE: Final = (*range(100, 200, 5), *range(200, 500, 10), *range(500, 1000, 20))

BOUNDS_US: Final[tuple[int, ...]] = (
    *(t * 10**decade for decade in range(_DECADES) for t in _TENTHS_IN_A_DECADE),
    _FIRST_DECADE_US * 10**_DECADES,
)
"""Upper bounds of the fine buckets in microseconds, inclusive; one bucket more takes the rest."""

BUCKETS: Final = len(BOUNDS_US) + 1
SUM: Final = BUCKETS
PEAK: Final = BUCKETS + 1
SLOTS: Final = BUCKETS + 2

# Most latencies are short: up to this, one list index (120 ns) instead of a bisection (300 ns).
_SHORT_US: Final = 16_384
_BUCKET_OF_SHORT: Final[list[int]] = [
    bucket
    for bucket, (low, high) in enumerate(pairwise((-1, *BOUNDS_US)))
    for _ in range(min(low, _SHORT_US), min(high, _SHORT_US))
]

_BOUNDS_ARRAY: Final = np.array(BOUNDS_US, dtype=np.int64)
_EDGES_US: Final = np.array((0, *BOUNDS_US), dtype=np.int64)


class Recorder:
    """Records durations into a histogram's slots of a list of counts."""

    __slots__ = ("_base", "_counts", "_peak", "_sum")

    def __init__(self, counts: list[int], base: int) -> None:
        """Bind to the histogram whose first slot is `base`."""
        self._counts = counts
        self._base = base
        self._sum = base + SUM
        self._peak = base + PEAK

    def record(self, us: int) -> None:
        """Count one duration of `us` microseconds, at least 0."""
        counts = self._counts
        bucket = _BUCKET_OF_SHORT[us] if us <= _SHORT_US else bisect_left(BOUNDS_US, us)
        counts[self._base + bucket] += 1
        counts[self._sum] += us
        if us > counts[self._peak]:  # noqa: PLR1730 - max() would cost as much as all the rest
            counts[self._peak] = us

    def record_many(self, us: NDArray[np.int64]) -> None:
        """Count durations in microseconds, shape (n,), each at least 0; n may be 0."""
        if not us.size:
            return
        counts, base = self._counts, self._base
        numbers = np.bincount(np.searchsorted(_BOUNDS_ARRAY, us))
        buckets = np.flatnonzero(numbers)
        for bucket, number in zip(buckets.tolist(), numbers[buckets].tolist(), strict=True):
            counts[base + bucket] += number
        counts[self._sum] += int(us.sum())
        counts[self._peak] = max(counts[self._peak], int(us.max()))

    def replace(self, counts: Mapping[str, int]) -> None:
        """Forget what was counted; count these durations instead, by their microseconds."""
        self._counts[self._base : self._base + SLOTS] = [0] * SLOTS
        for us, count in counts.items():
            self.record_many(np.full(count, int(us), np.int64))


class Percentiles(Struct, frozen=True):
    """What people ask of a distribution; milliseconds, all 0 where nothing was counted."""

    count: int
    mean_ms: float
    p50_ms: float
    p90_ms: float
    p99_ms: float
    p999_ms: float
    max_ms: float


class Distribution:
    """A histogram as read, summed over the shards.

    Attributes:
        buckets: Values in each fine bucket, shape (BUCKETS,).
        count: Number of values.
        sum_us: Their sum, in microseconds.
        peak_us: The largest, in microseconds.
    """

    __slots__ = ("buckets", "count", "peak_us", "sum_us")

    def __init__(self, slots: NDArray[np.int64]) -> None:
        """Take the histogram's slots, shape (SLOTS,); they are not copied."""
        self.buckets = slots[:BUCKETS]
        self.count = int(self.buckets.sum())
        self.sum_us = int(slots[SUM])
        self.peak_us = int(slots[PEAK])

    def since(self, earlier: "Distribution") -> "Distribution":
        """Return what was counted after `earlier`; the peak is that of the highest bucket."""
        buckets = np.maximum(self.buckets - earlier.buckets, 0)
        filled = np.flatnonzero(buckets)
        highest = int(filled[-1]) if filled.size else 0
        peak_us = (
            min(self.peak_us, BOUNDS_US[highest]) if highest < len(BOUNDS_US) else self.peak_us
        )
        slots = [*buckets.tolist(), max(self.sum_us - earlier.sum_us, 0), peak_us]
        return Distribution(np.array(slots, dtype=np.int64))

    def percentile_us(self, share: float) -> float:
        """Return the value that `share` (0 to 1) of the values do not exceed, in microseconds.

        Linear inside a bucket, so at most 5 % off above 100 us; 0 where nothing was counted.
        """
        if not self.count:
            return 0.0
        rank = max(share * self.count, 1.0)
        cumulative = np.cumsum(self.buckets)
        bucket = int(np.searchsorted(cumulative, rank))
        if bucket >= len(BOUNDS_US):
            return float(self.peak_us)
        low, high = int(_EDGES_US[bucket]), int(_EDGES_US[bucket + 1])
        inside = int(self.buckets[bucket])
        value = low + (high - low) * (rank - int(cumulative[bucket]) + inside) / inside
        return min(value, float(self.peak_us))

    def percentiles(self) -> Percentiles:
        """Return the usual read-out in milliseconds."""
        mean_us = self.sum_us / self.count if self.count else 0.0
        values_us = (mean_us, *map(self.percentile_us, (0.5, 0.9, 0.99, 0.999)), self.peak_us)
        mean, p50, p90, p99, p999, peak = (us / 1000 for us in values_us)
        return Percentiles(self.count, mean, p50, p90, p99, p999, peak)

    def cumulative(self, bounds_us: Sequence[int]) -> list[int]:
        """Return how many values did not exceed each bound; each must be one of `BOUNDS_US`."""
        totals = np.cumsum(self.buckets)
        return [int(totals[bisect_left(BOUNDS_US, bound)]) for bound in bounds_us]


def are_bounds(bounds_us: Sequence[int]) -> bool:
    """Say whether the bounds rise and each of them is one of the fine ones."""
    return set(bounds_us) <= set(BOUNDS_US) and all(a < b for a, b in pairwise(bounds_us))
