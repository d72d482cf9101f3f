"""Two runs side by side: what differs, and by how much."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from fleet.profile.indicators import LATENCIES
from fleet.report import charts
from fleet.report.charts import Axis, Floats, Line
from fleet.report.figures import as_time, digits, unit_of
from fleet.report.page import Banner, Cell, Chart, Page, Section, Table, Tone
from fleet.report.record import Record
from fleet.report.verdict import VERDICTS
from fleet.watch.ruling import Verdict, show_value

_TIME: Final = "wall time, s"
# A difference below this is drawn in no colour: two runs of one kind differ by as much.
_NOISE: Final = 0.1


def comparison_page(record: Record, other: Record) -> Page:
    """Return the page that compares a run (solid) with another one (dashed)."""
    ours, theirs = record.summary, other.summary
    tone, words = _verdict(ours.verdict, theirs.verdict)
    names = dict.fromkeys((ours.run.profile, theirs.run.profile))
    return Page(
        title=f"fleet run {' and '.join(names)}, two runs",
        subtitle=f"{_who(record)} beside {_who(other)}",
        banner=Banner(tone, words, [*ours.reasons, *(f"other run: {r}" for r in theirs.reasons)]),
        sections=[
            Section("What was asked for", [_settings(record, other)]),
            Section("Objectives", list(_objectives(record, other))),
            Section("Figures", [_latencies(record, other), _counts(record, other)]),
            Section(
                "Over time",
                list(_curves(record, other)),
                note="Solid: this run; dashed: the other.",
            ),
        ],
    )


def _verdict(ours: Verdict, theirs: Verdict) -> tuple[Tone, str]:
    """Return both verdicts in words; two runs are only as sound as the less sound of them."""
    if ours == theirs:
        return VERDICTS[ours]
    worse = max(ours, theirs, key=list(VERDICTS).index)
    words = f"{VERDICTS[ours][1]}; the other run: {VERDICTS[theirs][1].lower()}"
    return VERDICTS[worse][0], words


def _who(record: Record) -> str:
    run = record.summary.run
    return f"{record.folder.name} ({run.started:%Y-%m-%d %H:%M:%S} UTC)"


def _settings(record: Record, other: Record) -> Table:
    ours, theirs = record.summary.run, other.summary.run
    names = ("profile", "profile_digest", "terminals", "seed", "speed", "broker")
    rows = [
        (name, _plain(getattr(ours, name)), _plain(getattr(theirs, name)),
         "" if getattr(ours, name) == getattr(theirs, name) else Cell("differs", "doubtful"))
        for name in names
    ]  # fmt: skip
    return Table("Settings", ("", "this run", "other run", ""), rows)


def _plain(value: object) -> str:
    text = f"{value:,}" if isinstance(value, int) else str(value)
    return text.removeprefix("sha256:")[:40]


def _objectives(record: Record, other: Record) -> Iterator[Table]:
    sides = [{each.objective: each for each in r.summary.objectives} for r in (record, other)]
    rows = []
    for objective in dict.fromkeys([*sides[0], *sides[1]]):
        row: list[Cell | str] = [objective]
        for side in sides:
            finding = side.get(objective)
            if finding is None:
                row.append("not asked for")
            else:
                row.append(Cell(show_value(finding), "good" if finding.held else "bad"))
        rows.append(row)
    if rows:
        yield Table("Objectives", ("objective", "this run", "other run"), rows)


def _latencies(record: Record, other: Record) -> Table:
    rows: list[tuple[Cell | str, ...]] = []
    for latency in LATENCIES:
        ours, theirs = (r.summary.latencies.get(latency.name, {}).get("response")
                        for r in (record, other))  # fmt: skip
        if ours and theirs and ours.count and theirs.count:
            for part in ("p50_ms", "p99_ms", "p999_ms"):
                a, b = getattr(ours, part), getattr(theirs, part)
                name = f"{latency.name}, {part[:-3].replace('999', '99.9')}"
                rows.append((name, as_time(a), as_time(b), _ratio(a, b)))
    return Table("Response times", ("", "this run", "other run", "ratio"), rows)


def _counts(record: Record, other: Record) -> Table:
    rows = []
    for family, counts in record.summary.counts.items():
        beside = other.summary.counts.get(family, {})
        a, b = sum(counts.values()), sum(beside.values())
        if a or b:
            name = family.removeprefix("fleet_").removesuffix("_total").replace("_", " ")
            rows.append((name, f"{a:,}", f"{b:,}", digits(a / b) if b else ""))
    return Table("Counts", ("", "this run", "other run", "ratio"), rows)


def _ratio(ours: float, theirs: float) -> Cell | str:
    if not theirs:
        return ""
    ratio = ours / theirs
    if abs(ratio - 1) < _NOISE:
        return digits(ratio)
    return Cell(digits(ratio), "bad" if ratio > 1 else "good")


def _curves(record: Record, other: Record) -> Iterator[Chart]:
    heartbeats = [(r, r.rate(r.column("fleet_heartbeats_total"))) for r in (record, other)]
    yield _chart("Heartbeats per second", "messages/s", heartbeats)
    connects = [
        (r, r.rate(r.column("fleet_connects_total", outcome="ok"))) for r in (record, other)
    ]
    yield _chart("Connects per second", "connects/s", connects)
    connected = [(r, r.column("fleet_connected_terminals")) for r in (record, other)]
    yield _chart("Connected terminals", "terminals", connected)
    for latency in LATENCIES:
        curves = [(r, r.part(latency.response, "p99")) for r in (record, other)]
        found = np.concatenate([values[np.isfinite(values)] for _, values in curves])
        if found.size:
            unit, size = unit_of(float(np.median(found)))
            scaled = [(r, values / size) for r, values in curves]
            yield _chart(f"{latency.name}, p99, {unit}", unit, scaled)


def _chart(title: str, unit: str, curves: list[tuple[Record, Floats]]) -> Chart:
    drawn = [
        Line("run", each.elapsed_s, values, dashed=number > 0)
        for number, (each, values) in enumerate(curves)
    ]
    return Chart(title, charts.lines(drawn, Axis(_TIME, unit)))
