"""Labels: what happens to a terminal within a horizon, asked at every instant of a grid.

Theory of operation
-------------------
Whoever learns may not know what the study could not: a label is null where the study ended before
the horizon and nothing had struck by then. Beside the label stand the time to the next fault or to
the end of the study, whichever came first, and which of the two it was.

What counts is a fault that ended a life: one that age, wear or chance brought about, as the oracle
knows them. What a chapter of the terminal's life raised (a session that expired, an update that
failed, an outage) is in the truth, with its cause, and in the phase, but is nobody's forecast.

The oracle knows what nobody else does: the age, the law and the multiplier of every life, and
whether a precursor has begun. A precursor shows a fixed time before its fault. So where one has
begun, the oracle knows the rest; where none has, no fault can strike within that time, and its
chance comes from the hazard after it. It does not know who will be repaired early or worn by
another fault meanwhile; and while a fault lasts it takes the repair to be about to end. Where y
is null the follow-up is cut, so who judges chances keeps to instants followed to the horizon.
Chances are told to three digits: in those behind them stand roundings, which differ between
processors, and traces of what a life's later end lets one infer of its earlier age.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fleet.dataset import label_schema
from fleet.dataset.bucket import Bucket, ms_to_instants, of_terminals
from fleet.dataset.calendar import Calendar
from fleet.dataset.chances import Course, rounded
from fleet.dataset.grid import ROW, Events, Grid
from fleet.dataset.hazards import Hazards, targets_of
from fleet.dataset.lives import BLOCK
from fleet.dataset.truth import hazards_by_block, in_order
from fleet.life.faults.catalogue import CATALOGUE
from fleet.life.faults.slate import slate_of
from fleet.profile.profile import Profile
from fleet.units import HOUR_MS, Millis, format_duration

KINDS: Final = sorted(CATALOGUE)
PHASES: Final = ("healthy", "precursor", "faulty", "repair")
_TERMINALS: Final = 64
_NEVER: Final = 2**40

Integers = NDArray[np.int64]


class Onsets:
    """When faults of one kind, or of any, struck."""

    def __init__(self, row: Integers, at: Integers, code: Integers) -> None:
        self._events = Events(row, at)
        self._key = np.append(self._events.key, np.iinfo(np.int64).max)
        self._code = np.append(code[self._events.order], 0)

    def after(self, grid: Grid, row: Integers, at: Integers) -> tuple[Integers, Integers]:
        """Return for instants how many ms later the next fault strikes, and its kind."""
        next_one = grid.before(self._events)
        wait = self._key.take(next_one)
        wait -= row * ROW + at
        wait[wait >= ROW - at] = _NEVER
        return wait, self._code.take(next_one)


def label(
    bucket: Bucket, calendar: Calendar, profile: Profile, horizon: Millis
) -> Iterator[pa.Table]:
    """Yield the labels of a bucket's terminals for a horizon, block by block, some rows at a time.

    What is true of one block is held, not of all.
    """
    faults, hazards = bucket.notes_by_block("faults"), hazards_by_block(bucket, profile)
    count = len(bucket.members)
    for first in range(0, count, BLOCK):
        labeller = Labeller(bucket, calendar, profile, next(faults), next(hazards))
        yield from labeller.tables(horizon, range(first, min(first + BLOCK, count)))
        del labeller  # before the next, which takes as much


class Labeller:
    """Labels the instants of a block's terminals."""

    def __init__(
        self,
        bucket: Bucket,
        calendar: Calendar,
        profile: Profile,
        faults: pa.Table,
        hazards: Hazards,
    ) -> None:
        """Take what is true of a block of the bucket."""
        self._bucket, self._calendar, self._profile = bucket, calendar, profile
        notes = in_order(faults, "onset_at", "number")
        self._hazards = hazards
        self.codes = tuple(hazards.codes)
        place = {code: number for number, code in enumerate(KINDS)}
        row: Integers = notes["row"].to_numpy()
        at: Integers = notes["onset_at"].to_numpy()
        code = np.array([place[code] for code in notes["code"].to_pylist()], np.int64)
        self._targets = targets_of(profile)
        struck: NDArray[np.bool_] = notes["life"].to_numpy() > 0
        self._any = Onsets(row[struck], at[struck], code[struck])
        mine = [code == place[each] for each in self.codes]
        self._own = [_Times(row[which], at[which]) for which in mine]
        self._phases = _phases(notes, calendar.end)
        shown = _filled(notes["precursor_at"], at)
        self._shown = [_Times(row[which], shown[which], at[which]) for which in mine]
        self._courses = [
            Course(self._hazards, number, _lead(profile, code))
            for number, code in enumerate(self.codes)
        ]

    def tables(self, horizon: Millis, rows: range) -> Iterator[pa.Table]:
        """Yield the labels of a horizon for its terminals, some at a time."""
        schema = label_schema.labels(format_duration(horizon), self._targets).schema
        every = self._profile.dataset.label_every
        count = -(-self._calendar.end // every)
        for first in rows[::_TERMINALS]:
            grid = Grid(first, min(_TERMINALS, rows.stop - first), every, count)
            yield pa.Table.from_arrays(self._columns(grid, horizon), schema=schema)

    def _columns(self, grid: Grid, horizon: Millis) -> list[pa.Array]:
        calendar, row, at = self._calendar, grid.row, grid.at
        left = calendar.end - at
        known = left >= horizon
        wait, code = self._any.after(grid, row, at)
        strikes = _flags(wait <= np.minimum(horizon, left - 1), known)
        none, targets = np.ones(len(at)), []
        for each, own, shown, course in zip(
            self.codes, self._own, self._shown, self._courses, strict=True
        ):
            soon, places = own.within(grid, horizon), shown.places_in(grid)
            chance, told = course.chances(grid, horizon)
            chance[places] = told[places] = soon[places]
            none *= np.subtract(1.0, chance, out=chance)
            if each in self._targets:
                targets += [_flags(soon, known), pa.array(told)]
        return [
            of_terminals(row, self._bucket),
            ms_to_instants(at, calendar.origin_ms),
            strikes.cast(pa.int8()),
            *self._told(grid, wait, left, code),
            pa.array(rounded(1.0 - none)),
            *targets,
        ]

    def _told(self, grid: Grid, wait: Integers, left: Integers, code: Integers) -> list[pa.Array]:
        """Return what does not depend on the horizon."""
        observed = wait < left
        phase = np.zeros(len(wait), np.int16)
        for number, spans in enumerate(self._phases, 1):
            phase[spans.holds(grid)] = number
        kinds = pa.array(np.where(observed, code, 0).astype(np.int16), mask=~observed)
        return [
            pa.array(np.minimum(wait, left) / HOUR_MS),
            pa.array(observed),
            pa.DictionaryArray.from_arrays(kinds, pa.array(KINDS)),
            pa.DictionaryArray.from_arrays(pa.array(phase), pa.array(PHASES)),
        ]


class _Spans:
    """Spans of terminals' time; may overlap."""

    def __init__(self, row: Integers, begin: Integers, end: Integers) -> None:
        self._begins = Events(row, begin)
        self._ends = Events(row, np.maximum(begin, end))

    def holds(self, grid: Grid) -> NDArray[np.bool_]:
        """Return which instants lie in any of them, begin included, end not."""
        return grid.before(self._begins) > grid.before(self._ends)


class _Times:
    """Instants of terminals, or spans from one to another, to be found by terminal."""

    def __init__(self, row: Integers, begin: Integers, end: Integers | None = None) -> None:
        order = np.argsort(row, kind="stable")
        self._row, self._begin = row[order], begin[order]
        self._end = self._begin if end is None else end[order]

    def within(self, grid: Grid, horizon: Millis) -> NDArray[np.bool_]:
        """Return which instants of a grid are followed by one of these within a horizon."""
        soon = np.zeros(grid.terminals * grid.points, np.bool_)
        which = grid.rows_in(self._row)
        begin = self._begin[which]
        soon[grid.places(self._row[which], begin - horizon, begin)] = True
        return soon

    def places_in(self, grid: Grid) -> Integers:
        """Return the places of all instants that lie in one of these spans."""
        which = grid.rows_in(self._row)
        return grid.places(self._row[which], self._begin[which], self._end[which])


def _flags(strikes: NDArray[np.bool_], known: NDArray[np.bool_]) -> pa.Array:
    """Return whether something strikes in time; null where the study ends before one could know."""
    bits = [pa.py_buffer(np.packbits(each, bitorder="little"))
            for each in (strikes | known, strikes)]  # fmt: skip
    return pa.Array.from_buffers(pa.bool_(), len(strikes), bits)


def _filled(column: pa.ChunkedArray, otherwise: Integers | Millis) -> Integers:
    null = np.asarray(column.combine_chunks().is_null())
    numbers = column.combine_chunks().fill_null(0).to_numpy()
    filled: Integers = np.where(null, otherwise, numbers)
    return filled


def _phases(notes: pa.Table, end: Millis) -> tuple[_Spans, ...]:
    """Return the spans of precursors, of faults, and of repairs."""
    row: Integers = notes["row"].to_numpy()
    onset: Integers = notes["onset_at"].to_numpy()
    repair = _filled(notes["repair_began_at"], end)
    repaired = _filled(notes["repaired_at"], end)
    shown = _filled(notes["precursor_at"], onset)
    return (_Spans(row, shown, onset), _Spans(row, onset, repair), _Spans(row, repair, repaired))


def _lead(profile: Profile, code: str) -> Millis:
    slate = slate_of(profile)
    return slate.risks[slate.index[code]].lead
