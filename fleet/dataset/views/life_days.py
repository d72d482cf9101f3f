"""What was read of a terminal on each day of a life: means of what it sent while the life lasted.

Theory of operation
-------------------
Lives of one terminal overlap, one for each kind of fault, so most of their days are the same. Sums
of readings are kept for each terminal and day, and beside them those of each life's first and last
day, of which only a part is its own: what is read after a fault must not be told of the life that
it ended. Files come by the day on which the server heard, so a day's rows may stand in several of
them, and sums grow file by file. Memory grows with terminals times days, and with lives.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fleet.dataset.views.source import Source
from fleet.units import DAY_MS

SENSORS: Final = (
    "temp_cel", "supply_mv", "signal_dbm", "rtt_ms", "cpu_frac", "mem_frac", "flash_wear_frac",
    "card_reads", "card_read_err", "txn_ok", "txn_fail", "net_retry", "battery_frac", "paper_frac",
    "uptime_s",
)  # fmt: skip
_LIFE: Final = ["life_id", "terminal_id", "start_ts", "end_ts", "event_observed"]
_SPAN: Final = 2**42  # a terminal's place, times this, plus an instant in ms is one sortable number

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


class LifeDays:
    """Means of readings by life and day.

    Attributes:
        lives: Each with `life_id`, `event_observed`, and `start` and `end` in ms since 1970.
    """

    def __init__(self, source: Source) -> None:
        """Read the telemetry of a dataset."""
        names = source.table("observed/terminals", ["terminal_id"])["terminal_id"]
        rows = source.table("truth/lives", _LIFE)
        self._place = _places(rows["terminal_id"], names)
        self._start, self._end = _ms(rows["start_ts"]), _ms(rows["end_ts"])
        rows = rows.append_column("start", pa.array(self._start))
        rows = rows.append_column("end", pa.array(self._end))
        self.lives: Final[list[dict[str, Any]]] = rows.drop_columns(
            ["start_ts", "end_ts"]).to_pylist()  # fmt: skip
        self._first, self._last = self._start // DAY_MS, self._end // DAY_MS
        self._origin = int(self._first.min(initial=0 if not len(rows) else self._first[0]))
        days = int(self._last.max(initial=self._origin)) - self._origin + 1
        self._whole = _Sums((len(names), days))
        self._edges = _Sums((len(rows), 2))
        for part in source.parts("observed/telemetry", ["terminal_id", "ts", *SENSORS]):
            self._add(_Rows(part, names), days)

    def of(self, life: int) -> Iterator[tuple[int, list[float]]]:
        """Yield the days of a life on which its terminal was heard, from 0, and readings.

        Args:
            life: Its place in `lives`.
        """
        first, last = int(self._first[life]), int(self._last[life])
        for day in range(first, last + 1):
            means = (
                self._edges.means((life, int(day != first))) if day in {first, last}
                else self._whole.means((int(self._place[life]), day - self._origin))
            )  # fmt: skip
            if means is not None:
                yield day - first, means

    def _add(self, rows: "_Rows", days: int) -> None:
        places = np.arange(len(self._whole.heard))
        for day in rows.days():
            begin, end = day * DAY_MS, (day + 1) * DAY_MS
            if 0 <= day - self._origin < days:
                self._whole.add((places, day - self._origin), rows, places, begin, end)
            for edge, mine in enumerate((
                self._first == day,
                (self._last == day) & (self._first < day),
            )):  # fmt: skip
                (life,) = np.nonzero(mine)
                since, until = np.maximum(self._start[life], begin), self._end[life]
                until = np.minimum(until, end)
                self._edges.add((life, edge), rows, self._place[life], since, until)


class _Rows:
    """The rows of a file, and sums over any stretch of a terminal's time."""

    def __init__(self, part: pa.Table, names: pa.ChunkedArray) -> None:
        key = _places(part["terminal_id"], names) * _SPAN + _ms(part["ts"])
        order = np.argsort(key, kind="stable")
        values = [part[name].cast(pa.float64()).to_numpy()[order] for name in SENSORS]
        self._key = key[order]
        read = np.array(values, np.float64).reshape(len(SENSORS), -1)
        self._sums = _running(np.nan_to_num(read))
        self._counts = _running(~np.isnan(read))

    def days(self) -> list[int]:
        """Return the days in which they were sent."""
        found: list[int] = np.unique(self._key % _SPAN // DAY_MS).tolist()
        return found

    def between(
        self, place: Integers, begin: Integers | int, end: Integers | int
    ) -> tuple[Floats, Floats, Integers]:
        """Return sums and counts of readings, each [n, sensors], and how many rows there were."""
        low = np.searchsorted(self._key, place * _SPAN + begin)
        high = np.maximum(low, np.searchsorted(self._key, place * _SPAN + end))
        return (
            self._sums[high] - self._sums[low],
            self._counts[high] - self._counts[low],
            high - low,
        )


class _Sums:
    """Sums and counts of readings in cells, and how many heartbeats each has."""

    def __init__(self, cells: tuple[int, int]) -> None:
        self._sums = np.zeros((*cells, len(SENSORS)))
        self._counts = np.zeros((*cells, len(SENSORS)), np.uint32)
        self.heard = np.zeros(cells, np.uint32)

    def add(
        self, at: tuple[Integers, int], rows: _Rows, place: Integers, begin: Any, end: Any
    ) -> None:
        """Add what terminals sent from an instant to another to cells."""
        sums, counts, heard = rows.between(place, begin, end)
        self._sums[at] += sums
        self._counts[at] += counts.astype(np.uint32)
        self.heard[at] += heard.astype(np.uint32)

    def means(self, at: tuple[int, int]) -> list[float] | None:
        """Return the means of a cell, NaN where nothing could be read; None if nobody was heard."""
        if not self.heard[at]:
            return None
        counts = self._counts[at]
        found: list[float] = np.where(
            counts > 0, self._sums[at] / np.maximum(counts, 1), np.nan
        ).tolist()
        return found


def _running(values: NDArray[Any]) -> Floats:
    sums = np.zeros((values.shape[1] + 1, values.shape[0]))
    np.cumsum(values.T, axis=0, out=sums[1:])
    return sums


def _places(column: pa.ChunkedArray, names: pa.ChunkedArray) -> Integers:
    found = pc.index_in(column, value_set=names.combine_chunks())
    places: Integers = found.to_numpy().astype(np.int64)
    return places


def _ms(column: pa.ChunkedArray) -> Integers:
    instants = column.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_numpy()
    milliseconds: Integers = instants // 1_000
    return milliseconds
