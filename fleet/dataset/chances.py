"""The true chances of faults at the instants of a grid, kind by kind.

Most terminals never see most kinds of fault, and most kinds strike at a hazard that no age changes.
So a kind's chances are a few runs: what holds within a life, and after it, is worked out once for
each life and repeated; only where age counts is each instant asked.
"""

from collections.abc import Sequence
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

    def __init__(
        self, hazards: Hazards, code: int, lead: Millis, horizons: Sequence[Millis]
    ) -> None:
        (which,) = np.nonzero(hazards.code == code)
        self._life = life = which[np.lexsort((hazards.start[which], hazards.row[which]))]
        self._hazards, self._code, self._lead_h = hazards, code, lead / HOUR_MS
        self._spans_h = [horizon / HOUR_MS for horizon in horizons]
        self._steady = hazards.is_steady(code)
        self._after = [-np.expm1(-each) for each in hazards.anew(code, life, self._spans_h)]
        self._within = self._ahead(life, hazards.start[life])

    def of(self, grid: Grid) -> "Runs":
        """Return the chances at the instants of a grid."""
        which = grid.rows_in(self._hazards.row[self._life])
        life, row = self._life[which], self._hazards.row[self._life[which]]
        begin = grid.place(row, self._hazards.start[life])
        ends = (row - grid.first + 1) * grid.points
        following = np.append(begin[1:], ends[-1:])
        over = np.minimum(following, ends)
        end = np.clip(grid.place(row, self._hazards.end[life]), begin, over)
        edges = np.zeros(3 * len(life) + 2, np.int64)
        edges[1:-1] = np.stack([begin, end, over], axis=1).ravel()
        edges[-1] = grid.terminals * grid.points
        levels = [(within[which], after[which])
                  for within, after in zip(self._within, self._after, strict=True)]  # fmt: skip
        runs = Runs(np.diff(edges), levels)
        if not self._steady:
            places = ranges(begin, end - begin)
            runs.aging = (places, self._ahead(np.repeat(life, end - begin), grid.at[places]))
        return runs

    def _ahead(self, life: Integers, at: Integers) -> list[Floats]:
        ahead = self._hazards.ahead(self._code, life, at, self._lead_h, self._spans_h)
        return [-np.expm1(-each) for each in ahead]


class Runs:
    """Chances of one kind of fault, run by run: before each life, in it, and after it.

    Attributes:
        aging: Places where they differ from instant to instant, and the chances there by horizon.
    """

    def __init__(self, lengths: Integers, levels: list[tuple[Floats, Floats]]) -> None:
        self._lengths, self._levels = lengths, levels
        self.aging: tuple[Integers, list[Floats]] | None = None

    def chances(self, horizon: int) -> tuple[Floats, Floats]:
        """Return the chance at each instant, and the chance as it is told."""
        levels = np.zeros(len(self._lengths))
        levels[1::3], levels[2::3] = self._levels[horizon]
        chance = np.repeat(levels, self._lengths)
        told = np.repeat(rounded(levels), self._lengths)
        if self.aging is not None:
            places, by_horizon = self.aging
            chance[places] = by_horizon[horizon]
            told[places] = rounded(by_horizon[horizon])
        return chance, told


def rounded(chance: Floats) -> Floats:
    """Return chances to a part in a thousand, by operations that are exact everywhere."""
    mantissa, exponent = np.frexp(chance)
    parts: Floats = np.ldexp(np.rint(mantissa * _PARTS), exponent) / _PARTS
    return parts
