"""The summary of a run: one structure, written as `summary.json` and shown when the run ends."""

import platform
from collections.abc import Iterator
from datetime import datetime
from typing import Final

import numpy as np
from msgspec import Struct
from msgspec.structs import astuple
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

import fleet
from fleet.profile.indicators import LATENCIES
from fleet.units import HOUR_MS, MINUTE_MS, SECOND_MS
from fleet.watch.family import Kind
from fleet.watch.histogram import Percentiles
from fleet.watch.ruling import Finding, HealthReport, Ruling, Verdict, findings_table
from fleet.watch.tally import Reading

EXIT_CODES: Final[dict[Verdict, int]] = {
    "passed": 0,
    "unjudged": 0,
    "failed": 1,
    "slo_broken": 3,
    "invalid": 4,
    "interrupted": 130,
}
_VERDICTS: Final[dict[Verdict, tuple[str, str]]] = {
    "passed": ("bold green", "passed"),
    "unjudged": ("bold", "not judged: no objective was set"),
    "failed": ("bold red", "failed: the run could not be completed"),
    "slo_broken": ("bold red", "SLO broken"),
    "invalid": ("bold red", "invalid: the generator was the bottleneck"),
    "interrupted": ("bold yellow", "interrupted"),
}
# Units, each with the longest duration that is told in it: what takes six columns in milliseconds,
# and what is easy to imagine in the others. Six columns let seven figures fit into 80.
_UNITS: Final = (
    ("ms", 1, 99_999),
    ("s", SECOND_MS, 1_000 * SECOND_MS),
    ("min", MINUTE_MS, 1_000 * MINUTE_MS),
)

# One update is offered, accepted and succeeds, one reversal is queued and confirmed: the sum of
# such steps is a number of nothing.
_STEPS: Final = ("fleet_updates_total", "fleet_reversals_total")

_FIGURES: Final = ("mean", "p50", "p90", "p99", "p99.9", "max")
# How many columns each choice of figures takes, with counts up to a hundred million.
_FIGURES_BY_WIDTH: Final[tuple[tuple[int, tuple[str, ...]], ...]] = (
    (76, _FIGURES),
    (60, ("p50", "p90", "p99", "max")),
    (46, ("p50", "p99", "max")),
    (0, ("p99",)),
)


class Versions(Struct, frozen=True):
    """What the run was made with."""

    fleet: str
    python: str
    numpy: str
    platform: str

    @classmethod
    def here(cls) -> "Versions":
        """Return those of this process."""
        python = platform.python_version()
        return cls(fleet.__version__, python, np.__version__, platform.platform())


class RunFacts(Struct, frozen=True):
    """What a run knows of itself beside its metrics.

    Attributes:
        verdict: What became of it; decides the exit code.
        profile: The profile's name.
        profile_digest: Of the resolved profile, e.g. "sha256:...".
        seed: Of all chance in the run.
        terminals: How many were simulated.
        speed: How much faster than the wall clock business clocks ran.
        broker: Its URL, without credentials.
        started: Wall clock, aware.
        ended: Wall clock, aware.
        notes: Sentences that a reader of the figures must know.
        ending: How it ended, where the verdict leaves that open; "" where it does not.
    """

    verdict: Verdict
    profile: str
    profile_digest: str
    seed: int
    terminals: int
    speed: float
    broker: str
    started: datetime
    ended: datetime
    notes: tuple[str, ...] = ()
    ending: str = ""


class Summary(Struct, frozen=True):
    """Everything that `summary.json` holds.

    Attributes:
        run: The facts.
        exit_code: Of the process.
        versions: What the run was made with.
        counts: Counters by family and label value; the key is "" where there is no label.
        states: Terminals in each state when the run ended.
        firmware: Terminals on each firmware version when the run ended.
        active_faults: Faults not yet cleared when the run ended, by class.
        percentiles: By family of histograms, in milliseconds.
        verdict: What became of the run.
        reasons: Why, in sentences.
        objectives: Each one, judged.
        health: The generator's; None where nothing was run.
        latencies: By indicator, each with its "response" and, where there is one, its "service"
            time in milliseconds.
        causes: When common causes began and ended, in business milliseconds since the epoch, as the
            profile and the seed have it; see `fleet.profile.calendar`.
    """

    run: RunFacts
    exit_code: int
    versions: Versions
    counts: dict[str, dict[str, int]]
    states: dict[str, int]
    firmware: dict[str, int]
    active_faults: dict[str, int]
    percentiles: dict[str, Percentiles]
    verdict: Verdict
    reasons: tuple[str, ...]
    objectives: tuple[Finding, ...]
    health: HealthReport | None
    latencies: dict[str, dict[str, Percentiles]]
    causes: tuple[dict[str, str | int], ...] = ()


def summarise(reading: Reading, run: RunFacts, ruling: Ruling | None = None) -> Summary:
    """Make the summary of a run from its last reading and the verdict on it."""
    ruling = ruling or Ruling(run.verdict)
    families = reading.layout.families
    counters = (family.name for family in families if family.is_count)
    histograms = (family.name for family in families if family.kind is Kind.HISTOGRAM)
    return Summary(
        run=run,
        exit_code=EXIT_CODES[run.verdict],
        versions=Versions.here(),
        counts={name: reading.series(name) for name in counters},
        states=reading.series("fleet_terminals"),
        firmware=reading.series("fleet_firmware_terminals"),
        active_faults=reading.series("fleet_active_faults"),
        percentiles={name: reading.distribution(name).percentiles() for name in histograms},
        verdict=ruling.verdict,
        reasons=ruling.reasons,
        objectives=ruling.findings,
        health=ruling.health,
        latencies=_clocks(reading),
    )


def _clocks(reading: Reading) -> dict[str, dict[str, Percentiles]]:
    return {
        latency.name: {
            clock: reading.distribution(family).percentiles()
            for clock, family in (("response", latency.response), ("service", latency.service))
            if family
        }
        for latency in LATENCIES
    }


def render_summary(summary: Summary) -> RenderableType:
    """Return what is shown on the terminal when a run has ended."""
    parts: list[RenderableType] = [_headline(summary), Text()]
    if summary.reasons:
        parts[1:1] = [Padding(Text(f"- {reason}"), (0, 2)) for reason in summary.reasons]
    if summary.objectives:
        parts += [findings_table(summary.objectives), Text()]
    parts += [_Latencies(summary), Text(), _counts(summary)]
    if summary.run.notes:
        parts.append(Text())
        parts += [Padding(Text(f"- {note}", style="dim"), (0, 2)) for note in summary.run.notes]
    return Group(*parts)


def _headline(summary: Summary) -> Text:
    run = summary.run
    style, words = _VERDICTS[run.verdict]
    took_s = (run.ended - run.started).total_seconds()
    terminals = "1 terminal" if run.terminals == 1 else f"{run.terminals:,} terminals"
    return Text.assemble(
        (f"{words}; {run.ending}" if run.ending else words, style),
        f"  {terminals} · {run.profile} · seed {run.seed} · {took_s:,.1f} s · "
        f"business clocks x{run.speed:g}",
    )


class _Latencies:
    """The table of durations, with those of its figures that there is room for, uncut."""

    def __init__(self, summary: Summary) -> None:
        self._summary = summary

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield _latencies(self._summary, _figures_shown(options.max_width))


def _figures_shown(columns: int) -> tuple[str, ...]:
    return next(figures for width, figures in _FIGURES_BY_WIDTH if columns >= width)


def _latencies(summary: Summary, shown: tuple[str, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("durations")
    table.add_column("in")
    for heading in ("count", *shown):
        table.add_column(heading, justify="right")
    for title, figures in _durations(summary):
        if figures.count:
            unit, unit_ms = _unit(figures.max_ms)
            told = dict(zip(_FIGURES, astuple(figures)[1:], strict=True))
            values = (_figure(told[name] / unit_ms) for name in shown)
            table.add_row(title, unit, f"{figures.count:,}", *values)
    return table


def _durations(summary: Summary) -> Iterator[tuple[str, Percentiles]]:
    """Yield latencies first, each with its two clocks, and then all other histograms."""
    for name, clocks in summary.latencies.items():
        title = name.replace("_", " ")
        yield title, clocks["response"]
        if "service" in clocks:
            yield "- service" if clocks["response"].count else f"{title} service", clocks["service"]
    told = {family for each in LATENCIES for family in (each.response, each.service)}
    for name, figures in summary.percentiles.items():
        if name not in told:
            yield _title(name), figures


def _unit(longest_ms: float) -> tuple[str, int]:
    fitting = ((unit, unit_ms) for unit, unit_ms, most_ms in _UNITS if longest_ms <= most_ms)
    return next(fitting, ("h", HOUR_MS))


def _figure(value: float) -> str:
    # Three digits or more, in six columns at most.
    decimals = sum(value < bound for bound in (999.95, 99.995))
    return f"{value:,.{decimals}f}"


def _counts(summary: Summary) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("counts", overflow="fold")
    table.add_column("total", justify="right", no_wrap=True)
    table.add_column("of these", overflow="fold")
    rows = summary.counts | {"fleet_terminals": summary.states}
    for name, series in rows.items():
        counted = {value: number for value, number in series.items() if number}
        of_these = ", ".join(f"{value} {number:,}" for value, number in counted.items() if value)
        if counted:
            total = "" if name in _STEPS else f"{sum(counted.values()):,}"
            table.add_row(_title(name), total, of_these)
    return table


def _title(family: str) -> str:
    words = family.removeprefix("fleet_").removesuffix("_total").removesuffix("_seconds")
    return words.removesuffix("_duration").replace("_", " ")
