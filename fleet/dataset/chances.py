"""The true chances of faults at the instants of a grid, kind by kind.

Most terminals never see most kinds of fault, and most kinds strike at a hazard that no age changes.
So a kind's chances are a few runs: what holds within a life, and after it, is worked out once for
each life and repeated; only where age counts is each instant asked.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fleet.dataset.grid import Grid, ranges
from fleet.dataset.hazards import Hazards
from fleet.units import HOUR_MS, Millis

_PARTS: Final = 1_024.0

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


class Course:
    """The lives of one kind of fault: the true chances in each, and in the time that follows it."""

    def __init__(self, hazards: Hazards, code: int, lead: Millis) -> None:
        (self._life,) = np.nonzero(hazards.code == code)  # by terminal and begin, as they all are
        self._row = hazards.row[self._life]
        self._hazards, self._code, self._lead_h = hazards, code, lead / HOUR_MS

    def chances(self, grid: Grid, horizon: Millis) -> tuple[Floats, Floats]:
        """Return the chance within a horizon at each instant, and the chance as it is told."""
        which = grid.rows_in(self._row)
        life, row = self._life[which], self._row[which]
        begin, end, over = self._edges(grid, life, row)
        levels = np.zeros(3 * len(life) + 1)  # before each life, in it, and after it
        levels[1::3] = self._ahead(life, self._hazards.start[life], horizon)
        levels[2::3] = self._anew(life, horizon)
        edges = np.zeros(3 * len(life) + 2, np.int64)
        edges[1:-1] = np.stack([begin, end, over], axis=1).ravel()
        edges[-1] = grid.terminals * grid.points
        lengths = edges[1:] - edges[:-1]
        chance, told = np.repeat(levels, lengths), np.repeat(rounded(levels), lengths)
        if not self._hazards.is_steady(self._code):
            places = ranges(begin, end - begin)
            aging = self._ahead(np.repeat(life, end - begin), grid.at[places], horizon)
            chance[places], told[places] = aging, rounded(aging)
        return chance, told

    def _edges(
        self, grid: Grid, life: Integers, row: Integers
    ) -> tuple[Integers, Integers, Integers]:
        """Return the places where lives begin, where they end, and where no more is known."""
        begin = grid.place(row, self._hazards.start[life])
        ends = (row - grid.first + 1) * grid.points
        over = np.minimum(np.append(begin[1:], ends[-1:]), ends)
        return (
            begin,
            np.minimum(np.maximum(grid.place(row, self._hazards.end[life]), begin), over),
            over,
        )

    def _ahead(self, life: Integers, at: Integers, horizon: Millis) -> Floats:
        ahead = self._hazards.ahead(self._code, life, at, self._lead_h, horizon / HOUR_MS)
        chance: Floats = -np.expm1(-ahead)
        return chance

    def _anew(self, life: Integers, horizon: Millis) -> Floats:
        chance: Floats = -np.expm1(-self._hazards.anew(self._code, life, horizon / HOUR_MS))
        return chance


def rounded(chance: Floats) -> Floats:
    """Return chances to a part in a thousand, by operations that are exact everywhere."""
    mantissa, exponent = np.frexp(chance)
    parts: Floats = np.ldexp(np.rint(mantissa * _PARTS), exponent) / _PARTS
    return parts
