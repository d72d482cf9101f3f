"""The timeline of a run: its figures again and again, in the record as `timeline.parquet`.

A row is an instant, `elapsed_s` of wall time after the start. Columns are named as Prometheus would
name the series: counters and gauges stand as they were then, `name{label="value"}`; of a histogram
stand the percentiles of what was counted since the row before, in milliseconds, and how many that
were: `name:p50`, `name:p99`, `name:max`, `name:count`. They are null where nothing was counted.

A long run is not told in more rows than a short one: when there are too many, every other one is
left out, and from then on a row is made half as often.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fleet.units import SECOND_MS, Millis
from fleet.watch.family import Kind
from fleet.watch.layout import Layout
from fleet.watch.tally import Reading

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_MAX: Final = 2_400
ELAPSED: Final = "elapsed_s"
PERCENTILES: Final = {"p50": 0.5, "p99": 0.99}
_US_PER_MS: Final = 1_000.0


def column(family: str, **labels: str) -> str:
    """Return the name of a counter's or gauge's column."""
    if not labels:
        return family
    inner = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{family}{{{inner}}}"


class Timeline:
    """Collects the rows of one run."""

    def __init__(self, first: Reading) -> None:
        """Begin with a reading of the board before anything has happened."""
        self._columns: Final = (ELAPSED, *_columns(first.layout))
        self._rows: list[list[float]] = []
        self._every_ms: Millis = SECOND_MS
        self._last = first
        self._next_ms: Millis = 0

    def see(self, elapsed_ms: Millis, reading: Reading) -> None:
        """Look at the board; a row is made if it is time for one."""
        if elapsed_ms < self._next_ms:
            return
        self._rows.append([elapsed_ms / SECOND_MS, *_values(self._last, reading)])
        self._last = reading
        if len(self._rows) > ROWS_MAX:
            del self._rows[1::2]
            self._every_ms *= 2
        self._next_ms = (elapsed_ms // self._every_ms + 1) * self._every_ms

    def write(self, path: Path) -> None:
        """Write the rows as Parquet.

        Raises:
            OSError: The file cannot be written.
        """
        import pyarrow.parquet as pq  # noqa: PLC0415 - a run without a record does not need it

        pq.write_table(self._table(), path, compression="zstd")

    def _table(self) -> "pa.Table":
        import pyarrow as pa  # noqa: PLC0415 - see above

        columns = zip(*self._rows, strict=True) if self._rows else ([] for _ in self._columns)
        arrays = [pa.array(values, pa.float64(), from_pandas=True) for values in columns]
        return pa.table(dict(zip(self._columns, arrays, strict=True)))


def _columns(layout: Layout) -> Iterator[str]:
    for family in layout.families:
        if family.kind is Kind.HISTOGRAM:
            yield from (f"{family.name}:{part}" for part in (*PERCENTILES, "max", "count"))
        elif family.kind is not Kind.INFO:
            for values in layout.slots(family.name):
                labels = dict(zip((each.name for each in family.labels), values, strict=True))
                yield column(family.name, **labels)


def _values(earlier: Reading, later: Reading) -> Iterator[float]:
    for family in later.layout.families:
        if family.kind is Kind.HISTOGRAM:
            window = later.distribution(family.name).since(earlier.distribution(family.name))
            if window.count:
                yield from (window.percentile_us(at) / _US_PER_MS for at in PERCENTILES.values())
                yield window.peak_us / _US_PER_MS
            else:
                yield from (math.nan,) * (len(PERCENTILES) + 1)
            yield window.count
        elif family.kind is not Kind.INFO:
            yield from later.samples(family).values()
