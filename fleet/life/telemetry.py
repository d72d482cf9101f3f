"""Telemetry: one vectorised function of (terminal, degradation, time), the same in every world.

Theory of operation
-------------------
A reading is a level or a flow. A *level* (temperature, voltage, memory in use) is

    base + drift by the hours since boot + spread * noise + symptoms

where `base` differs from terminal to terminal, the drift of most is none (`fleet.life.drift`), and
a symptom is how a fault shows, often before it strikes (`fleet.life.symptoms`).

A *flow* counts since the heartbeat before (cards read, transactions, retries): its level is a rate
per hour at full activity of a terminal that reads `NOMINAL_READS` cards in that hour, and it grows
and shrinks with the cards that this terminal reads in truth (`fleet.life.flows`); only retries of
the network do not. It is made whole by random rounding, so that means hold however small they are;
the number of reads spreads as a Poisson variable does from about six of them on, and a little less
below.

The noise is a hash of (seed, serial, number of the heartbeat), so it does not depend on how rows
are grouped, nor on which process computes them.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fleet.chance.noise import Levels, as_normals, as_uniforms, lane_of, planes
from fleet.chance.poisson import poisson
from fleet.life import flows
from fleet.life.channels import CHANNELS, COLUMN, NOMINAL_READS, ROW, TENTH, TENTHS
from fleet.life.drift import SINCE_BOOT
from fleet.life.runs import Runs
from fleet.life.symptoms import Readings
from fleet.life.vitals import Vitals
from fleet.units import HOUR_MS

_READS: Final = COLUMN["reads"]
_FLOWS: Final = slice(_READS, COLUMN["net_retry"] + 1)
_FAIL: Final = COLUMN["txn_fail"]
_RETRIES: Final = COLUMN["net_retry"]
_PAPER: Final = COLUMN["paper_m"]
_SPREAD: Final = np.array([c.spread for c in CHANNELS], np.float32)
_LOW: Final = np.array([c.low for c in CHANNELS], np.float32)
_HIGH: Final = np.array([c.high for c in CHANNELS], np.float32)
_DRIFTING: Final = tuple((COLUMN[name], drift) for name, drift in SINCE_BOOT.items())
_NOISY: Final = tuple(n for n, c in enumerate(CHANNELS) if c.spread)

Floats = NDArray[np.float64]
Single = NDArray[np.float32]
Integers = NDArray[np.int64]


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
    """Compute the changing values of heartbeats as they are told.

    Args:
        vitals: The terminals.
        rows: Which of them, int64[n].
        at_ms: Business instants since the epoch, int64[n].
        seq: Numbers of the heartbeats, uint64[n].
        origin_ms: Unix time of the epoch in ms, on the estate's local clock.

    Returns:
        float64[n, len(ROW)], each value rounded to its channel's resolution.
    """
    found = heartbeats(vitals, Runs(rows), at_ms, seq, origin_ms)
    table = np.empty((len(ROW), len(at_ms)))
    np.add(at_ms, origin_ms, out=table[0])
    table[1], table[2], table[3:] = seq, found.uptime_s, found.values
    for column in TENTHS:
        table[3 + column] /= TENTH
    return table.T


def heartbeats(
    vitals: Vitals, rows: Runs, at_ms: Integers, seq: NDArray[np.uint64], origin_ms: int
) -> Heartbeats:
    """Compute what heartbeats say: the one function, whatever world they are sent in.

    It works channel by channel, in place, so that many rows pass through the processor's cache.

    Args:
        vitals: The terminals.
        rows: Which of them.
        at_ms: Business instants since the epoch, int64[n].
        seq: Numbers of the heartbeats, uint64[n].
        origin_ms: Unix time of the epoch in ms, on the estate's local clock.
    """
    noise = planes(vitals.seed, rows.spread(vitals.serials), seq, len(CHANNELS))
    up_ms = at_ms - rows.spread(vitals.booted_ms)
    values: Single = rows.spread(vitals.base.T)
    up_h = up_ms.astype(np.float32) / np.float32(HOUR_MS)
    for column, drift in _DRIFTING:
        values[column] += drift(up_h)
    for column in _NOISY:
        normal = as_normals(lane_of(noise, column))
        normal *= _SPREAD[column]
        values[column] += normal
    every = rows.own(vitals.every_ms)
    every_ms = rows.repeat(every)
    activity = flows.activity(vitals.flows, rows, at_ms, origin_ms - (every >> 1))
    vitals.symptoms.add_to(Readings(values, rows, at_ms, up_ms, activity, noise))
    since_ms = at_ms - rows.spread(vitals.flows.sold["from_ms"])
    flows.add_refused(vitals.flows, rows, at_ms, every_ms, values[_FAIL], NOMINAL_READS)
    values[_READS] *= flows.expected(vitals.flows, rows, since_ms, every_ms, activity)
    values[_READS] *= np.float32(1.0 / NOMINAL_READS)
    activity *= rows.repeat(every.astype(np.float32))
    activity *= np.float32(1.0 / HOUR_MS)
    values[_RETRIES] *= activity
    _count(values[_FLOWS], noise)
    if vitals.flows.lived:
        flows.add_reported(vitals.flows, rows, seq, values[_READS : _FAIL + 1])
    values[_PAPER] += flows.paper(vitals.flows, rows, since_ms)  # symptoms stand there already
    _resolve(values)
    return Heartbeats((up_ms + 500) // 1_000, values)


def _resolve(values: Single) -> None:
    """Bring each channel into its range and to steps of its resolution, in place."""
    for column in range(len(CHANNELS)):
        steps = values[column]
        np.maximum(steps, _LOW[column], out=steps)  # np.clip takes twice as long to get there
        np.minimum(steps, _HIGH[column], out=steps)
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
