"""What a model may know at an instant: readings that had arrived by then, and nothing else.

For each channel of telemetry: the last reading, its means over 6 and 24 hours, and how far these
are from the mean over 7 days. Windows are cut by the instant of arrival, so a late record is known
late. Sums over windows are differences of running sums, one channel at a time.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fleet.proof.evidence import Evidence
from fleet.units import DAY_MS, HOUR_MS

CHANNELS: Final = (
    "uptime_s", "temp_cel", "supply_mv", "battery_frac", "signal_dbm", "rtt_ms", "cpu_frac",
    "mem_frac", "flash_wear_frac", "paper_frac", "card_reads", "card_read_err", "txn_ok",
    "txn_fail", "net_retry",
)  # fmt: skip
_WINDOWS: Final = (6 * HOUR_MS, DAY_MS)
_BASE: Final = 7 * DAY_MS
PER_CHANNEL: Final = 5
_ROW: Final = 2**42  # a terminal's place, times this, plus an instant in ms is one sortable number
_TELEMETRY: Final = """
    SELECT place, epoch_ms(ingest_ts) - {origin} AS arrived, {channels}
    FROM telemetry JOIN (SELECT terminal_id, row_number() OVER (ORDER BY terminal_id) - 1 AS place
                         FROM terminals) USING (terminal_id)
    WHERE place % {every} = 0 ORDER BY place, ingest_ts, seq
"""
Integers = NDArray[np.int64]
Floats = NDArray[np.float32]


class Telemetry(NamedTuple):
    """Readings of some terminals, by terminal and arrival.

    Attributes:
        key: Place of the terminal and instant of arrival as one number, int64[n].
        values: float32[channels, n]; NaN where null.
    """

    key: Integers
    values: Floats

    def until(self, place: int, at: int) -> "Telemetry":
        """Return what had arrived of one terminal by an instant."""
        mine = (self.key >= place * _ROW) & (self.key <= place * _ROW + at)
        return Telemetry(self.key[mine], self.values[:, mine])


def telemetry(evidence: Evidence, every: int) -> Telemetry:
    """Read the telemetry of each `every`-th terminal."""
    found = evidence.ask(_TELEMETRY.format(
        origin=evidence.calendar.origin_ms, every=every,
        channels=", ".join(f"{name}::FLOAT AS {name}" for name in CHANNELS)))  # fmt: skip
    key = found["place"].astype(np.int64) * _ROW + found["arrived"].astype(np.int64)
    return Telemetry(key, np.array([found[name] for name in CHANNELS], np.float32))


def features(readings: Telemetry, place: Integers, at: Integers) -> Floats:
    """Return the features of terminals at instants, float32[n, channels * PER_CHANNEL].

    Args:
        readings: By terminal and arrival.
        place: Terminals.
        at: Instants in ms since the epoch.
    """
    key = place * _ROW + at
    first = np.searchsorted(readings.key, place * _ROW)
    last = np.searchsorted(readings.key, key, side="right")
    windows = [np.maximum(first, np.searchsorted(readings.key, key - span, side="right"))
               for span in (*_WINDOWS, _BASE)]  # fmt: skip
    columns: list[NDArray[np.floating[Any]]] = []
    for values in readings.values:
        known = ~np.isnan(values)
        sums = np.concatenate([[0.0], np.cumsum(np.where(known, values, 0.0), dtype=np.float64)])
        counts = np.concatenate([[0], np.cumsum(known)])
        means = [_mean(sums, counts, begin, last) for begin in windows]
        recent = np.full(len(key), np.nan, np.float32)
        some = last > first
        recent[some] = values[last[some] - 1]
        columns += [recent, means[0], means[1], means[0] - means[2], means[1] - means[2]]
    return np.column_stack(columns).astype(np.float32)


def _mean(
    sums: NDArray[np.float64], counts: Integers, begin: Integers, end: Integers
) -> NDArray[np.float64]:
    count = counts[end] - counts[begin]
    total = sums[end] - sums[begin]
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
