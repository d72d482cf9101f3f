"""How counts get from the shards to the supervisor: plain lists, published into mapped files.

Theory of operation
-------------------
A shard counts in a plain list of integers (`tally.counts[slot] += 1`, some 40 ns) and copies the
whole list into a file mapped into memory a few times per second. The supervisor maps the files of
all shards and adds them up when somebody asks. No lock, no message, no wake-up of the shard.

A reader may catch a writer half-way. Each value is an aligned 64-bit store, so it is old or new but
never a mixture, and the next reading is whole again. Values are published front to back, so a
histogram's buckets are there before its sum; its count is derived from the buckets, so those two
always agree. What remains is that for one reading two families may differ by what happened between
two publications: the same as if the scrape had come a moment earlier for one of them.

The first word of a file is the digest of its layout. A shard that is restarted goes on from the
counters in its file, as a counter must never fall; its gauges start at zero, because they describe
terminals that died with the process and will be enrolled again.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fleet.watch.family import Family
from fleet.watch.histogram import SLOTS, Distribution, Recorder
from fleet.watch.layout import Layout

Counts = NDArray[np.int64]
_HEADER_WORDS: Final = 1


def create_counts(path: Path, layout: Layout) -> None:
    """Create a file of zeros for one shard's counts, marked with the layout's digest.

    Raises:
        FileExistsError: There is such a file.
    """
    words = np.zeros(_HEADER_WORDS + layout.size, dtype=np.int64)
    words[0] = layout.digest
    with path.open("xb") as file:
        file.write(words.tobytes())


def open_counts(path: Path, layout: Layout, *, writable: bool = False) -> Counts:
    """Map a file of counts, shape (layout.size,).

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file belongs to another layout.
    """
    words = np.memmap(path, dtype=np.int64, mode="r+" if writable else "r")
    if words.size != _HEADER_WORDS + layout.size or int(words[0]) != layout.digest:
        msg = f"{path} holds the counts of another layout; start the run in a new folder"
        raise ValueError(msg)
    return words[_HEADER_WORDS:]


class Tally:
    """A shard's counts.

    Attributes:
        layout: Which slot is which.
        counts: One integer per slot; hot code adds to it directly. The list is never replaced.
    """

    __slots__ = ("_published", "counts", "layout")

    def __init__(self, layout: Layout, published: Counts) -> None:
        """Go on from what was published; gauges start at zero.

        Args:
            layout: Of the run.
            published: Writable, shape (layout.size,), from `open_counts`.
        """
        self.layout: Final = layout
        self._published: Final = published
        self.counts: Final[list[int]] = published.tolist()
        for slot in layout.gauges:
            self.counts[slot] = 0

    def slot(self, family: str, **labels: str) -> int:
        """Return a counter's or gauge's slot; look it up once, not per count.

        Raises:
            KeyError: There is no such family, or no series with these label values.
        """
        return self.layout.slot(family, **labels)

    def recorder(self, family: str) -> Recorder:
        """Return what records durations into a histogram.

        Raises:
            KeyError: There is no such family.
        """
        return Recorder(self.counts, self.layout.slot(family))

    def publish(self) -> None:
        """Show the counts to the supervisor; about 0.1 ms."""
        self._published[:] = self.counts


class Reading:
    """All counts at one instant, summed over the shards.

    Attributes:
        layout: Which slot is which.
        totals: Shape (layout.size,).
    """

    __slots__ = ("layout", "totals")

    def __init__(self, layout: Layout, totals: Counts) -> None:
        """Take the totals."""
        self.layout: Final = layout
        self.totals: Final = totals

    def value(self, family: str, **labels: str) -> int:
        """Return one counter or gauge.

        Raises:
            KeyError: There is no such family, or no series with these label values.
        """
        return int(self.totals[self.layout.slot(family, **labels)])

    def series(self, family: str) -> dict[str, int]:
        """Return a family's counters or gauges by label value, in order; several joined by `/`."""
        slots = self.layout.slots(family)
        return {"/".join(values): int(self.totals[slot]) for values, slot in slots.items()}

    def samples(self, family: Family) -> dict[tuple[str, ...], float]:
        """Return a family's counters or gauges by label values, in the unit of export."""
        slots = self.layout.slots(family.name)
        return {values: int(self.totals[slot]) / family.scale for values, slot in slots.items()}

    def total(self, family: str) -> int:
        """Return the sum of a family's counters or gauges."""
        return sum(self.series(family).values())

    def distribution(self, family: str) -> Distribution:
        """Return a histogram."""
        slot = self.layout.slot(family)
        return Distribution(self.totals[slot : slot + SLOTS])


class Board:
    """The supervisor's view of all shards' counts."""

    __slots__ = ("_shards", "layout")

    def __init__(self, layout: Layout, paths: Iterable[Path]) -> None:
        """Map the files of all shards.

        Raises:
            FileNotFoundError: A file is missing.
            ValueError: A file belongs to another layout.
        """
        self.layout: Final = layout
        self._shards: Final = [open_counts(path, layout) for path in paths]

    def read(self) -> Reading:
        """Return the counts of all shards, summed; peaks are the highest of any."""
        shards = np.stack(self._shards)
        totals = shards.sum(axis=0)
        totals[self.layout.peaks] = shards[:, self.layout.peaks].max(axis=0)
        return Reading(self.layout, totals)
