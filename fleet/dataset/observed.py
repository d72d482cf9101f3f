"""The small observed tables: terminals, events, failures, maintenance, context."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fleet.dataset import schema
from fleet.dataset.bucket import Bucket, ms_to_instants, of_terminals, to_words
from fleet.dataset.calendar import Calendar, Day
from fleet.dataset.numbers import global_numbers
from fleet.dataset.table import INSTANT
from fleet.dataset.transport import AGAIN_MS, MECHANISMS, WHATS, Fate, Transport
from fleet.life.runs import Runs
from fleet.life.truth import NO_FAULT_FOUND
from fleet.profile.clock import since_midnight_ms
from fleet.profile.profile import Profile
from fleet.profile.values import Weekday
from fleet.units import DAY_MS, Millis

_ROW: Final = 2**42  # a terminal's row, times this, plus an instant is one sortable number
_CORRECTIVE: Final = ("corrective", "swap", "depot")


def terminals(bucket: Bucket, calendar: Calendar) -> pa.Table:
    """Return `observed/terminals` of a bucket."""
    members = bucket.members
    steps = bucket.notes("steps", 0)
    installed = np.zeros(len(members), np.int64)
    first = steps.filter(pc.equal(steps["event"], "delivered"))
    installed[first["row"].to_numpy()] = first["at"].to_numpy()
    entry_h = np.zeros(len(members), np.float32)
    lives = bucket.notes("lives").select(["row", "start_at", "entry_age_h"])
    first = lives.filter(pc.equal(lives["start_at"], 0))
    np.maximum.at(entry_h, first["row"].to_numpy(), first["entry_age_h"].to_numpy())
    begin, end = (np.full(len(members), at, np.int64) for at in (0, calendar.end))
    columns = [
        pa.array(bucket.tids),
        pa.array([each.serial_no for each in members]),
        to_words([each.model.name for each in members]),
        to_words([f"{each.model.name}-{each.batch}" for each in members]),
        to_words([each.model.firmware for each in members]),
        to_words([each.region.name for each in members]),
        pa.array([each.cell for each in members]),
        pa.array([str(int(each.tid) - each.index + each.site) for each in members]),
        to_words([each.sector.name for each in members]),
        to_words([each.model.link for each in members]),
        pa.array([each.model.battery for each in members]),
        pa.array([each.model.printer for each in members]),
        ms_to_instants(installed, calendar.origin_ms),
        ms_to_instants(begin, calendar.origin_ms),
        ms_to_instants(end, calendar.origin_ms),
        pa.nulls(len(members), INSTANT),
        pa.array(entry_h),
    ]
    return pa.Table.from_arrays(columns, schema=schema.TERMINALS.schema)


def events(
    bucket: Bucket, calendar: Calendar, day: Day, transport: Transport
) -> tuple[pa.Table, pa.Table]:
    """Return `observed/events` that the server heard on a day, and the log of their transport."""
    notes = bucket.notes("events", day.number).combine_chunks()
    row, seq = notes["row"].to_numpy(), notes["seq"].to_numpy().astype(np.uint64)
    none = np.zeros(len(bucket.members), np.bool_)
    fate = transport.fates(Runs(row), bucket.serials, seq, none, none)
    index, second = fate.copies()
    delay_ms = fate.delay_ms[index]
    delay_ms[second] += AGAIN_MS
    # Notes are by terminal and number, copies behind one another: equal keys stay in order.
    order = np.argsort((row * _ROW + notes["ts"].to_numpy())[index], kind="stable")
    index, delay_ms = index[order], delay_ms[order]
    told = notes.take(index)
    arrived = told["heard"].to_numpy() + delay_ms
    table = pa.Table.from_arrays(
        [
            of_terminals(row[index], bucket),
            pa.array(seq[index].astype(np.uint32)),
            ms_to_instants(told["ts"], calendar.origin_ms),
            ms_to_instants(arrived, calendar.origin_ms),
            pa.array(told["boot"].to_numpy().astype(np.uint32)),
            to_words(told["code"]),
            to_words(told["component"]),
            told["severity"].combine_chunks(),
            told["value"].combine_chunks(),
        ],
        schema=schema.EVENTS.schema,
    )
    return table, _log(bucket, calendar, notes, fate)


def _log(bucket: Bucket, calendar: Calendar, notes: pa.Table, fate: Fate) -> pa.Table:
    at, what, why = fate.log()
    row, seq = notes["row"].to_numpy()[at], notes["seq"].to_numpy()[at]
    order = np.lexsort((what, seq, row))
    at, what, why, row, seq = (each[order] for each in (at, what, why, row, seq))
    return pa.Table.from_arrays(
        [
            of_terminals(row, bucket),
            to_words(pa.array(["event"] * len(at), pa.string())),
            pa.array(seq.astype(np.uint32)),
            ms_to_instants(notes["ts"].to_numpy()[at], calendar.origin_ms),
            to_words([WHATS[each] for each in what]),
            to_words([MECHANISMS[each] for each in why]),
        ],
        schema=schema.MISSINGNESS.schema,
    )


def failures(bucket: Bucket, calendar: Calendar) -> pa.Table:
    """Return `observed/failures` of a bucket: its corrective tickets in which a fault was found."""
    tickets = _tickets(bucket)
    corrective = pc.is_in(tickets["kind"], pa.array(_CORRECTIVE))
    found = pc.not_equal(tickets["diagnosis"], NO_FAULT_FOUND)
    tickets = tickets.filter(pc.and_(corrective, found))
    lasted_ms = pc.subtract(tickets["end_at"], tickets["opened_at"])
    columns = [
        global_numbers(tickets, "number", bucket),
        _names(tickets, bucket),
        to_words(tickets["component"]),
        to_words(tickets["diagnosis"]),
        ms_to_instants(tickets["opened_at"], calendar.origin_ms),
        ms_to_instants(tickets["end_at"], calendar.origin_ms),
        pc.divide(lasted_ms, 1_000).combine_chunks(),
        to_words(tickets["channel"]),
    ]
    return pa.Table.from_arrays(columns, schema=schema.FAILURES.schema)


def maintenance(bucket: Bucket, calendar: Calendar) -> pa.Table:
    """Return `observed/maintenance` of a bucket: all its tickets."""
    tickets = _tickets(bucket)
    columns = [
        global_numbers(tickets, "number", bucket),
        _names(tickets, bucket),
        *(ms_to_instants(tickets[name], calendar.origin_ms)
          for name in ("opened_at", "start_at", "end_at")),
        *(to_words(tickets[name]) for name in ("kind", "component", "diagnosis")),
        tickets["parts_replaced"].combine_chunks(),
    ]  # fmt: skip
    return pa.Table.from_arrays(columns, schema=schema.MAINTENANCE.schema)


def context(profile: Profile, calendar: Calendar) -> pa.Table:
    """Return `observed/context`: what the profile announces, as far as the study reaches."""
    rows: list[tuple[Any, ...]] = [
        *(("rollout", each.name, each.at, None, each.regions, each.models, each.version)
          for each in profile.campaigns),
        *(("order", each.order, each.at, None, each.regions, each.models, "")
          for each in profile.orders),
        *_holidays(profile, calendar),
    ]  # fmt: skip
    rows = sorted((row for row in rows if row[2] < calendar.end), key=lambda row: (row[2], row[:2]))
    kind, name, begin, end, regions, models, version = zip(*rows, strict=True) if rows else [()] * 7
    columns = [
        to_words(kind),
        pa.array(name, pa.string()),
        ms_to_instants(pa.array(begin, pa.int64()), calendar.origin_ms),
        ms_to_instants(pa.array(end, pa.int64()), calendar.origin_ms),
        *(pa.array([",".join(each) for each in names], pa.string()) for names in (regions, models)),
        pa.array(version, pa.string()),
    ]
    return pa.Table.from_arrays(columns, schema=schema.CONTEXT.schema)


def _holidays(profile: Profile, calendar: Calendar) -> Iterator[tuple[Any, ...]]:
    """Yield the days on which shops stay closed: days of local time, so region by region."""
    closed = profile.day.closed_weekdays if profile.day else ()
    by_offset: dict[Millis, list[str]] = {}
    for region in profile.estate.regions:
        by_offset.setdefault(region.utc_offset, []).append(region.name)
    first = -since_midnight_ms(profile.run)
    start = profile.run.start.weekday()
    for number in range(-1, calendar.days + 2):
        weekday = Weekday((start + number) % len(Weekday))
        for offset, names in by_offset.items() if weekday in closed else ():
            begin = first + number * DAY_MS - offset
            if begin + DAY_MS > 0:
                regions = names if len(by_offset) > 1 else ()
                yield "holiday", weekday.name.lower(), begin, begin + DAY_MS, regions, (), ""


def _tickets(bucket: Bucket) -> pa.Table:
    return bucket.notes("tickets").sort_by([("row", "ascending"), ("number", "ascending")])


def _names(notes: pa.Table, bucket: Bucket) -> pa.Array:
    return bucket.tids.take(notes["row"].combine_chunks())
