"""Telemetry: one vectorised function of (terminal, degradation, time), the same in every world.

Theory of operation
-------------------
A reading is a level or a flow. A *level* (temperature, voltage, memory in use) is

    base + per_hour * hours since boot + spread * noise + symptoms

where `base` differs from terminal to terminal, and a symptom is how a fault shows, often before it
strikes (`fleet.life.symptoms`). A *flow* counts since the heartbeat before (cards read,
transactions, retries): its level is a rate per hour at full activity of a terminal that reads
`NOMINAL_READS` cards in that hour, and it grows and shrinks with the cards that this terminal reads
in truth (`fleet.life.flows`); only retries of the network do not. It is made whole by random
rounding, so that means hold however small they are; the number of reads spreads as a Poisson
variable does from about six of them on, and a little less below.

The noise is a hash of (seed, serial, number of the heartbeat), so it does not depend on how rows
are grouped, nor on which process computes them.

Sources: roll length 26 m (PAX S80), read errors 0.5 % (baseline below the 1 % at which card schemes
charge for fallback), shape of the day after Home Credit's Czech card statistics (rise 7-10, high
10-12, dip, second peak 15-17), for what depends on the hour and not on the shop. All other figures
are guesses about an Android terminal on a desk.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from fleet.chance.daily import WeekCurve
from fleet.chance.noise import Levels, as_normals, as_uniforms, lane_of, normals, planes
from fleet.chance.poisson import poisson
from fleet.life import flows
from fleet.life.flows import Counts, Flows, Trade
from fleet.life.symptoms import Readings, Symptom, Symptoms
from fleet.units import HOUR_MS, Millis


class Channel(NamedTuple):
    """A measured quantity.

    Attributes:
        name: As in `fleet.wire.messages.Heartbeat`.
        unit: In UCUM's notation.
        base: Median over terminals; for a flow, per hour at full activity.
        between: Standard deviation of `base` over terminals.
        spread: Standard deviation from reading to reading.
        per_hour: Change of a level for each hour since boot.
        low: Least value that is reported.
        high: Greatest value that is reported.
    """

    name: str
    unit: str
    base: float
    between: float
    spread: float
    per_hour: float
    low: float
    high: float


CHANNELS: Final = (
    Channel("temp_c", "Cel", 38.0, 2.0, 0.6, 0.0, -20.0, 95.0),
    Channel("supply_mv", "mV", 5_000.0, 35.0, 14.0, 0.0, 0.0, 6_000.0),
    Channel("rssi_dbm", "dB[mW]", -72.0, 6.0, 2.5, 0.0, -113.0, 0.0),
    Channel("rtt_ms", "ms", 80.0, 20.0, 9.0, 0.0, 1.0, 60_000.0),
    Channel("cpu_pct", "%", 12.0, 2.5, 3.0, 0.0, 0.0, 100.0),
    Channel("mem_pct", "%", 34.0, 3.0, 0.8, 0.4, 0.0, 100.0),
    Channel("flash_pct", "%", 41.0, 6.0, 0.3, 0.0, 0.0, 100.0),
    # The flows. What is left of the reads after errors and failures is what went well.
    Channel("reads", "{count}", 6.0, 0.0, 0.0, 0.0, 0.0, 10_000.0),
    Channel("read_errors", "{count}", 0.03, 0.005, 0.0, 0.0, 0.0, 10_000.0),
    Channel("txn_ok", "{count}", 0.0, 0.0, 0.0, 0.0, 0.0, 10_000.0),
    Channel("txn_fail", "{count}", 0.3, 0.0, 0.0, 0.0, 0.0, 10_000.0),
    Channel("net_retry", "{count}", 0.4, 0.1, 0.0, 0.0, 0.0, 10_000.0),
    Channel("paper_m", "m", 0.0, 0.0, 0.0, 0.0, 0.0, 26.0),
    Channel("battery_pct", "%", 100.0, 0.0, 0.5, -7.0, 5.0, 100.0),
)
COLUMN: Final = {channel.name: number for number, channel in enumerate(CHANNELS)}

# What the link adds to (rssi_dbm, rtt_ms): a cable has no field strength, a cell is far away.
LINK_OFFSETS: Final = {
    "ethernet": (200.0, -60.0),
    "wifi": (10.0, -30.0),
    "cellular": (-12.0, 40.0),
}

NOMINAL_READS: Final = 6.0
"""Cards in an hour of full activity for which the levels of the other flows are meant."""

# Of terminals whose trade nobody has told; see the sources above.
STREET: Final = WeekCurve((
    0.02, 0.01, 0.01, 0.01, 0.02, 0.05, 0.15, 0.35, 0.60, 0.80, 0.98, 0.95,
    0.75, 0.70, 0.85, 1.00, 1.00, 0.95, 0.80, 0.55, 0.35, 0.20, 0.10, 0.05,
))  # fmt: skip

ROW: Final = ("ts", "seq", "uptime_s", *COLUMN)
"""A heartbeat's changing values, in the order in which `fleet.wire.heartbeat` wants them."""

_READS: Final = COLUMN["reads"]
_FLOWS: Final = slice(_READS, COLUMN["net_retry"] + 1)
_FAIL: Final = COLUMN["txn_fail"]
_RETRIES: Final = COLUMN["net_retry"]
_PAPER: Final = COLUMN["paper_m"]
_BASE: Final = np.array([c.base for c in CHANNELS], np.float32)
_BETWEEN: Final = np.array([c.between for c in CHANNELS], np.float32)
_SPREAD: Final = np.array([c.spread for c in CHANNELS], np.float32)
_PER_HOUR: Final = np.array([c.per_hour for c in CHANNELS], np.float32)
_LOW: Final = np.array([c.low for c in CHANNELS], np.float32)
_HIGH: Final = np.array([c.high for c in CHANNELS], np.float32)
_DRIFTING: Final = tuple(n for n, c in enumerate(CHANNELS) if c.per_hour)
_NOISY: Final = tuple(n for n, c in enumerate(CHANNELS) if c.spread)
TENTHS: Final = (COLUMN["temp_c"], COLUMN["paper_m"])
"""Channels whose resolution is a tenth; that of all others is 1."""
TENTH: Final = np.float32(10.0)
# Few reads must not become less than none: that would raise their mean.
_READS_SPREAD_MAX: Final = 0.4
# The places of `Vitals.tables`.
_BASE_BIT, _SYMPTOMS_BIT, _SOLD_BIT, _COUNTED_BIT, _CURVES_BIT = (1 << n for n in range(5))
_BIRTH_SEQ: Final = 2**63  # a heartbeat's number never gets here

Floats = NDArray[np.float64]
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
        value = float(self.base[row, column]) + CHANNELS[column].per_hour * up_h
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
        self.changes[row] += 1
        self.edition += 1

    def _changed(self, row: int, tables: int) -> None:
        self.mark(row)
        self.touched[row] |= tables

    def _born(self, rows: Integers, generation: int) -> Single:
        birth = np.full(len(rows), _BIRTH_SEQ + generation, np.uint64)
        own = _BETWEEN * normals(self.seed, self.serials[rows], birth, len(CHANNELS))
        return np.maximum(_BASE + own, _LOW)


class Heartbeats(NamedTuple):
    """What heartbeats say that changes from one to the next, a column for each.

    Attributes:
        uptime_s: Time since the boot in whole seconds, int64[n].
        values: Each channel in steps of its resolution, whole numbers, float32[channels, n].
    """

    uptime_s: Integers
    values: Single


def telemetry(
    vitals: Vitals, rows: Integers, at_ms: Integers, seq: NDArray[np.uint64], origin_ms: int
) -> Floats:
    """Compute the changing values of heartbeats as they are told; arguments as of `heartbeats`.

    Returns:
        float64[n, len(ROW)], each value rounded to its channel's resolution.
    """
    found = heartbeats(vitals, rows, at_ms, seq, origin_ms)
    table = np.empty((len(ROW), len(at_ms)))
    np.add(at_ms, origin_ms, out=table[0])
    table[1], table[2], table[3:] = seq, found.uptime_s, found.values
    for column in TENTHS:
        table[3 + column] /= TENTH
    return table.T


def heartbeats(
    vitals: Vitals, rows: Integers, at_ms: Integers, seq: NDArray[np.uint64], origin_ms: int
) -> Heartbeats:
    """Compute what heartbeats say: the one function, whatever world they are sent in.

    It works channel by channel, in place, so that many rows pass through the processor's cache.

    Args:
        vitals: The terminals.
        rows: Which of them, int64[n].
        at_ms: Business instants since the epoch, int64[n].
        seq: Numbers of the heartbeats, uint64[n].
        origin_ms: Unix time of the epoch in ms, on the estate's local clock.
    """
    noise = planes(vitals.seed, vitals.serials[rows], seq, len(CHANNELS))
    up_ms = at_ms - vitals.booted_ms[rows]
    values: Single = np.take(vitals.base.T, rows, axis=1)
    for column in _DRIFTING:
        values[column] += up_ms * (_PER_HOUR[column] / np.float32(HOUR_MS))
    for column in _NOISY:
        normal = as_normals(lane_of(noise, column))
        normal *= _SPREAD[column]
        values[column] += normal
    every_ms = vitals.every_ms[rows]
    activity = flows.activity(vitals.flows, rows, at_ms + origin_ms - (every_ms >> 1))
    vitals.symptoms.add_to(Readings(values, rows, at_ms, up_ms, activity, noise))
    since_ms = at_ms - vitals.flows.sold["from_ms"][rows]
    flows.add_refused(vitals.flows, rows, at_ms, every_ms, values[_FAIL], NOMINAL_READS)
    values[_READS] *= flows.expected(vitals.flows, rows, since_ms, every_ms, activity)
    values[_READS] *= np.float32(1.0 / NOMINAL_READS)
    activity *= every_ms
    activity *= np.float32(1.0 / HOUR_MS)
    values[_RETRIES] *= activity
    _count(values[_FLOWS], noise)
    if vitals.flows.lived:
        flows.add_reported(vitals.flows, rows, seq, values[_READS : _FAIL + 1])
    values[_PAPER] = flows.paper(vitals.flows, rows, since_ms)
    _resolve(values)
    return Heartbeats((up_ms + 500) // 1_000, values)


def _resolve(values: Single) -> None:
    """Bring each channel into its range and to steps of its resolution, in place."""
    for column in range(len(CHANNELS)):
        steps = values[column]
        np.clip(steps, _LOW[column], _HIGH[column], out=steps)
        if column in TENTHS:
            steps *= TENTH
        np.rint(steps, out=steps)
        steps += 0.0  # which has one sign


def _count(values: Single, noise: Levels) -> None:
    """Turn means into whole counts that add up, in place.

    Args:
        values: Mean of the reads, rates of errors, ok and fail for `NOMINAL_READS`, and the mean of
            the network's retries, float32[5, n].
        noise: Of all channels, as from `planes`.
    """
    reads, errors, ok, fail, _ = values
    chance = as_uniforms(lane_of(noise, _PAPER))
    reads[:] = poisson(np.maximum(reads, 0.0), lane_of(noise, _READS), chance)
    values[1:-1] *= reads * (1.0 / NOMINAL_READS)
    rest = values[1:]
    for number in range(len(rest)):
        rest[number] += as_uniforms(lane_of(noise, _READS + 1 + number))
    np.floor(rest, out=rest)
    np.maximum(rest, 0.0, out=rest)
    np.minimum(errors, reads, out=errors)
    np.minimum(fail, reads - errors, out=fail)
    np.subtract(reads - errors, fail, out=ok)
