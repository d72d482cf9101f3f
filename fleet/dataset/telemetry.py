"""The rows of `observed/telemetry`: quiet stretches, expanded, and what of them arrived."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fleet.dataset.bucket import Bucket
from fleet.dataset.calendar import Calendar, Day
from fleet.dataset.regimes import Regime
from fleet.dataset.schema import INSTANT, MISSINGNESS, TELEMETRY
from fleet.dataset.transport import LATE, LOST, MECHANISMS, TWICE, WHATS, Transport, index_of_copies
from fleet.life.telemetry import COLUMN, Heartbeats, Vitals
from fleet.units import HOUR_MS
from fleet.worlds.stretches import FIELDS, STATES, Grid, expand, grid_of

CHUNK_ROWS: Final = 20_000
_WEAK_DBM: Final = -95.0
_AT: Final = {name: number for number, name in enumerate(FIELDS)}

Integers = NDArray[np.int64]


class Arrived(NamedTuple):
    """What arrived of a chunk of heartbeats, and the log of what did not, or not in time."""

    telemetry: pa.RecordBatch
    missing: pa.RecordBatch


class Teller:
    """Turns the stretches of a bucket's days into rows."""

    def __init__(
        self,
        bucket: Bucket,
        calendar: Calendar,
        transport: Transport,
        regimes: list[Regime],
        gain: float,
    ) -> None:
        """Take what does not change from day to day; `gain` multiplies what symptoms add."""
        self._gain = np.float32(gain)
        self._bucket = bucket
        self._calendar = calendar
        self._transport = transport
        self._regimes = regimes
        members = bucket.members
        self._no_battery = np.array([not each.model.battery for each in members])
        self._no_printer = np.array([not each.model.printer for each in members])
        self._on_cable = np.array([each.model.link == "ethernet" for each in members])

    def day(self, day: Day) -> Iterator[Arrived]:
        """Yield the rows of a day, by terminal and time, some 20,000 heartbeats at a time."""
        stretches, tables = self._bucket.stretches(day.number)
        total = np.cumsum(stretches[:, _AT["count"]])
        cuts = np.searchsorted(total, np.arange(CHUNK_ROWS, total[-1] if len(total) else 0,
                                                CHUNK_ROWS))  # fmt: skip
        for part in np.split(stretches, np.unique(cuts)):
            yield self._arrived(part, self._vitals(part, tables))

    def _vitals(self, stretches: Integers, tables: list[NDArray[Any]]) -> Vitals:
        versions = stretches.T[len(FIELDS) :]
        vitals = Vitals.of_stretches(
            self._bucket.seed,
            self._bucket.serials[stretches[:, _AT["row"]]],
            stretches[:, _AT["booted"]],
            stretches[:, _AT["every"]],
            [table[version] for table, version in zip(tables, versions, strict=True)],
        )
        vitals.symptoms.forget_after(_end_ms(stretches))
        vitals.symptoms.slots["rise"] *= self._gain
        return vitals

    def _arrived(self, stretches: Integers, vitals: Vitals) -> Arrived:
        grid = grid_of(stretches)
        weak = (vitals.base[:, COLUMN["rssi_dbm"]] < _WEAK_DBM).astype(np.float64)
        ails = _ailing(vitals, stretches).astype(np.float64)
        which = grid.stretch
        fate = self._transport.fates(vitals.serials[which], grid.seq, weak[which], ails[which])
        missing = self._missing(stretches, grid, fate)
        delay_ms, copies = fate.delay_ms, index_of_copies(fate)
        if copies is not None:
            index, second = copies
            grid = Grid(grid.stretch[index], grid.at_ms[index], grid.seq[index])
            delay_ms = delay_ms[index] + second * self._transport.again_ms
        found = expand(grid, vitals, self._calendar.origin_ms)
        for regime in self._regimes:
            regime.apply(found.values, grid, stretches)
        return Arrived(self._batch(stretches, grid, found, delay_ms), missing)

    def _batch(
        self, stretches: Integers, grid: Grid, found: Heartbeats, delay_ms: Integers
    ) -> pa.RecordBatch:
        which = grid.stretch
        row = stretches[:, _AT["row"]]
        ts_us = (grid.at_ms + self._calendar.origin_ms) * 1_000

        def reading(name: str, kind: Any, per: float = 1.0, null: Any = None) -> pa.Array:
            steps = found.values[COLUMN[name]]
            numbers = (steps if per == 1.0 else steps / np.float32(per)).astype(kind, copy=False)
            return pa.array(numbers, mask=None if null is None else null[row][which])

        words = {"firmware": self._bucket.firmware, "state": [s.value for s in STATES]}
        columns = [
            pa.DictionaryArray.from_arrays(row.astype(np.int32)[which], self._bucket.tids),
            grid.seq.astype(np.uint32),
            pa.array(ts_us).cast(INSTANT),
            pa.array(ts_us + delay_ms * 1_000).cast(INSTANT),
            stretches[:, _AT["boot"]].astype(np.uint32)[which],
            found.uptime_s.astype(np.uint32),
            reading("temp_c", np.float32, 10.0),
            reading("supply_mv", np.int32),
            reading("battery_pct", np.float32, 100.0, self._no_battery),
            reading("rssi_dbm", np.int16, 1.0, self._on_cable),
            reading("rtt_ms", np.float32),
            reading("cpu_pct", np.float32, 100.0),
            reading("mem_pct", np.float32, 100.0),
            reading("flash_pct", np.float32, 100.0),
            reading("paper_m", np.float32, 260.0, self._no_printer),
            *(reading(name, np.uint16)
              for name in ("reads", "read_errors", "txn_ok", "txn_fail", "net_retry")),
            _words(stretches[:, _AT["fw"]][which], words["firmware"]),
            _words(stretches[:, _AT["state"]][which], words["state"]),
        ]  # fmt: skip
        arrays = [pa.array(column) for column in columns]
        return pa.RecordBatch.from_arrays(arrays, schema=TELEMETRY.schema)

    def _missing(self, stretches: Integers, grid: Grid, fate: Any) -> pa.RecordBatch:
        found = [
            (np.nonzero(fate.late)[0], LATE),
            (np.nonzero(fate.copies == 0)[0], LOST),
            (np.nonzero(fate.copies == 2)[0], TWICE),  # noqa: PLR2004 - two copies
        ]
        at = np.concatenate([rows for rows, _ in found])
        what = np.repeat([what for _, what in found], [len(rows) for rows, _ in found])
        order = np.lexsort((what, at))
        at, what = at[order], what[order]
        row = stretches[:, _AT["row"]][grid.stretch[at]]
        ts_us = (grid.at_ms[at] + self._calendar.origin_ms) * 1_000
        why = np.where(what == LOST, fate.why[at], 0)
        return pa.RecordBatch.from_arrays(
            [
                pa.DictionaryArray.from_arrays(row.astype(np.int32), self._bucket.tids),
                _words(np.zeros(len(at), np.int64), ["heartbeat"]),
                pa.array(grid.seq[at].astype(np.uint32)),
                pa.array(ts_us).cast(INSTANT),
                _words(what, list(WHATS)),
                _words(why, list(MECHANISMS)),
            ],
            schema=MISSINGNESS.schema,
        )


def _end_ms(stretches: Integers) -> Integers:
    begin, every, count = (stretches[:, _AT[name]] for name in ("begin", "every", "count"))
    end: Integers = begin + (count - 1) * every
    return end


def _ailing(vitals: Vitals, stretches: Integers) -> NDArray[np.bool_]:
    slots = vitals.symptoms.slots
    begin_h = stretches[:, _AT["begin"]] / HOUR_MS
    shown = (slots["source"] != 0) & (slots["from_h"] <= begin_h[:, None])
    return np.asarray(shown.any(axis=1))


def _words(numbers: Integers, words: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(numbers.astype(np.int16), pa.array(words))
