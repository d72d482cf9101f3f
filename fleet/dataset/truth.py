"""The tables of truth: faults, lives, health, regimes, steps."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa

from fleet.dataset import schema
from fleet.dataset.bucket import Bucket, ms_to_instants, of_terminals, to_words
from fleet.dataset.calendar import Calendar, Day
from fleet.dataset.hazards import Hazards
from fleet.dataset.numbers import global_numbers
from fleet.profile.profile import Profile
from fleet.units import Millis

_HEALTH_ROWS: Final = 30_000


def hazards_by_block(bucket: Bucket, profile: Profile) -> Iterator[Hazards]:
    """Yield what is known of the hazards of each block's lives, in order of terminal and kind."""
    ages_h = [notes["exit_age_h"].to_numpy() for notes in bucket.notes_by_block("lives")]
    oldest_h = max(float(each.max(initial=1.0)) for each in ages_h)
    for notes in bucket.notes_by_block("lives"):
        kept = notes.select(["row", *Hazards.NEEDS])
        yield Hazards(in_order(kept, "code", "start_at"), profile, oldest_h)


def in_order(notes: pa.Table, *by: str) -> pa.Table:
    """Return notes by terminal and then by other columns."""
    return notes.sort_by([(column, "ascending") for column in ("row", *by)])


def faults(bucket: Bucket, calendar: Calendar) -> Iterator[pa.Table]:
    """Yield `truth/faults` of a bucket, block by block."""
    for notes in bucket.notes_by_block("faults"):
        yield _faults(in_order(notes, "onset_at", "number"), bucket, calendar)


def _faults(notes: pa.Table, bucket: Bucket, calendar: Calendar) -> pa.Table:
    columns = [
        global_numbers(notes, "number", bucket),
        bucket.tids.take(notes["row"].combine_chunks()),
        notes["serial_no"].combine_chunks(),
        *(to_words(notes[name]) for name in ("code", "component", "fault_class", "mechanism")),
        notes["cause"].combine_chunks(),
        global_numbers(notes, "parent", bucket),
        *(ms_to_instants(notes[name], calendar.origin_ms)
          for name in ("precursor_at", "onset_at", "detectable_at", "detected_at",
                       "repair_began_at", "repaired_at")),
        to_words(notes["severity"]),
        notes["has_precursor"].combine_chunks(),
        notes["observable"].combine_chunks(),
        global_numbers(notes, "life", bucket),
    ]  # fmt: skip
    return pa.Table.from_arrays(columns, schema=schema.FAULTS.schema)


def lives(bucket: Bucket, calendar: Calendar) -> Iterator[pa.Table]:
    """Yield `truth/lives` of a bucket, block by block."""
    for notes in bucket.notes_by_block("lives"):
        yield _lives(in_order(notes, "start_at", "number"), bucket, calendar)


def _lives(notes: pa.Table, bucket: Bucket, calendar: Calendar) -> pa.Table:
    plain = ("shape", "scale_h", "frailty", "cum_hazard_entry", "cum_hazard_exit")
    columns = [
        global_numbers(notes, "number", bucket),
        bucket.tids.take(notes["row"].combine_chunks()),
        notes["serial_no"].combine_chunks(),
        *(to_words(notes[name]) for name in ("code", "component", "clock")),
        *(ms_to_instants(notes[name], calendar.origin_ms) for name in ("start_at", "end_at")),
        *(notes[name].combine_chunks()
          for name in ("entry_age_h", "exit_age_h", "event_observed")),
        to_words(notes["end_reason"]),
        global_numbers(notes, "fault", bucket),
        *(notes[name].combine_chunks() for name in plain),
    ]  # fmt: skip
    return pa.Table.from_arrays(columns, schema=schema.LIVES.schema)


def steps(bucket: Bucket, calendar: Calendar, day: Day) -> pa.Table:
    """Return `truth/steps` of a day."""
    notes = bucket.notes("steps", day.number)
    columns = [
        of_terminals(notes["row"].to_numpy(), bucket),
        pa.array(notes["number"].to_numpy().astype(np.uint32)),
        ms_to_instants(notes["at"].to_numpy(), calendar.origin_ms),
        *(to_words(notes[name]) for name in ("event", "source", "target", "code")),
        notes["duration"].combine_chunks(),
    ]
    return pa.Table.from_arrays(columns, schema=schema.STEPS.schema)


def health(bucket: Bucket, calendar: Calendar, profile: Profile) -> Iterator[pa.Table]:
    """Yield `truth/health` of a bucket: every life at each instant of a grid, some rows at a time.

    Health is what is left of the survival of its life, less what its precursor has come to.
    """
    for hazards in hazards_by_block(bucket, profile):
        yield from _health(hazards, bucket, calendar, profile.dataset.health_every)


def _health(
    hazards: Hazards, bucket: Bucket, calendar: Calendar, every: Millis
) -> Iterator[pa.Table]:
    codes = pa.array(hazards.codes, pa.string())
    first = -(-hazards.start // every)
    count = np.maximum(0, (hazards.end - 1) // every - first + 1)
    cuts = np.unique(np.searchsorted(np.cumsum(count), np.arange(
        _HEALTH_ROWS, int(count.sum()), _HEALTH_ROWS)))  # fmt: skip
    for part in np.split(np.arange(len(count)), cuts):
        life = np.repeat(part, count[part])
        number = np.arange(len(life)) - np.repeat(
            np.cumsum(count[part]) - count[part], count[part])  # fmt: skip
        at = (first[life] + number) * every
        columns = [
            of_terminals(hazards.row[life], bucket),
            pa.DictionaryArray.from_arrays(hazards.code[life].astype(np.int16), codes),
            ms_to_instants(at, calendar.origin_ms),
            pa.array(np.exp(-hazards.collected(life, at)).astype(np.float32)),
            pa.array(hazards.rate(life, at)),
        ]
        yield pa.Table.from_arrays(columns, schema=schema.HEALTH.schema)


def regimes(profile: Profile, calendar: Calendar) -> pa.Table:
    """Return `truth/regimes`: the drifts that the profile declares, as far as the study reaches."""
    reached = (drift for drift in profile.dataset.drifts if drift.begin < calendar.end)
    drifts = sorted(reached, key=lambda drift: (drift.begin, drift.name))
    columns = [
        pa.array([drift.name for drift in drifts], pa.string()),
        pa.array([f"telemetry.{drift.channel}" for drift in drifts], pa.string()),
        pa.array([",".join(drift.regions) for drift in drifts], pa.string()),
        pa.array([",".join(drift.models) for drift in drifts], pa.string()),
        ms_to_instants(pa.array([d.begin for d in drifts], pa.int64()), calendar.origin_ms),
        ms_to_instants(pa.array([d.begin + d.lasts for d in drifts], pa.int64()),
                       calendar.origin_ms),
        to_words([drift.kind for drift in drifts]),
        pa.array([drift.shift for drift in drifts], pa.float64()),
    ]  # fmt: skip
    return pa.Table.from_arrays(columns, schema=schema.REGIMES.schema)
