"""The page of a plan, and of how a run kept to it."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np

from fleet.capacity.forecast import Forecast, Numbers
from fleet.capacity.outlook import need, peaks, rates, total
from fleet.profile.profile import Profile
from fleet.report import charts
from fleet.report.charts import Axis, Line
from fleet.report.page import Banner, Cell, Chart, Page, Section, Table
from fleet.report.record import Record

_TIME: Final = "wall time, s"
_MINUTE_S: Final = 60.0
# Plan and run count as one above this; beyond it a row is marked.
_AGREES: Final = 0.03


class _Curve(NamedTuple):
    """A counter of the run, as it rose, and what the plan has of it in each bin."""

    title: str
    unit: str
    run: Numbers
    plan: Numbers


def plan_page(profile: Profile, seed: int, seen: Forecast) -> Page:
    """Return the page of a forecast."""
    wanted = need(seen)
    words = (
        f"About {wanted.cpu:.2f} cores, {wanted.memory_mib:,.0f} MiB and {wanted.descriptors:,} "
        f"connections at the busiest moment"
    )
    return Page(
        title=f"fleet plan {profile.name}",
        subtitle=f"{seen.terminals:,} terminals, seed {seed}, {seen.end_s[-1]:,.0f} s of wall time,"
        f" business clock x {profile.run.speed:g}; played in virtual time, nothing was loaded",
        banner=Banner("plain", words, [profile.title] if profile.title else []),
        sections=[
            Section("Peaks", [_peaks(seen)]),
            Section("Load", list(_load(seen))),
            Section("The estate", [_states(seen)]),
        ],
    )


def agreement(record: Record, seen: Forecast) -> Section:
    """Return the section that sets a run beside its plan."""
    curves = [
        ("Messages from terminals, per second", "messages/s",
         _counter(record, "fleet_messages_sent_total"), total(seen.up, seen.end_s)),
        ("Messages to terminals, per second", "messages/s",
         _counter(record, "fleet_messages_received_total"), total(seen.down, seen.end_s)),
        ("Connects, per second", "connects/s",
         record.column("fleet_connects_total", outcome="ok"), total(seen.connects, seen.end_s)),
    ]  # fmt: skip
    drawn = [_beside(record, seen, _Curve(*curve)) for curve in curves]
    table = _minutes(record, seen)
    return Section("Plan and run", [*drawn, table], note="Solid: the run; dashed: the plan.")


def _peaks(seen: Forecast) -> Table:
    rows = [
        (peak.name, f"{peak.value:,.1f} {peak.unit}", f"{peak.mean:,.1f} {peak.unit}",
         f"{peak.at_s:,.0f} s", peak.why)
        for peak in peaks(seen)
    ]  # fmt: skip
    return Table("Peaks, and what they mostly consist of", ("", "peak", "mean", "at", "why"), rows)


def _load(seen: Forecast) -> Iterator[Chart]:
    per_s = np.diff(seen.end_s, prepend=0.0)
    yield Chart(
        "Messages from terminals, per second", _kinds(seen.end_s, seen.up, per_s), wide=True
    )
    yield Chart("Messages to terminals, per second", _kinds(seen.end_s, seen.down, per_s))
    yield Chart(
        "Connects per second, by what had terminals connect",
        _kinds(seen.end_s, seen.connects, per_s, "connects/s"),
    )
    unit, values = rates(seen)["bytes from terminals"]
    bytes_up = Line("bytes from terminals", seen.end_s, values)
    yield Chart(f"Bytes from terminals, {unit}", charts.lines([bytes_up], Axis(_TIME, unit)))


def _kinds(
    end_s: Numbers, parts: Mapping[str, Numbers], per_s: Numbers, unit: str = "messages/s"
) -> str:
    curves = [Line(kind, end_s, values / per_s) for kind, values in parts.items()]
    return charts.lines(curves, Axis(_TIME, unit), wide=len(curves) > 8)  # noqa: PLR2004


def _states(seen: Forecast) -> Chart:
    drawn = charts.stacked(seen.end_s, dict(seen.states), Axis(_TIME, "terminals"), wide=True)
    return Chart("Terminals by state", drawn, wide=True)


def _counter(record: Record, family: str) -> Numbers:
    return sum(record.series(family).values(), np.zeros(len(record.elapsed_s)))


def _beside(record: Record, seen: Forecast, curve: _Curve) -> Chart:
    planned = curve.plan / np.diff(seen.end_s, prepend=0.0)
    lines = [
        Line("x", record.elapsed_s, record.rate(curve.run)),
        Line("x", seen.end_s, planned, dashed=True),
    ]
    return Chart(curve.title, charts.lines(lines, Axis(_TIME, curve.unit)))


def minutes(record: Record, seen: Forecast) -> list[tuple[float, float, float]]:
    """Return for each whole minute of a run: its end in s, messages planned, messages sent."""
    run = _counter(record, "fleet_messages_sent_total")
    plan = np.concatenate([[0.0], total(seen.up, seen.end_s).cumsum()])
    last = min(record.elapsed_s[-1], seen.end_s[-1])
    ends = np.arange(_MINUTE_S, last + 1e-9, _MINUTE_S)
    planned = np.diff(np.interp(ends, np.concatenate([[0.0], seen.end_s]), plan), prepend=0.0)
    sent = np.diff(np.interp(ends, record.elapsed_s, run), prepend=0.0)
    return [(float(e), float(p), float(s)) for e, p, s in zip(ends, planned, sent, strict=True)]


def _minutes(record: Record, seen: Forecast) -> Table:
    rows: list[tuple[Cell | str, ...]] = []
    for end, planned, sent in minutes(record, seen):
        off = sent / planned - 1 if planned else 0.0
        cell = Cell(f"{off:+.1%}", "good" if abs(off) <= _AGREES else "doubtful")
        rows.append((f"{end:,.0f} s", f"{planned:,.0f}", f"{sent:,.0f}", cell))
    return Table("Messages per minute", ("until", "plan", "run", "off by"), rows)
