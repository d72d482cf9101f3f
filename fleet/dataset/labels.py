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
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fleet.dataset.bucket import Bucket, ms_to_instants, of_terminals
from fleet.dataset.calendar import Calendar
from fleet.dataset.hazards import Hazards, targets_of
from fleet.dataset.label_schema import labels
from fleet.dataset.truth import sorted_notes
from fleet.life.faults.catalogue import CATALOGUE
from fleet.life.faults.slate import slate_of
from fleet.profile.profile import Profile
from fleet.units import HOUR_MS, Millis, format_duration

KINDS: Final = sorted(CATALOGUE)
PHASES: Final = ("healthy", "precursor", "faulty", "repair")
_TERMINALS: Final = 64
_NEVER: Final = 2**40
_PARTS: Final = 1_024.0
_ROW: Final = 2**42  # a terminal's row, times this, plus an instant is one sortable number

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


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

    def before(self, events: "Events") -> Integers:
        """Return how many events came at each instant or before it, those of rows before too."""
        bounds = [(self.first + n) * _ROW for n in (0, self.terminals)]
        begin, end = np.searchsorted(events.key, bounds)
        row, at = np.divmod(events.key[begin:end], _ROW)
        place = np.minimum(-(-at // self.every), self.points) + (row - self.first) * self.points
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
        key = row * _ROW + at
        self.order = np.argsort(key, kind="stable")
        self.key: Integers = key[self.order]


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
        wait -= row * _ROW + at
        wait[wait >= _ROW - at] = _NEVER
        return wait, self._code.take(next_one)


class Labeller:
    """Labels the instants of a bucket's terminals."""

    def __init__(self, bucket: Bucket, calendar: Calendar, profile: Profile) -> None:
        """Read what is true of the bucket."""
        self._bucket, self._calendar, self._profile = bucket, calendar, profile
        notes = sorted_notes(bucket, "faults", "onset_at", "number")
        self._hazards = Hazards(sorted_notes(bucket, "lives", "code", "start_at"), profile)
        self.codes = tuple(self._hazards.codes)
        place = {code: number for number, code in enumerate(KINDS)}
        row: Integers = notes["row"].to_numpy()
        at: Integers = notes["onset_at"].to_numpy()
        code = np.array([place[code] for code in notes["code"].to_pylist()], np.int64)
        self._targets = targets_of(profile)
        struck: NDArray[np.bool_] = notes["life"].to_numpy() > 0
        self._any = Onsets(row[struck], at[struck], code[struck])
        mine = [code == place[each] for each in self.codes]
        self._own = [Onsets(row[which], at[which], code[which]) for which in mine]
        self._phases = _phases(notes, calendar.end)
        shown = _filled(notes["precursor_at"], at)
        self._began = [_Spans(row[which], shown[which], at[which]) for which in mine]
        self._lives = [_Lives(self._hazards, c) for c in range(len(self.codes))]
        self._lead_ms = [_lead(profile, each) for each in self.codes]
        self._schemas = {
            each: labels(format_duration(each), self._targets).schema
            for each in profile.dataset.horizons
        }

    def tables(self) -> Iterator[dict[Millis, pa.Table]]:
        """Yield labels by horizon, for some terminals at a time."""
        every = self._profile.dataset.label_every
        count, total = -(-self._calendar.end // every), len(self._bucket.members)
        for first in range(0, total, _TERMINALS):
            yield self._labelled(Grid(first, min(_TERMINALS, total - first), every, count))

    def _labelled(self, grid: Grid) -> dict[Millis, pa.Table]:
        calendar, row, at = self._calendar, grid.row, grid.at
        left = calendar.end - at
        wait, code = self._any.after(grid, row, at)
        own = [onsets.after(grid, row, at)[0] for onsets in self._own]
        chances = [self._chances(c, grid, at, waited) for c, waited in enumerate(own)]
        shared = [of_terminals(row, self._bucket), ms_to_instants(at, calendar.origin_ms)]
        told = self._told(grid, wait, left, code)
        tables = {}
        for number, horizon in enumerate(self._profile.dataset.horizons):
            none = np.ones(len(at))
            columns = [*shared, _truth(wait, left, horizon, pa.int8()), *told]
            targets = []
            for each, waited, chance in zip(self.codes, own, chances, strict=True):
                none *= 1.0 - chance[number]
                if each in self._targets:
                    targets += [_truth(waited, left, horizon, pa.bool_()), _told(chance[number])]
            columns += [_told(1.0 - none), *targets]
            tables[horizon] = pa.Table.from_arrays(columns, schema=self._schemas[horizon])
        return tables

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

    def _chances(self, code: int, grid: Grid, at: Integers, wait: Integers) -> list[Floats]:
        """Return the true chances that a kind of fault strikes within each horizon."""
        horizons, hazards = self._profile.dataset.horizons, self._hazards
        spans_h = [horizon / HOUR_MS for horizon in horizons]
        life, lived, known = self._lives[code].at(grid, at)
        (now,), (between,) = np.nonzero(lived), np.nonzero(known & ~lived)
        ahead = hazards.ahead(code, life[now], at[now], self._lead_ms[code] / HOUR_MS, spans_h)
        anew = hazards.anew(code, life[between], spans_h)
        (began,) = np.nonzero(self._began[code].holds(grid))
        chances = []
        for horizon, soon, fresh in zip(horizons, ahead, anew, strict=True):
            chance = np.zeros(len(at))
            chance[now], chance[between] = -np.expm1(-soon), -np.expm1(-fresh)
            chance[began] = wait[began] <= horizon
            chances.append(chance)
        return chances


class _Spans:
    """Spans of terminals' time; may overlap."""

    def __init__(self, row: Integers, begin: Integers, end: Integers) -> None:
        self._begins = Events(row, begin)
        self._ends = Events(row, np.maximum(begin, end))

    def holds(self, grid: Grid) -> NDArray[np.bool_]:
        """Return which instants lie in any of them, begin included, end not."""
        return grid.before(self._begins) > grid.before(self._ends)


class _Lives:
    """The lives of one kind of fault, to be found by terminal and instant."""

    def __init__(self, hazards: Hazards, code: int) -> None:
        (which,) = np.nonzero(hazards.code == code)
        self._events = Events(hazards.row[which], hazards.start[which])
        # Of a life there is none, which lies before all others.
        self._life = np.append(which[self._events.order], 0)
        self._row = np.append(hazards.row[self._life[:-1]], -1)
        self._end = np.append(hazards.end[self._life[:-1]], 0)

    def at(self, grid: Grid, at: Integers) -> tuple[Integers, NDArray[np.bool_], NDArray[np.bool_]]:
        """Return the last life to begin by each instant, whether it lasts, whether there is one."""
        place = grid.before(self._events)
        place -= 1
        known = self._row.take(place, mode="wrap") == grid.row
        life = self._life.take(place, mode="wrap")
        return life, known & (at < self._end.take(place, mode="wrap")), known


def _told(chance: Floats) -> pa.Array:
    """Return chances to a part in a thousand, by operations that are exact everywhere."""
    mantissa, exponent = np.frexp(chance)
    return pa.array(np.ldexp(np.rint(mantissa * _PARTS), exponent) / _PARTS)


def _truth(wait: Integers, left: Integers, horizon: Millis, kind: Any) -> pa.Array:
    """Return whether something strikes in time; null where the study ends before one could know."""
    strikes = wait <= np.minimum(horizon, left - 1)
    unknown = ~strikes & (left < horizon)
    return pa.array(strikes, mask=unknown).cast(kind)


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
