"""A grid of instants, the same for every terminal, and what happens between them."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fleet.units import Millis

ROW: Final = 2**42
"""A terminal's row, times this, plus an instant is one sortable number."""

Integers = NDArray[np.int64]


class Grid(NamedTuple):
    """The instants that are labelled: some neighbouring terminals', one terminal after the other.

    What is asked of instants in order is answered by counting, not by searching: that what happened
    is put down at the first instant after it, and a running sum tells what happened before each.

    Attributes:
        first: Row of the first terminal.
        terminals: How many.
        every: Distance of the instants in ms; the first is at 0.
        points: How many each terminal has.
    """

    first: int
    terminals: int
    every: Millis
    points: int

    @property
    def row(self) -> Integers:
        """The terminal of each instant."""
        return np.repeat(np.arange(self.first, self.first + self.terminals), self.points)

    @property
    def at(self) -> Integers:
        """Each instant, in ms since the epoch."""
        return np.tile(np.arange(self.points) * self.every, self.terminals)

    def rows_in(self, rows: Integers) -> slice:
        """Return which of some rows, in order, are of its terminals."""
        return slice(*np.searchsorted(rows, [self.first, self.first + self.terminals]).tolist())

    def place(self, row: Integers, at: Integers) -> Integers:
        """Return the place of the first instant of a terminal that is not before `at`."""
        number = np.minimum(np.maximum(-(-at // self.every), 0), self.points)
        number += (row - self.first) * self.points
        return number

    def places(self, row: Integers, begin: Integers, end: Integers) -> Integers:
        """Return the places of all instants from each begin on and before its end."""
        first = self.place(row, begin)
        return ranges(first, np.maximum(self.place(row, end) - first, 0))

    def before(self, events: "Events") -> Integers:
        """Return how many events came at each instant or before it, those of rows before too."""
        bounds = [(self.first + n) * ROW for n in (0, self.terminals)]
        begin, end = np.searchsorted(events.key, bounds)
        place = self.place(*np.divmod(events.key[begin:end], ROW))
        total = np.bincount(place, minlength=self.terminals * self.points + 1)[:-1]
        total[0] += begin
        return np.cumsum(total, out=total)


class Events:
    """Events of terminals, by terminal and instant.

    Attributes:
        order: The place that each had before.
        key: Row and instant as one number.
    """

    def __init__(self, row: Integers, at: Integers) -> None:
        key = row * ROW + at
        self.order = np.argsort(key, kind="stable")
        self.key: Integers = key[self.order]


def ranges(first: Integers, count: Integers) -> Integers:
    """Return all numbers of ranges, one range after the other."""
    numbers = np.arange(int(count.sum()))
    numbers += np.repeat(first - (np.cumsum(count) - count), count)
    return numbers
