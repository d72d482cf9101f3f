"""Labels: what happens to a terminal within a horizon, asked at every instant of a grid.

Theory of operation
-------------------
Whoever learns may not know what the study could not: a label is null where the study ended before
the horizon and nothing had struck by then. Beside the label stand the time to the next fault or to
the end of the study, whichever came first, and which of the two it was.

The oracle knows what nobody else does: the age, the law and the multiplier of every life, and
whether a precursor has begun. A precursor shows a fixed time before its fault. So where one has
begun, the oracle knows the rest; where none has, no fault can strike within that time, and its
chance comes from the hazard after it. It does not know who will be repaired early or worn by
another fault meanwhile. No model can do better but by luck.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fleet.dataset import schema
from fleet.dataset.bucket import Bucket, ms_to_instants, of_terminals
from fleet.dataset.calendar import Calendar
from fleet.dataset.hazards import Hazards
from fleet.dataset.truth import sorted_notes
from fleet.profile.profile import Profile
from fleet.units import HOUR_MS, Millis, format_duration

PHASES: Final = ("healthy", "precursor", "faulty", "repair")
_TERMINALS: Final = 256
_NEVER: Final = 2**40
_ROW: Final = 2**42  # a terminal's row, times this, plus an instant is one sortable number

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


class Instants(NamedTuple):
    """Instants of terminals: rows, and ms since the epoch."""

    row: Integers
    at: Integers

    @property
    def key(self) -> Integers:
        """Both as one number, which sorts by row, then by instant."""
        return self.row * _ROW + self.at


class Onsets:
    """When faults of one kind, or of any, struck."""

    def __init__(self, row: Integers, at: Integers, code: Integers) -> None:
        order = np.argsort(row * _ROW + at, kind="stable")
        self._key = np.append((row * _ROW + at)[order], np.iinfo(np.int64).max)
        self._code = np.append(code[order], 0)

    def after(self, instants: Instants) -> tuple[Integers, Integers]:
        """Return for instants how many ms later the next fault strikes, and its kind."""
        next_one = np.searchsorted(self._key, instants.key, side="right")
        wait = self._key[next_one] - instants.key
        same = wait < _ROW - instants.at
        return np.where(same, wait, _NEVER), self._code[next_one]


class Labeller:
    """Labels the instants of a bucket's terminals."""

    def __init__(self, bucket: Bucket, calendar: Calendar, profile: Profile) -> None:
        """Read what is true of the bucket."""
        self._bucket, self._calendar, self._profile = bucket, calendar, profile
        notes = sorted_notes(bucket, "faults", "onset_at", "number")
        self._hazards = Hazards(sorted_notes(bucket, "lives", "code", "start_at"), profile)
        self.codes = tuple(self._hazards.codes)
        place = {code: number for number, code in enumerate(self.codes)}
        row: Integers = notes["row"].to_numpy()
        at: Integers = notes["onset_at"].to_numpy()
        kinds = [place.get(code, -1) for code in notes["code"].to_pylist()]
        code = np.array(kinds, np.int64)
        self._any = Onsets(row, at, code)
        self._own = [Onsets(row[code == c], at[code == c], code[code == c])
                     for c in range(len(self.codes))]  # fmt: skip
        self._phases = _phases(notes, calendar.end)
        self._began = [
            _Spans(row[code == c], _filled(notes["precursor_at"], at)[code == c], at[code == c])
            for c in range(len(self.codes))
        ]
        self._lives = [_Lives(self._hazards, c) for c in range(len(self.codes))]
        self._lead_ms = [_lead(profile, each) for each in self.codes]

    def tables(self) -> Iterator[tuple[Millis, pa.Table]]:
        """Yield (horizon, labels) for 256 terminals at a time, horizons in the profile's order."""
        every = self._profile.dataset.label_every
        grid = np.arange(0, self._calendar.end, every)
        for first in range(0, len(self._bucket.members), _TERMINALS):
            rows = np.arange(first, min(first + _TERMINALS, len(self._bucket.members)))
            instants = Instants(np.repeat(rows, len(grid)), np.tile(grid, len(rows)))
            yield from self._labelled(instants)

    def _labelled(self, instants: Instants) -> Iterator[tuple[Millis, pa.Table]]:
        calendar = self._calendar
        wait, code = self._any.after(instants)
        own = [onsets.after(instants)[0] for onsets in self._own]
        left = calendar.end - instants.at
        observed = wait < left
        names = pa.array(self.codes, pa.string())
        mask = ~observed | (code < 0)
        shared = [
            of_terminals(instants.row, self._bucket),
            ms_to_instants(instants.at, calendar.origin_ms),
        ]
        told = [
            pa.array(np.minimum(wait, left) / HOUR_MS),
            pa.array(observed),
            pa.DictionaryArray.from_arrays(
                pa.array(np.where(mask, 0, code).astype(np.int16), mask=mask), names
            ),
            pa.DictionaryArray.from_arrays(
                pa.array(self._phase(instants).astype(np.int16)), pa.array(PHASES)
            ),
        ]
        for horizon in self._profile.dataset.horizons:
            chances = [self._chance(c, instants, own[c], horizon) for c in range(len(own))]
            none = np.prod([1.0 - chance for chance in chances], axis=0) + np.zeros(len(left))
            columns = [*shared, _truth(wait, left, horizon, pa.int8()), *told, pa.array(1.0 - none)]
            for waited, chance in zip(own, chances, strict=True):
                columns += [_truth(waited, left, horizon, pa.bool_()), pa.array(chance)]
            table = schema.labels(format_duration(horizon), self.codes)
            yield horizon, pa.Table.from_arrays(columns, schema=table.schema)

    def _chance(self, code: int, instants: Instants, wait: Integers, horizon: Millis) -> Floats:
        """Return the true chance that a kind of fault strikes within the horizon."""
        lives, lead_ms = self._lives[code], self._lead_ms[code]
        life, lived = lives.at(instants)
        chance = np.zeros(len(wait))
        ahead = self._hazards.ahead(
            life[lived], instants.at[lived], lead_ms / HOUR_MS, horizon / HOUR_MS
        )
        chance[lived] = -np.expm1(-ahead)
        began = self._began[code].holds(instants)
        chance[began] = wait[began] <= horizon
        return chance

    def _phase(self, instants: Instants) -> Integers:
        phase = np.zeros(len(instants.at), np.int64)
        for number, spans in enumerate(self._phases, 1):
            phase[spans.holds(instants)] = number
        return phase


class _Spans:
    """Spans of terminals' time; may overlap."""

    def __init__(self, row: Integers, begin: Integers, end: Integers) -> None:
        self._begins = np.sort(row * _ROW + begin)
        self._ends = np.sort(row * _ROW + np.maximum(begin, end))

    def holds(self, instants: Instants) -> NDArray[np.bool_]:
        """Return which instants lie in any of them, begin included, end not."""
        key = instants.key
        begun = np.searchsorted(self._begins, key, side="right")
        return begun > np.searchsorted(self._ends, key, side="right")


class _Lives:
    """The lives of one kind of fault, to be found by terminal and instant."""

    def __init__(self, hazards: Hazards, code: int) -> None:
        (which,) = np.nonzero(hazards.code == code)
        key = hazards.row[which] * _ROW + hazards.start[which]
        order = np.argsort(key, kind="stable")
        self._life, self._key = which[order], key[order]
        self._ends = (hazards.row[which] * _ROW + hazards.end[which])[order]

    def at(self, instants: Instants) -> tuple[Integers, NDArray[np.bool_]]:
        """Return the life at each instant, and whether there is one."""
        if not len(self._key):
            return np.zeros(len(instants.at), np.int64), np.zeros(len(instants.at), np.bool_)
        place = np.searchsorted(self._key, instants.key, side="right") - 1
        found = np.maximum(place, 0)
        lived = (place >= 0) & (instants.key < self._ends[found])
        return self._life[found], lived


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
    fault = profile.faults.get(code)
    return (fault.precursor or 0) if fault is not None else 0
