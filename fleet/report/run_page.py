"""The page of a run: the verdict first, then what led to it."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from fleet.life.faults import told
from fleet.profile.indicators import LATENCIES
from fleet.report import charts
from fleet.report.charts import Axis, Band, Floats, Line
from fleet.report.figures import as_time, unit_of
from fleet.report.page import Chart, Fold, Page, Section, Table
from fleet.report.record import Record
from fleet.report.verdict import banner, objectives
from fleet.watch.histogram import Percentiles
from fleet.watch.ruling import HealthReport

_TIME: Final = "wall time, s"
# What a chart can show before its colours and its legend are used up.
_LAYERS_MAX: Final = 12


def run_page(record: Record) -> Page:
    """Return the page of a run."""
    summary, run = record.summary, record.summary.run
    took_s = (run.ended - run.started).total_seconds()
    return Page(
        title=f"fleet run {run.profile}",
        subtitle=(
            f"{run.terminals:,} terminals, seed {run.seed}, {took_s:,.0f} s from "
            f"{run.started:%Y-%m-%d %H:%M:%S} UTC, business clock x {run.speed:g}, {run.broker}"
        ),
        banner=banner(record),
        sections=[
            *objectives(summary.objectives),
            Section("Load", list(_load(record))),
            Section("Latency", list(_latency(record)), note=_CLOCKS),
            Section("The estate", list(_estate(record))),
            *_generator(record, summary.health),
            Section("How it was made", list(_made(record))),
        ],
    )


def _bands(record: Record) -> list[Band]:
    """Return the spans of the stages of the load, and in which common causes were at work."""
    found: list[Band] = []
    for family in ("fleet_load_stage_active", "fleet_common_causes_active"):
        for name, active in record.series(family).items():
            found += _spans(name, record.elapsed_s, active > 0)
    return found


def _spans(name: str, elapsed_s: Floats, on: np.ndarray) -> Iterator[Band]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], on.astype(np.int8), [0]])))
    for begin, end in edges.reshape(-1, 2):
        yield Band(elapsed_s[begin], elapsed_s[min(end, len(elapsed_s) - 1)], name)


# ------------------------------------------------------------------------------- load


def _load(record: Record) -> Iterator[Chart]:
    marks = _bands(record)
    sent = _rates(record, "fleet_messages_sent_total")
    received = _rates(record, "fleet_messages_received_total")
    per_s = Axis(_TIME, "messages/s")
    yield Chart(
        "Messages from terminals, per second",
        charts.lines(sent, per_s, marks, wide=True),
        wide=True,
    )
    yield Chart("Messages to terminals, per second", charts.lines(received, per_s, marks))
    connects = _rates(record, "fleet_connects_total")
    yield Chart(
        "Connects, per second, by outcome", charts.lines(connects, Axis(_TIME, "connects/s"), marks)
    )
    kb = Line("sent", record.elapsed_s, record.rate(record.column("fleet_sent_bytes_total")) / 1e3)
    yield Chart("Bytes published, kB/s", charts.lines([kb], Axis(_TIME, "kB/s"), marks))
    connected = Line("connected", record.elapsed_s, record.column("fleet_connected_terminals"))
    yield Chart("Connected terminals", charts.lines([connected], Axis(_TIME, "terminals"), marks))


def _rates(record: Record, family: str) -> list[Line]:
    series = _most(record.series(family))
    return [Line(name, record.elapsed_s, record.rate(v)) for name, v in series.items()]


def _most(series: dict[str, Floats]) -> dict[str, Floats]:
    """Return those with the largest values, where there are too many to be told apart."""
    ranked = sorted(series, key=lambda name: -float(np.nanmax(series[name])))
    kept = set(ranked[:_LAYERS_MAX])
    return {name: values for name, values in series.items() if name in kept}


# ------------------------------------------------------------------------------- latency

_CLOCKS: Final = (
    "Response time counts from the instant at which something was due by its schedule, service "
    "time from the instant at which it was really sent: a stall of the server shows in the first."
)


def _latency(record: Record) -> Iterator[Table | Chart]:
    rows = [
        (latency.name if clock == "response" else f"{latency.name}, service", *_figures(times))
        for latency in LATENCIES
        for clock, times in record.summary.latencies.get(latency.name, {}).items()
        if times.count
    ]
    headings = ("", "count", "mean", "p50", "p90", "p99", "p99.9", "max")
    yield Table("Latencies", headings, rows)
    marks = _bands(record)
    for latency in LATENCIES:
        curves = [
            Line(part, record.elapsed_s, record.part(latency.response, part))
            for part in ("p50", "p99", "max")
        ]
        if np.isfinite(curves[0].y).any():
            unit, size = unit_of(float(np.nanmedian(curves[0].y)))
            axis = Axis(_TIME, unit, logarithmic=True)
            title = f"{latency.name}, {unit}: {latency.help}"
            yield Chart(title, charts.lines(_shown(curves, size), axis, marks))


def _shown(curves: list[Line], size: float = 1.0) -> list[Line]:
    """Convert from ms; let zeros stand at the clock's resolution, as a logarithm needs them."""
    return [curve._replace(y=np.maximum(curve.y, 1e-3) / size) for curve in curves]


def _figures(times: Percentiles) -> tuple[str, ...]:
    """Return a distribution as cells: count, then times."""
    ms = (times.mean_ms, times.p50_ms, times.p90_ms, times.p99_ms, times.p999_ms, times.max_ms)
    return f"{times.count:,}", *map(as_time, ms)


# ------------------------------------------------------------------------------- estate


def _estate(record: Record) -> Iterator[Table | Chart]:
    marks = _bands(record)
    terminals = Axis(_TIME, "terminals")
    states = _most(record.series("fleet_terminals"))
    if states:
        drawn = charts.stacked(record.elapsed_s, states, terminals, marks, wide=True)
        yield Chart("Terminals by state", drawn, wide=True)
    firmware = _most(record.series("fleet_firmware_terminals"))
    if len(firmware) > 1:
        drawn = charts.stacked(record.elapsed_s, firmware, terminals, marks)
        yield Chart("Terminals by firmware", drawn)
    faults = _most(record.series("fleet_active_faults"))
    if faults:
        drawn = charts.stacked(record.elapsed_s, faults, Axis(_TIME, "active faults"), marks)
        yield Chart("Active faults by class", drawn)
    raised = {code: n for code, n in record.summary.counts["fleet_faults_total"].items() if n}
    if raised:
        ranked = sorted(raised.items(), key=lambda pair: -pair[1])[: 2 * _LAYERS_MAX]
        named = {told(code): n for code, n in ranked}
        yield Chart("Faults raised, by code", charts.bars(named, Axis("faults", "")))
    yield from _outcomes(record)


def _outcomes(record: Record) -> Iterator[Table]:
    families = {
        "Sign-ins": "fleet_sign_ins_total",
        "Self-tests": "fleet_self_tests_total",
        "Updates": "fleet_updates_total",
        "Transactions": "fleet_transactions_total",
        "Forced shutdowns": "fleet_forced_shutdowns_total",
        "Dropped messages": "fleet_dropped_total",
    }
    for title, family in families.items():
        counts = {name: n for name, n in record.summary.counts.get(family, {}).items() if n}
        if counts:
            rows = [(name or "all", f"{n:,}") for name, n in counts.items()]
            yield Table(title, ("", "count"), rows)


# ------------------------------------------------------------------------------- generator


def _generator(record: Record, health: HealthReport | None) -> Iterator[Section]:
    if health is None:
        return
    marks = _bands(record)
    lag = [
        Line(part, record.elapsed_s, record.part("fleet_schedule_lag_seconds", part))
        for part in ("p50", "p99", "max")
    ]
    cpu = [
        Line(f"shard {shard}", record.elapsed_s, record.rate(values))
        for shard, values in record.series("fleet_shard_cpu_seconds_total").items()
    ]
    parts: list[Table | Chart] = [
        _health(health),
        Chart(
            "Schedule lag, ms",
            charts.lines(_shown(lag), Axis(_TIME, "ms", logarithmic=True), marks),
        ),
        Chart("CPU of each shard, cores", charts.lines(cpu, Axis(_TIME, "cores"), marks)),
    ]
    yield Section("The generator", parts, note=_WATCHES_ITSELF)


_WATCHES_ITSELF: Final = (
    "A run in which the generator itself was the bottleneck says nothing of the server, and is "
    "called invalid."
)


def _health(health: HealthReport) -> Table:
    rows = [
        ("schedule lag p99", f"{health.lag_p99_ms:,.1f} ms"),
        ("schedule lag, largest", f"{health.lag_max_ms:,.1f} ms"),
        ("loop delay p99", f"{health.stall_p99_ms:,.1f} ms"),
        ("messages dropped at our own bounds", f"{health.dropped:.4%}"),
        ("shards started again", str(health.restarts)),
    ]
    for shard in health.shards:
        rows += [
            (f"shard {shard.shard}: CPU", f"{shard.cpu:.0%} of a core"),
            (f"shard {shard.shard}: waited for a core", f"{shard.cpu_wait:.1%}"),
            (f"shard {shard.shard}: open files", f"{shard.descriptors:.0%} of the limit"),
        ]
    return Table("Health", ("", "over the judged part"), rows)


# ------------------------------------------------------------------------------- how


def _made(record: Record) -> Iterator[Table | Fold]:
    run, versions = record.summary.run, record.summary.versions
    rows = [
        ("fleet", versions.fleet), ("Python", versions.python), ("numpy", versions.numpy),
        ("platform", versions.platform), ("profile", run.profile),
        ("profile digest", run.profile_digest), ("seed", str(run.seed)),
        ("exit code", str(record.summary.exit_code)),
    ]  # fmt: skip
    yield Table("Versions and origin", ("", ""), rows)
    yield Fold("The profile, as resolved", record.profile_toml)
