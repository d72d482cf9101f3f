"""The page of a capacity search: what was found first, then the curve and the steps to it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from fleet.capacity.curve import curve_svg
from fleet.capacity.search import Outcome, Search, Step, conclusion
from fleet.capacity.state import STATE_FILE, STEPS, State
from fleet.profile.indicators import LATENCIES
from fleet.profile.objectives import Objective
from fleet.report.errors import ReportError
from fleet.report.figures import as_time
from fleet.report.page import Banner, Cell, Chart, Page, Section, Table, Tone
from fleet.units import format_duration
from fleet.watch.ruling import show
from fleet.watch.summary import Summary

Read = TypeVar("Read", bound=msgspec.Struct)

_TONES: Final[dict[Outcome, Tone]] = {
    "held": "good",
    "server": "bad",
    "network": "doubtful",
    "generator": "doubtful",
}


def is_search(folder: Path) -> bool:
    """Return whether a folder looks like that of a capacity search."""
    return (folder / STATE_FILE).is_file()


def search_page(folder: Path) -> Page:
    """Return the page of a search, finished or not.

    Raises:
        ReportError: Its state is damaged.
    """
    state = _decoded(folder / STATE_FILE, State)
    search = state.search()
    summaries = _summaries(folder, search)
    tone, words = _verdict(state, search)
    return Page(
        title=f"fleet capacity {state.name}".rstrip(),
        subtitle=(
            f"{state.lowest:,} to {state.highest:,} terminals, to within {state.precision:.0%}, "
            f"seed {state.seed}; each step {format_duration(state.warm_up_ms)} of warm-up and "
            f"{format_duration(state.hold_ms)} of hold"
        ),
        banner=Banner(tone, words, [conclusion(search)]),
        sections=[
            Section("What kept the objectives, and what did not", list(_curves(state, search))),
            Section("Steps, by load", [_steps(state, search)]),
            *_latencies(summaries),
            Section("How it was made", [_made(state, summaries)]),
        ],
    )


def _decoded(path: Path, kind: type[Read]) -> Read:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror}"
        raise ReportError(msg) from None
    except msgspec.MsgspecError as error:
        msg = f"{path} is damaged or of another version: {error}"
        raise ReportError(msg) from None


def _summaries(folder: Path, search: Search) -> list[tuple[Step, Summary]]:
    """Return the steps by load with the summaries of their records, where these are there."""
    return [
        (step, _decoded(path, Summary))
        for step in _by_load(search)
        if (path := folder / STEPS / Path(step.folder).name / "summary.json").is_file()
    ]


def _verdict(state: State, search: Search) -> tuple[Tone, str]:
    held, broken = search.held, search.broken
    if not state.done:
        return "doubtful", "Not finished: the same command goes on with it"
    if broken is not None and broken.outcome == "generator":
        return "doubtful", "The generator gave way: the server's limit is not known"
    if held is None:
        return "bad", "Not even the fewest terminals kept the objectives"
    return "good", f"{held.load:,} terminals"


def _curves(state: State, search: Search) -> Iterator[Chart]:
    for text in state.objectives:
        yield Chart(f"{text}, by load", curve_svg(search, Objective.parse(text)))


def _by_load(search: Search) -> list[Step]:
    return sorted(search.steps, key=lambda step: step.load)


def _steps(state: State, search: Search) -> Table:
    objectives = [Objective.parse(text) for text in state.objectives]
    rows: list[tuple[Cell | str, ...]] = [
        (
            f"{step.load:,}",
            Cell(_outcome(step), _TONES[step.outcome]),
            *(_value(step, objective) for objective in objectives),
            f"{step.messages_per_s:,.0f}",
            f"{step.cpu:.0%}",
            as_time(step.lag_p99_ms),
            step.reason,
        )
        for step in _by_load(search)
    ]
    headings = (
        "terminals", "", *state.objectives, "messages/s", "busiest shard's CPU",
        "schedule lag p99", "why",
    )  # fmt: skip
    note = "All figures are of the hold; the warm-up is not judged."
    return Table("Loads that were tried", headings, rows, note)


def _outcome(step: Step) -> str:
    return "held" if step.outcome == "held" else f"the {step.outcome} gave way"


def _value(step: Step, objective: Objective) -> Cell:
    value = step.values.get(objective.text)
    if value is None:
        return Cell("-")
    tone: Tone = "good" if objective.holds(value) else "bad"
    return Cell(show(value, objective.unit.name), tone)


def _latencies(summaries: list[tuple[Step, Summary]]) -> Iterator[Section]:
    headings = ("p99, response time", *(f"{step.load:,}" for step, _ in summaries))
    rows = [
        (latency.name, *(_p99(summary, latency.name) for _, summary in summaries))
        for latency in LATENCIES
    ]
    rows = [row for row in rows if any(row[1:])]
    if rows:
        note = "By terminals; over the whole of each step, its warm-up included."
        yield Section("Latencies, by load", [Table("99th percentiles", headings, rows, note)])


def _p99(summary: Summary, name: str) -> str:
    times = summary.latencies.get(name, {}).get("response")
    return as_time(times.p99_ms) if times is not None and times.count else ""


def _made(state: State, summaries: list[tuple[Step, Summary]]) -> Table:
    rows = [
        ("profile", state.name),
        ("profile digest", state.profile),
        ("objectives", "; ".join(state.objectives)),
    ]
    for _, summary in summaries[:1]:
        run, versions = summary.run, summary.versions
        rows += [
            ("broker", run.broker), ("began", f"{run.started:%Y-%m-%d %H:%M:%S} UTC"),
            ("fleet", versions.fleet), ("Python", versions.python),
            ("platform", versions.platform),
        ]  # fmt: skip
    return Table("Versions and origin", ("", ""), rows)
