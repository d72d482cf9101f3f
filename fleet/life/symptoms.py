"""How a coming or present fault shows in telemetry: a few slots for each terminal, mostly empty.

Theory of operation
-------------------
A symptom moves one channel by up to `rise`. It begins small, grows evenly for its time of growth
and stays at its height until it is hidden. Its shape says how it moves the channel:

    shape   adds                                       such as
    LEVEL   rise * growth                              a fading signal; on a flow: more errors
    NOISE   rise * growth * noise of that reading      an unstable voltage, a toggling contact
    LEAK    as LEVEL, but begins anew at each boot     a sawtooth of memory in use
    DAILY   rise * growth * activity of that hour      heat under load, dazzle, interference

Only terminals that show something cost anything: the rows of a batch that are ill are found first,
and their symptoms added one array operation at a time. Each reading depends on its own row alone,
so grouping changes nothing. Whoever has all slots taken shows no further symptom.
"""

from enum import IntEnum
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from fleet.chance.noise import Levels, normals_at
from fleet.life.rows import Rows
from fleet.life.runs import Runs
from fleet.units import HOUR_MS, Millis

SLOTS: Final = 6
_STEP_MS: Final = 1_000


class Shape(IntEnum):
    """See the table above."""

    LEVEL = 0
    NOISE = 1
    LEAK = 2
    DAILY = 3


class Symptom(NamedTuple):
    """The channel that a fault moves, by how much at most, and how."""

    channel: str
    rise: float
    shape: Shape = Shape.LEVEL

    def times(self, factor: float) -> Self:
        """Return the same, so many times as strong."""
        return type(self)(self.channel, self.rise * factor, self.shape)


_LEVELS: Final = frozenset({int(Shape.LEVEL), int(Shape.LEAK)})
_SLOT: Final = np.dtype([
    ("from_h", np.float64), ("grow_h", np.float32), ("rise", np.float32),
    ("source", np.int16), ("column", np.int8), ("shape", np.int8),
])  # fmt: skip
_FIELDS: Final = tuple(_SLOT.fields or ())
_WIDTH: Final = len(_FIELDS)
_SOURCE, _COLUMN = _FIELDS.index("source"), _FIELDS.index("column")


class Readings(NamedTuple):
    """A batch of readings on its way: what symptoms are added to, and what they depend on.

    Attributes:
        values: Changed in place, contiguous, float32[channels, n].
        rows: Which terminals.
        at_ms: Instants since the epoch, int64[n].
        up_ms: Time since the last boots, int64[n].
        activity: Share of the busiest hour, float32[n].
        noise: Of each reading, as from `fleet.chance.noise.planes`.
    """

    values: NDArray[np.float32]
    rows: Runs
    at_ms: NDArray[np.int64]
    up_ms: NDArray[np.int64]
    activity: NDArray[np.float32]
    noise: Levels


class Symptoms:
    """The symptoms of a shard's terminals.

    Attributes:
        ill: Which terminals show any, bool[terminals].
        slots: What they show, a structured array[places, SLOTS]; a source of 0 is a free slot.
        place: Whose slots are whose, int64[terminals]; means something only for the ill.
    """

    def __init__(self, terminals: int) -> None:
        self.ill = np.zeros(terminals, np.bool_)
        self.slots = np.zeros((terminals, SLOTS), _SLOT)
        self.place = np.arange(terminals)
        self._rows = Rows(self.slots)

    @classmethod
    def of(cls, table: NDArray[Any], versions: NDArray[np.int64]) -> Self:
        """Return symptoms as they once were: for each row the version of its slots in `table`."""
        symptoms = cls(0)
        symptoms.ill = np.asarray(table["source"].any(axis=1))[versions]
        (ill,) = np.nonzero(symptoms.ill)
        symptoms.slots = table[versions[ill]]
        symptoms.place = np.zeros(len(versions), np.int64)
        symptoms.place[ill] = np.arange(len(ill))
        return symptoms

    def forget_after(self, end_ms: NDArray[np.int64]) -> None:
        """Forget what begins later than a row's last reading, and so costs and shows nothing."""
        (ill,) = np.nonzero(self.ill)
        slots = self.slots[self.place[ill]]
        slots["source"][slots["from_h"] > (end_ms[ill] / HOUR_MS)[:, None]] = 0
        self.slots[self.place[ill]] = slots
        self.ill[ill] = slots["source"].any(axis=1)

    def begun(self, at_ms: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which terminals show anything by these instants, bool[terminals]."""
        begun = self.ill.copy()
        (ill,) = np.nonzero(self.ill)
        slots = self.slots[self.place[ill]]
        shown = (slots["source"] != 0) & (slots["from_h"] <= (at_ms[ill] / HOUR_MS)[:, None])
        begun[ill] = shown.any(axis=1)
        return begun

    def show(  # noqa: PLR0913, PLR0917 - a slot's own fields
        self, row: int, source: int, column: int, symptom: Symptom, begin: Millis, grow_ms: Millis
    ) -> None:
        """Let a symptom begin, in the first free slot or in the one that it has already.

        Args:
            row: The terminal.
            source: Number of what shows so, from 1.
            column: The channel's column.
            symptom: What it is.
            begin: When it begins.
            grow_ms: How long it takes to its full height; 0 for a step.
        """
        values = self._rows.read(row)
        sources, columns = values[_SOURCE::_WIDTH], values[_COLUMN::_WIDTH]
        taken = list(zip(sources, columns, strict=True))
        if (source, column) in taken:
            place = taken.index((source, column))
        elif 0 in sources:
            place = sources.index(0)
        else:
            return
        grow_h = max(grow_ms, _STEP_MS) / HOUR_MS
        entry = (begin / HOUR_MS, grow_h, symptom.rise, source, column, symptom.shape)
        self.slots[row, place] = entry
        self.ill[row] = True

    def hide(self, row: int, source: int) -> bool:
        """End all symptoms of a source; return whether there were any."""
        if not self.ill[row]:
            return False
        shown = self._rows.read(row)[_SOURCE::_WIDTH]
        if source not in shown:
            return False
        left = [0 if each == source else each for each in shown]
        self.slots["source"][row] = left
        self.ill[row] = any(left)
        return True

    def clear(self, row: int) -> None:
        """End all symptoms of a terminal."""
        self.slots["source"][row] = 0
        self.ill[row] = False

    def level(self, row: int, column: int, hour: float, up_h: float) -> float:
        """Return what is added to one level of one terminal, noise and time of day left out."""
        total = 0.0
        for from_h, grow_h, rise, source, moved, shape in self.slots[row].tolist():
            if source and moved == column and shape in _LEVELS:
                since_h = min(hour - from_h, up_h) if shape == Shape.LEAK else hour - from_h
                total += rise * min(max(since_h / grow_h, 0.0), 1.0)
        return total

    def add_to(self, readings: Readings) -> None:
        """Add what the batch's terminals show."""
        rows = readings.rows
        (ill,) = np.nonzero(self.ill.take(rows.row))
        if not ill.size:
            return
        place = self.place[rows.row[ill]]
        patient, slot = np.nonzero(self.slots["source"][place])
        symptom = self.slots[place[patient], slot]
        count, at = rows.of_runs(ill[patient])
        gain = _grown(symptom, count, at, readings).astype(np.float32)
        gain *= np.repeat(symptom["rise"], count)
        column = np.repeat(symptom["column"].astype(np.intp), count)
        (noisy,) = np.nonzero(np.repeat(symptom["shape"] == Shape.NOISE, count))
        (daily,) = np.nonzero(np.repeat(symptom["shape"] == Shape.DAILY, count))
        gain[noisy] *= normals_at(readings.noise, column[noisy], at[noisy])
        gain[daily] *= readings.activity[at[daily]]
        # One index for both places is a tenth of the price of two.
        column *= len(readings.at_ms)
        column += at
        np.add.at(readings.values.reshape(-1), column, gain)


def _grown(
    symptom: NDArray[Any], count: NDArray[np.int64], at: NDArray[np.int64], readings: Readings
) -> NDArray[np.float64]:
    """Return how far symptoms have grown by readings, from 0 to 1.

    Args:
        symptom: Slots of what shows, a structured array[n].
        count: How many readings each has to do with, int64[n].
        at: Those readings, one symptom after the other.
        readings: All of them.
    """
    begun_h = np.repeat(symptom["from_h"], count)
    (leaks,) = np.nonzero(np.repeat(symptom["shape"] == Shape.LEAK, count))
    booted_ms = readings.at_ms[at[leaks]] - readings.up_ms[at[leaks]]
    begun_h[leaks] = np.maximum(begun_h[leaks], booted_ms / HOUR_MS)
    grown: NDArray[np.float64] = readings.at_ms.take(at) / HOUR_MS
    grown -= begun_h
    grown /= np.repeat(symptom["grow_h"], count)
    np.minimum(np.maximum(grown, 0.0, out=grown), 1.0, out=grown)
    return grown
