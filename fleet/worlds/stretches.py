"""Quiet stretches: heartbeats noted as blocks of rows, and expanded many at once.

Theory of operation
-------------------
Between two events of its life a terminal does nothing but beat. All heartbeats of such a stretch
follow from a dozen numbers: where it begins, how often it beats, and what telemetry depends on.
The virtual world notes those numbers, and `expand` turns thousands of stretches into rows by the
very function that computes a live run's heartbeats. A numpy call for each stretch would cost a
microsecond a row; a call for all of them costs a few nanoseconds.

What telemetry depends on changes rarely, so it is kept apart, once for each *version* of a
terminal's vitals, and a stretch names its version.
"""

from array import array
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fleet.life.pulse import Pulse
from fleet.life.states import State
from fleet.life.telemetry import Vitals, telemetry
from fleet.units import Millis

Integers = NDArray[np.int64]

FIELDS: Final = (
    "row", "version", "begin", "every", "count", "seq", "booted", "boot", "state", "fw", "plan",
    "faults",
)  # fmt: skip
"""Of a stretch, in order: the terminal's row; the version of its vitals; instant of the first
heartbeat and distance of the others in ms; how many; the first one's number; the instant of the
last boot in ms and its number; the state's place in `STATES`; the version's place among those of
its collector; the last order's number; how many faults are active."""

STATES: Final = tuple(State)
_STATE: Final = {state: number for number, state in enumerate(STATES)}


class Collected(NamedTuple):
    """Stretches as they were collected, and what telemetry depends on in them.

    Attributes:
        stretches: int64[stretches, len(FIELDS)], in the order in which they ended.
        tables: Of each version, a row in each of `Vitals.tables`.
    """

    stretches: Integers
    tables: tuple[NDArray[Any], ...]


class Stretches:
    """Collects the stretches of one block of terminals.

    Attributes:
        firmware: Versions of the firmware that were met, in order.
    """

    def __init__(self, vitals: Vitals) -> None:
        """Collect for the terminals of `vitals`."""
        count = len(vitals.serials)
        self.firmware: dict[str, int] = {}
        self._vitals = vitals
        self._sources = vitals.tables()
        self._changes = [-1] * count
        self._version = [-1] * count
        self._noted: list[tuple[bytes, ...]] = [()] * count
        self._numbers = array("q")
        self._snapshots: list[tuple[bytes, ...]] = []

    def __len__(self) -> int:
        return len(self._numbers) // len(FIELDS)

    def add(self, pulse: Pulse, begin: Millis, every: Millis, count: int) -> None:
        """Note a stretch; its heartbeats follow those that the pulse has counted."""
        row, vitals = pulse.index, self._vitals
        if self._changes[row] != vitals.changes[row]:
            self._note(row)
        self._numbers.extend((
            row, self._version[row], begin, every, count, pulse.seq + 1,
            int(vitals.booted_ms[row]), pulse.boot, _STATE[pulse.state],
            self.firmware.setdefault(pulse.fw, len(self.firmware)), pulse.plan, pulse.faults,
        ))  # fmt: skip

    def take(self) -> Collected:
        """Return all that was collected since the last time, and forget it."""
        stretches = np.frombuffer(self._numbers, np.int64).reshape(-1, len(FIELDS))
        columns = (
            zip(*self._snapshots, strict=True) if self._snapshots else [()] * len(self._sources)
        )
        tables = tuple(
            np.frombuffer(b"".join(column), source.dtype).reshape(-1, *source.shape[1:])
            for column, source in zip(columns, self._sources, strict=True)
        )
        self._numbers = array("q")
        self._snapshots = []
        self._changes = [-1] * len(self._changes)
        self._noted = [()] * len(self._noted)
        return Collected(stretches, tables)

    def _note(self, row: int) -> None:
        """Note the version of a terminal's vitals, unless it is as before."""
        self._changes[row] = self._vitals.changes[row]
        now = tuple(source[row].tobytes() for source in self._sources)
        if now != self._noted[row]:
            self._noted[row] = now
            self._version[row] = len(self._snapshots)
            self._snapshots.append(now)


class Rows(NamedTuple):
    """Heartbeats, a row each, in the order of their stretches.

    Attributes:
        stretch: Which stretch each belongs to, int64[n].
        at_ms: Its instant since the epoch, int64[n].
        seq: Its number, uint64[n].
        values: What `fleet.life.telemetry.telemetry` says, float64[n, len(ROW)].
    """

    stretch: Integers
    at_ms: Integers
    seq: NDArray[np.uint64]
    values: NDArray[np.float64]


def expand(stretches: Integers, vitals: Vitals, origin_ms: int) -> Rows:
    """Turn stretches into heartbeats; some 100,000 at a time keep near the processor's cache.

    Args:
        stretches: int64[stretches, len(FIELDS)].
        vitals: A row for each stretch, see `Vitals.of_stretches`.
        origin_ms: Unix time of the epoch.
    """
    begin, every, count, first = (stretches[:, FIELDS.index(name)] for name in _GRID)
    stretch = np.repeat(np.arange(len(stretches)), count)
    number = np.arange(len(stretch)) - np.repeat(np.cumsum(count) - count, count)
    at_ms = begin[stretch] + number * every[stretch]
    seq = (first[stretch] + number).astype(np.uint64)
    return Rows(stretch, at_ms, seq, telemetry(vitals, stretch, at_ms, seq, origin_ms))


_GRID: Final = ("begin", "every", "count", "seq")
