"""The rows of `observed/telemetry`: quiet stretches, expanded, and what of them arrived.

A day's stretches are expanded some 20,000 heartbeats at a time, which stay near the processor's
cache; what few numbers tell of a whole stretch is worked out for all of the day at once.
"""

import itertools
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fleet.dataset.bucket import Bucket
from fleet.dataset.calendar import Calendar, Day
from fleet.dataset.regimes import Regime
from fleet.dataset.schema import MISSINGNESS, TELEMETRY
from fleet.dataset.sheet import Numbers, Sheet
from fleet.dataset.table import INSTANT
from fleet.dataset.transport import AGAIN_MS, MECHANISMS, WHATS, Fate, Transport
from fleet.life.channels import COLUMN
from fleet.life.telemetry import Heartbeats
from fleet.life.vitals import Vitals
from fleet.worlds.stretches import FIELDS, STATES, Grid, expand, grid_of

CHUNK_ROWS: Final = 20_000
_WEAK_DBM: Final = -95.0
_AT: Final = {name: number for number, name in enumerate(FIELDS)}
_PER: Final = {
    "temp_cel": 10.0, "battery_frac": 100.0, "rtt_ms": 1.0, "cpu_frac": 100.0, "mem_frac": 100.0,
    "flash_wear_frac": 100.0, "paper_frac": 260.0,
}  # fmt: skip
"""Steps of a reading in one unit of its column, where that is a fraction."""
_READINGS: Final = (
    "temp_c", "supply_mv", "battery_pct", "rssi_dbm", "rtt_ms", "cpu_pct", "mem_pct", "flash_pct",
    "paper_m", "reads", "read_errors", "txn_ok", "txn_fail", "net_retry",
)  # fmt: skip
"""Channels, in the order of their columns."""

Integers = NDArray[np.int64]


class _Stretches(NamedTuple):
    """The stretches of a day, an entry for each.

    Attributes:
        fields: See `FIELDS`, int64[fields, stretches].
        vitals: What their telemetry depends on.
        weak: Which have a weak signal, by their terminal's own level.
        ails: Which show a symptom from their begin on.
        picked: Values of the columns that do not change within a stretch.
    """

    fields: Integers
    vitals: Vitals
    weak: NDArray[np.bool_]
    ails: NDArray[np.bool_]
    picked: dict[str, NDArray[Any]]


class Teller:
    """Turns the stretches of a bucket's days into rows."""

    def __init__(
        self,
        bucket: Bucket,
        calendar: Calendar,
        transport: Transport,
        regimes: list[Regime],
    ) -> None:
        """Take what does not change from day to day."""
        self._bucket = bucket
        self._calendar = calendar
        self._transport = transport
        self._regimes = regimes
        self._log: list[tuple[Integers, ...]] = []
        words = {
            "terminal_id": bucket.tids,
            "firmware": pa.array(bucket.firmware, pa.string()),
            "state": pa.array([state.value for state in STATES]),
        }
        self._sheet = Sheet(TELEMETRY, words, _PER, bucket.lacking)

    def day(self, day: Day) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a day, by terminal and time; each batch is good until the next."""
        stretches = self._stretches(day)
        total = np.cumsum(stretches.fields[_AT["count"]])
        beats = int(total[-1]) if len(total) else 0
        cuts = np.searchsorted(total, np.arange(CHUNK_ROWS, beats, CHUNK_ROWS))
        edges = np.unique([0, *cuts, len(total)]).tolist()
        for first, last in itertools.pairwise(edges):
            yield from self._sheet.add(self._arrived(stretches, slice(first, last)))
        yield from self._sheet.rest()

    def log(self) -> pa.RecordBatch:
        """Return the log of what did not arrive, or not in time, since it was asked last."""
        row, seq, at_ms, what, why = (
            (np.concatenate(parts) for parts in zip(*self._log, strict=True))
            if self._log
            else [np.zeros(0, np.int64)] * 5
        )
        self._log.clear()
        ts_us = (at_ms + self._calendar.origin_ms) * 1_000
        return pa.RecordBatch.from_arrays(
            [
                pa.DictionaryArray.from_arrays(row.astype(np.int32), self._bucket.tids),
                _words(np.zeros(len(row), np.int64), ["heartbeat"]),
                pa.array(seq.astype(np.uint32)),
                pa.array(ts_us).cast(INSTANT),
                _words(what, list(WHATS)),
                _words(why, list(MECHANISMS)),
            ],
            schema=MISSINGNESS.schema,
        )

    def _stretches(self, day: Day) -> _Stretches:
        fields, tables = self._bucket.stretches(day.number)
        row, begin, every, count = (
            fields[_AT[name]] for name in ("row", "begin", "every", "count")
        )
        vitals = Vitals.of_stretches(
            self._bucket.seed, self._bucket.serials[row], fields[_AT["booted"]], every,
            tables, list(fields[len(FIELDS) :]),
        )  # fmt: skip
        vitals.symptoms.forget_after(begin + (count - 1) * every)
        picked = {
            "terminal_id": row.astype(np.int32),
            "boot_id": fields[_AT["boot"]].astype(np.uint32),
            "firmware": fields[_AT["fw"]].astype(np.int16),
            "state": fields[_AT["state"]].astype(np.int16),
        }
        weak = vitals.base[:, COLUMN["rssi_dbm"]] < _WEAK_DBM
        return _Stretches(fields, vitals, weak, vitals.symptoms.begun(begin), picked)

    def _arrived(self, stretches: _Stretches, which: slice) -> list[Numbers]:
        """Return the columns of what arrived of some stretches' heartbeats, and log the rest."""
        sent, vitals = grid_of(stretches.fields, which), stretches.vitals
        fate = self._transport.fates(
            sent.rows, vitals.serials, sent.seq, stretches.weak, stretches.ails
        )
        self._note(stretches, sent, fate)
        index, second = fate.copies()
        grid = Grid(fate.arrived(sent.rows), sent.at_ms.take(index), sent.seq.take(index))
        delay_ms = fate.delay_ms.take(index)
        delay_ms[second] += AGAIN_MS
        found = expand(grid, vitals, self._calendar.origin_ms)
        for regime in self._regimes:
            regime.apply(found.values, grid, stretches.fields)
        return self._columns(stretches, grid, found, delay_ms)

    def _columns(
        self, stretches: _Stretches, grid: Grid, found: Heartbeats, delay_ms: Integers
    ) -> list[Numbers]:
        ts_us = grid.at_ms * 1_000
        ts_us += self._calendar.origin_ms * 1_000
        ingest_us = delay_ms
        ingest_us *= 1_000
        ingest_us += ts_us
        same = {name: grid.rows.spread(values) for name, values in stretches.picked.items()}
        return [
            same["terminal_id"], grid.seq, ts_us, ingest_us, same["boot_id"], found.uptime_s,
            *(found.values[COLUMN[name]] for name in _READINGS),
            same["firmware"], same["state"],
        ]  # fmt: skip

    def _note(self, stretches: _Stretches, sent: Grid, fate: Fate) -> None:
        at, what, why = fate.log()
        row = stretches.fields[_AT["row"]][sent.rows.index[at]]
        self._log.append((row, sent.seq[at].astype(np.int64), sent.at_ms[at], what, why))


def _words(numbers: Integers, words: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(numbers.astype(np.int16), pa.array(words))
