"""Telemetry a little ahead of time, many heartbeats in one call.

The telemetry function costs about 100 us a call however few its rows, so it is not called for the
fifty heartbeats of one tick but for all that are coming in the next ten. What has changed meanwhile
(a boot, a drift, a heartbeat that is not the expected one) is told by the row's count of changes
and by the instant, and computed again: the function is the same, so ahead or not makes no
difference to anybody.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fleet.life.telemetry import ROW, Integers, Vitals, telemetry
from fleet.units import Millis
from fleet.wire import heartbeat

Reading = tuple[float, ...]
_TENTHS: Final = tuple(ROW.index(name) for name in sorted(heartbeat.TENTHS))


class Readings:
    """Telemetry of coming heartbeats; of each terminal at most one."""

    def __init__(self, vitals: Vitals, origin_ms: int) -> None:
        """Start with none.

        Args:
            vitals: The shard's terminals.
            origin_ms: Unix time of the run's epoch in milliseconds.
        """
        self._vitals = vitals
        self._origin_ms = origin_ms
        self._ahead: dict[int, tuple[Millis, int, Reading]] = {}

    def look_ahead(self, rows: Integers, at: Integers, seq: NDArray[np.uint64]) -> None:
        """Compute what is coming; what was known before and not taken is forgotten."""
        changes = self._vitals.changes
        listed = rows.tolist()
        known = zip(at.tolist(), [changes[row] for row in listed], self._of(rows, at, seq),
                    strict=True)  # fmt: skip
        self._ahead = dict(zip(listed, known, strict=True))

    def take(self, rows: Integers, at: Integers, seq: NDArray[np.uint64]) -> list[Reading]:
        """Return the readings of these heartbeats, in order."""
        ahead, changes = self._ahead, self._vitals.changes
        readings: list[Reading] = []
        for row, instant in zip(rows.tolist(), at.tolist(), strict=True):
            known = ahead.get(row)
            if known is None or known[0] != instant or known[1] != changes[row]:
                return list(self._of(rows, at, seq))
            readings.append(known[2])
        return readings

    def _of(self, rows: Integers, at: Integers, seq: NDArray[np.uint64]) -> Iterator[Reading]:
        table = telemetry(self._vitals, rows, at, seq, self._origin_ms)
        # A whole number is formatted twice as fast from an int as from a float.
        columns: list[list[float]] = table.T.astype(np.int64).tolist()
        for column in _TENTHS:
            columns[column] = table[:, column].tolist()
        return zip(*columns, strict=True)
