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
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fleet.dataset import schema
from fleet.dataset.bucket import Bucket, ms_to_instants, of_terminals
from fleet.dataset.calendar import Calendar
from fleet.dataset.hazards import Hazards, targets_of
from fleet.dataset.truth import sorted_notes
from fleet.life.faults.catalogue import CATALOGUE
from fleet.life.faults.slate import slate_of
from fleet.profile.profile import Profile
from fleet.units import HOUR_MS, Millis, format_duration

KINDS: Final = sorted(CATALOGUE)
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
        mask = ~observed
        shared = [
            of_terminals(instants.row, self._bucket),
            ms_to_instants(instants.at, calendar.origin_ms),
        ]
        told = [
            pa.array(np.minimum(wait, left) / HOUR_MS),
            pa.array(observed),
            pa.DictionaryArray.from_arrays(
                pa.array(np.where(mask, 0, code).astype(np.int16), mask=mask), pa.array(KINDS)
            ),
            pa.DictionaryArray.from_arrays(
                pa.array(self._phase(instants).astype(np.int16)), pa.array(PHASES)
            ),
        ]
        for horizon in self._profile.dataset.horizons:
            chances = [self._chance(c, instants, own[c], horizon) for c in range(len(own))]
            none = np.prod([1.0 - chance for chance in chances], axis=0) + np.zeros(len(left))
            columns = [*shared, _truth(wait, left, horizon, pa.int8()), *told, pa.array(1.0 - none)]
            for each, waited, chance in zip(self.codes, own, chances, strict=True):
                if each in self._targets:
                    columns += [_truth(waited, left, horizon, pa.bool_()), pa.array(chance)]
            table = schema.labels(format_duration(horizon), self._targets)
            yield horizon, pa.Table.from_arrays(columns, schema=table.schema)

    def _chance(self, code: int, instants: Instants, wait: Integers, horizon: Millis) -> Floats:
        """Return the true chance that a kind of fault strikes within the horizon."""
        lives, lead_ms = self._lives[code], self._lead_ms[code]
        life, lived, known = lives.at(instants)
        skip_h, span_h = lead_ms / HOUR_MS, horizon / HOUR_MS
        ahead = np.zeros(len(wait))
        ahead[lived] = self._hazards.ahead(life[lived], instants.at[lived], skip_h, span_h)
        between = known & ~lived
        ahead[between] = self._hazards.anew(life[between], span_h)
        chance: Floats = -np.expm1(-ahead)
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

    def at(self, instants: Instants) -> tuple[Integers, NDArray[np.bool_], NDArray[np.bool_]]:
        """Return the last life to begin by each instant, whether it lasts, whether there is one."""
        none = np.zeros(len(instants.at), np.bool_)
        if not len(self._key):
            return np.zeros(len(instants.at), np.int64), none, none
        place = np.searchsorted(self._key, instants.key, side="right") - 1
        found = np.maximum(place, 0)
        known = (place >= 0) & (self._key[found] // _ROW == instants.row)
        return self._life[found], known & (instants.key < self._ends[found]), known


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
