"""What a terminal's telemetry depends on: its own levels, what it shows, what it sells.

Sources: the shape of the day after Home Credit's Czech card statistics (rise 7-10, high 10-12, dip,
second peak 15-17), for what depends on the hour and not on the shop.
"""

from collections.abc import Sequence
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from fleet.chance.daily import WeekCurve
from fleet.chance.noise import normals
from fleet.life.channels import CHANNELS, COLUMN, LINK_OFFSETS, NOMINAL_READS
from fleet.life.drift import SINCE_BOOT
from fleet.life.flows import Counts, Flows, Trade
from fleet.life.symptoms import Symptom, Symptoms
from fleet.units import HOUR_MS, Millis

# Of terminals whose trade nobody has told; see the sources above.
STREET: Final = WeekCurve((
    0.02, 0.01, 0.01, 0.01, 0.02, 0.05, 0.15, 0.35, 0.60, 0.80, 0.98, 0.95,
    0.75, 0.70, 0.85, 1.00, 1.00, 0.95, 0.80, 0.55, 0.35, 0.20, 0.10, 0.05,
))  # fmt: skip

_READS: Final = COLUMN["reads"]
_FAIL: Final = COLUMN["txn_fail"]
_BASE: Final = np.array([c.base for c in CHANNELS], np.float32)
_BETWEEN: Final = np.array([c.between for c in CHANNELS], np.float32)
_LOW: Final = np.array([c.low for c in CHANNELS], np.float32)
# The places of `Vitals.tables`.
_BASE_BIT, _SYMPTOMS_BIT, _SOLD_BIT, _COUNTED_BIT, _CURVES_BIT = (1 << n for n in range(5))
_BIRTH_SEQ: Final = 2**63  # a heartbeat's number never gets here

Single = NDArray[np.float32]
Integers = NDArray[np.int64]


class Vitals:
    """What telemetry depends on, a row for each terminal of a shard.

    Attributes:
        base: `base` of each channel, float32[terminals, channels], channel by channel in memory.
        symptoms: How faults show.
        flows: What they sell.
        booted_ms: Instant of the last boot, int64[terminals].
        every_ms: Time between two heartbeats, int64[terminals].
        changes: How often a row has changed, so that what was computed from it can be told stale,
            int64[terminals].
        edition: How often any row has.
        touched: Which of a row's `tables` may have changed since whoever copies them has last made
            this 0, a bit for each.
    """

    def __init__(self, seed: int, serials: NDArray[np.uint64]) -> None:
        """Draw each terminal's own levels.

        Args:
            seed: The run's seed.
            serials: Serial index of each terminal in the estate, uint64[terminals].
        """
        count = len(serials)
        self.seed = seed
        self.serials = serials
        self.base = np.asfortranarray(self._born(np.arange(count), 0))
        self.symptoms = Symptoms(count)
        self.booted_ms = np.zeros(count, np.int64)
        self.flows = Flows(count, STREET)
        self.every_ms = np.full(count, HOUR_MS // 4, np.int64)
        self.changes = np.zeros(count, np.int64)
        self._changes = self.changes.data  # one number of a view costs a third of one of an array
        self.edition = 0
        self.touched = [0] * count

    @classmethod
    def of_stretches(  # noqa: PLR0913, PLR0917 - what a stretch is
        cls,
        seed: int,
        serials: NDArray[np.uint64],
        booted_ms: Integers,
        every_ms: Integers,
        tables: Sequence[NDArray[Any]],
        versions: Sequence[Integers],
    ) -> Self:
        """Return vitals as they once were, a row for each quiet stretch.

        Args:
            seed: The run's seed.
            serials: Of the terminal of each stretch, uint64[stretches].
            booted_ms: Instant of its last boot, int64[stretches].
            every_ms: Distance of its heartbeats, int64[stretches].
            tables: For each of `tables` the versions of its rows that were met.
            versions: For each of them, which version each stretch has, int64[stretches].
        """
        vitals = cls.__new__(cls)
        vitals.seed = seed
        vitals.serials = serials
        vitals.booted_ms = booted_ms
        vitals.every_ms = every_ms
        vitals.changes = np.zeros(0, np.int64)
        vitals.edition = 0
        vitals.touched = []
        vitals.base = np.take(tables[0].T.copy(), versions[0], axis=1).T
        vitals.symptoms = Symptoms.of(tables[1], versions[1])
        vitals.flows = Flows.of(tables[2:], versions[2:])
        return vitals

    def tables(self) -> tuple[NDArray[Any], ...]:
        """Return what changes rarely, a row for each terminal, for who keeps copies of rows."""
        return self.base, self.symptoms.slots, *self.flows.tables()

    def connect_by(self, row: int, link: str) -> None:
        """Shift field strength and round trip to what the kind of link gives."""
        rssi, rtt = LINK_OFFSETS[link]
        self.base[row, COLUMN["rssi_dbm"]] += rssi
        self.base[row, COLUMN["rtt_ms"]] = max(4.0, self.base[row, COLUMN["rtt_ms"]] + rtt)

    def boot(self, row: int, at: Millis) -> None:
        """Note the instant of a boot."""
        self.booted_ms[row] = at
        self.mark(row)

    def beat_every(self, row: int, interval_ms: Millis) -> None:
        """Note the interval of heartbeats."""
        self.every_ms[row] = interval_ms
        self.mark(row)

    def sell(self, row: int, trade: Trade | None, at: Millis) -> None:
        """Let a terminal sell by `trade` from `at` on, or nothing."""
        self.flows.end(row, at)
        if trade is not None and self.flows.begin(row, trade, at):
            self.base[row, _FAIL] = trade.failing * NOMINAL_READS
            self.touched[row] |= _BASE_BIT | _CURVES_BIT
        self._changed(row, _SOLD_BIT)

    def refuse(self, row: int, share: float, at: Millis) -> None:
        """Let the host refuse this share of what is sold from `at` on; 0 for none any more."""
        self.flows.refuse(row, share, at)
        self._changed(row, _SOLD_BIT)

    def count(self, row: int, seq: int, counts: Counts, paper_m: float) -> None:
        """Add to what heartbeat number `seq` will report, and use paper."""
        self.flows.count(row, seq, counts, paper_m)
        self._changed(row, _SOLD_BIT | _COUNTED_BIT)

    def show(self, row: int, source: int, symptom: Symptom, begin: Millis, grow_ms: Millis) -> None:
        """Let a symptom begin; see `Symptoms.show`."""
        self.symptoms.show(row, source, COLUMN[symptom.channel], symptom, begin, grow_ms)
        self._changed(row, _SYMPTOMS_BIT)

    def hide(self, row: int, source: int) -> None:
        """End all symptoms of a source."""
        if self.symptoms.hide(row, source):
            self._changed(row, _SYMPTOMS_BIT)

    def level(self, row: int, channel: str, at_ms: Millis) -> float:
        """Return a level at `at_ms`, with symptoms that are there always, without noise."""
        column = COLUMN[channel]
        up_h = (at_ms - int(self.booted_ms[row])) / HOUR_MS
        value = float(self.base[row, column])
        if (drift := SINCE_BOOT.get(channel)) is not None:
            value += drift(up_h)
        if self.symptoms.ill[row]:
            value += self.symptoms.level(row, column, at_ms / HOUR_MS, up_h)
        return min(max(value, CHANNELS[column].low), CHANNELS[column].high)

    def renew(self, row: int, generation: int) -> None:
        """Let another unit take this one's place: new levels, the same shop and its customers."""
        levels_only = np.arange(len(CHANNELS)) < _READS
        self.base[row, levels_only] = self._born(np.array([row]), generation)[0, levels_only]
        self.symptoms.clear(row)
        self._changed(row, _BASE_BIT | _SYMPTOMS_BIT)

    def mark(self, row: int) -> None:
        """Note that what was computed from a row is stale."""
        self._changes[row] += 1
        self.edition += 1

    def _changed(self, row: int, tables: int) -> None:
        self._changes[row] += 1
        self.edition += 1
        self.touched[row] |= tables

    def _born(self, rows: Integers, generation: int) -> Single:
        birth = np.full(len(rows), _BIRTH_SEQ + generation, np.uint64)
        own = _BETWEEN * normals(self.seed, self.serials[rows], birth, len(CHANNELS))
        return np.maximum(_BASE + own, _LOW)
