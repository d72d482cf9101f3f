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

Lives know nothing of days: a stretch may last for many. It is cut at midnight when it is handed
over, all stretches at once.
"""

from collections.abc import Callable, Iterator, Sequence
from struct import Struct
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fleet.life.pulse import Pulse
from fleet.life.rows import Rows
from fleet.life.runs import Runs
from fleet.life.states import State
from fleet.life.telemetry import Heartbeats, heartbeats
from fleet.life.vitals import Vitals
from fleet.units import Millis

Integers = NDArray[np.int64]

FIELDS: Final = (
    "row", "begin", "every", "count", "seq", "booted", "boot", "state", "fw", "plan", "faults",
)  # fmt: skip
"""Of a stretch, in order: the terminal's row; instant of the first heartbeat and distance of the
others in ms; how many; the first one's number; the instant of the last boot in ms and its number;
the state's place in `STATES`; the version's place among those of its collector; the last order's
number; how many faults are active. Behind them stand the versions of the terminal's row in each of
`Vitals.tables`."""

_ROW, _BEGIN, _EVERY, _COUNT, _SEQ = (
    FIELDS.index(name) for name in ("row", "begin", "every", "count", "seq")
)
STATES: Final = tuple(State)
_STATE: Final = {state: number for number, state in enumerate(STATES)}


class Collected(NamedTuple):
    """Stretches as they were collected, and what telemetry depends on in them.

    Attributes:
        stretches: int64[stretches, len(FIELDS) + tables], by terminal and time.
        tables: For each of `Vitals.tables` the versions of its rows that were met.
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
        self._copies = [_copier(table) for table in self._sources]
        self._booted_ms = vitals.booted_ms.data
        tables = range(len(self._sources))
        # Which tables a mark of those that were touched names; -1 stands for all of them.
        self._places = [[n for n in tables if mark >> n & 1] for mark in range(1 << len(tables))]
        self._versions: list[list[int]] = [[] for _ in range(count)]
        self._noted: list[list[bytes]] = [[] for _ in range(count)]
        self._numbers = bytearray()
        self._entry = Struct(f"={len(FIELDS) + len(self._sources)}q")
        self._snapshots: list[list[bytes]] = [[] for _ in self._sources]

    def __len__(self) -> int:
        return len(self._numbers) // self._entry.size

    def add(self, pulse: Pulse, begin: Millis, every: Millis, count: int) -> None:
        """Note a stretch; its heartbeats follow those that the pulse has counted."""
        row, vitals = pulse.index, self._vitals
        if vitals.touched[row] or not self._noted[row]:
            self._note(row)
        self._numbers += self._entry.pack(
            row, begin, every, count, pulse.seq + 1,
            self._booted_ms[row], pulse.boot, _STATE[pulse.state],
            self.firmware.setdefault(pulse.fw, len(self.firmware)), pulse.plan, pulse.faults,
            *self._versions[row],
        )  # fmt: skip

    def take(self, ends: Sequence[Millis]) -> list[Collected]:
        """Return all that was collected since the last time, a day after the other, and forget it.

        Args:
            ends: The first instant after each day; nothing was collected beyond the last.
        """
        width = len(FIELDS) + len(self._sources)
        stretches = np.frombuffer(self._numbers, np.int64).reshape(-1, width)
        order = np.lexsort((stretches[:, _BEGIN], stretches[:, _ROW]))
        tables = tuple(
            np.frombuffer(b"".join(rows), source.dtype).reshape(-1, *source.shape[1:])
            for rows, source in zip(self._snapshots, self._sources, strict=True)
        )
        self._forget()
        return list(_by_day(stretches[order], tables, ends))

    def _forget(self) -> None:
        self._numbers = bytearray()
        self._snapshots = [[] for _ in self._sources]
        self._noted = [[] for _ in self._noted]

    def _note(self, row: int) -> None:
        """Note the versions of a terminal's rows that are not as they were."""
        noted, touched = self._noted[row], self._vitals.touched[row]
        if not noted:
            noted += [b""] * len(self._sources)
            self._versions[row], touched = [0] * len(self._sources), -1
        self._vitals.touched[row] = 0
        for number in self._places[touched]:
            now = self._copies[number](row)
            if now != noted[number]:
                noted[number] = now
                self._versions[row][number] = len(self._snapshots[number])
                self._snapshots[number].append(now)


def _copier(table: NDArray[Any]) -> Callable[[int], bytes]:
    """Return what copies a row of a table, however it lies in memory."""
    if table.flags.c_contiguous:
        return Rows(table).copy
    return lambda row: table[row].tobytes()


def _by_day(
    stretches: Integers, tables: tuple[NDArray[Any], ...], ends: Sequence[Millis]
) -> Iterator[Collected]:
    """Yield the part of each day, with the versions that are met in it."""
    begin, every, count = stretches[:, _BEGIN], stretches[:, _EVERY], stretches[:, _COUNT]
    before = np.zeros(len(stretches), np.int64)
    for end in ends:
        until = np.clip(-((begin - end) // every), before, count)
        today = until > before
        part = stretches[today]
        part[:, _BEGIN] += before[today] * part[:, _EVERY]
        part[:, _SEQ] += before[today]
        part[:, _COUNT] = (until - before)[today]
        before = until
        met = []
        for column, table in enumerate(tables, len(FIELDS)):
            versions, part[:, column] = np.unique(part[:, column], return_inverse=True)
            met.append(table[versions])
        yield Collected(part, tuple(met))


class Grid(NamedTuple):
    """Heartbeats, one entry for each, in the order of their stretches.

    Attributes:
        rows: Which stretch each belongs to.
        at_ms: Its instant since the epoch, int64[n].
        seq: Its number, uint64[n].
    """

    rows: Runs
    at_ms: Integers
    seq: NDArray[np.uint64]


def grid_of(stretches: Integers, which: slice) -> Grid:
    """Return the heartbeats of some stretches.

    Args:
        stretches: Field by field, int64[len(FIELDS), stretches].
        which: Some that stand together.
    """
    begin, every, count, first = (stretches[n, which] for n in (_BEGIN, _EVERY, _COUNT, _SEQ))
    rows = Runs(np.arange(which.start, which.stop), count)
    number = np.arange(int(count.sum()))
    # A stretch's heartbeats are numbered on from the chunk's first one.
    at_ms = np.repeat(every, count)
    at_ms *= number
    at_ms += np.repeat(begin - rows.first * every, count)
    number += np.repeat(first - rows.first, count)
    return Grid(rows, at_ms, number.view(np.uint64))


def expand(grid: Grid, vitals: Vitals, origin_ms: int) -> Heartbeats:
    """Return what heartbeats say; see `fleet.life.telemetry.heartbeats`.

    Some 20,000 heartbeats at a time keep near the processor's cache.

    Args:
        grid: Which.
        vitals: A row for each stretch, see `Vitals.of_stretches`.
        origin_ms: Unix time of the epoch.
    """
    return heartbeats(vitals, grid.rows, grid.at_ms, grid.seq, origin_ms)
