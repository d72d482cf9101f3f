"""The cards: README.md for a hub of datasets, and DATASHEET.md after Gebru et al., 2018."""

from collections.abc import Iterator
from typing import Final

import pyarrow as pa

from fleet.chance.law import Law
from fleet.chance.parametric import Exponential
from fleet.dataset.hazards import has_hazard
from fleet.dataset.instants import iso
from fleet.dataset.schema import OF_TERMINAL
from fleet.dataset.summary import Summary
from fleet.dataset.table import WORD, Table
from fleet.dataset.twins import told_of
from fleet.life.faults.slate import Risk, slate_of
from fleet.profile.law_text import write
from fleet.profile.profile import Profile
from fleet.units import format_duration

_SIZES: Final = (
    (1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"), (10**9, "100M<n<1B"),
)  # fmt: skip
_LARGER: Final = "n>1B"
_TYPES: Final = {
    WORD: "word", OF_TERMINAL.kind: "word", pa.float32(): "float32", pa.float64(): "float64",
}  # fmt: skip
"""Types that Arrow names otherwise than people do; a word is a dictionary of strings."""
_WHAT: Final = (
    "{count:,} simulated payment terminals from {begin} to {end}, made by `fleet dataset` from the "
    "seed {seed}. {title}"
)
_ADVICE: Final = """\
Everything here is simulated. Nothing in it says how often the terminals of any real maker fail.

Take features from `observed/` alone, and of it from rows whose `ingest_ts` has passed. Of a failure
or a ticket it was known at `detected_ts` or `opened_ts` that there was one, and what it was only
when it was over. `truth/` is for diagnosis and for judging a model, never for features; nor are the
other columns of the labels, of which `oracle_p`, `phase` and `tte_h` tell the answer. Labels are
null where the study ended before one could know. See `splits.json` for how to divide units and
time, with a gap as long as the longest horizon.

Of the types below, a `word` is text with few values, a category: a dictionary in Arrow and pandas.
"""
_DATASHEET: Final = """\
# Datasheet of {name}

## Motivation
To train and to judge detectors of faults and models of survival where no public data of payment
terminals exist, with the truth beside what an operator could have seen.

## Composition
{count:,} terminals over {rules.days} days. Each is a program that boots, tests
itself, signs in, beats, is updated, fails and is repaired by the laws of `config.toml`. The kinds
of fault:

{kinds}

Where a law is not sourced, the profile says that it is a guess.

## Collection
Simulated by `fleet dataset`, seed {rules.seed}. Heartbeats and events are lost completely at random
with chance {rules.missing.at_random:g} (MCAR); heartbeats on a weak link with
{rules.missing.weak_signal:g} more (MAR), in a terminal that shows a symptom with
{rules.missing.ailing:g} more (MNAR). Both arrive late with chance {rules.missing.late:g}, and twice
with {rules.missing.twice:g}. `truth/missingness` holds every one of them. What precursors add to
telemetry is multiplied by {rules.precursor_gain:g}.

## Labels
Computed from `truth/faults`. `y` is 1 if a fault that ends a life (`life_id`) strikes within the
horizon, 0 if none does, null if the study ends before one could know: of the last horizon only
positive labels are known, so leave it out of a rate, or use `tte_h` with `event_observed`.
`oracle_p` is the chance as one who knows every age, law and begun precursor would state it; see the
program's docs for what it does not know.

## What it looks like, and why
- All terminals are switched on as the study begins, {begin}, so boots and low uptimes gather
  there; parts have ages nonetheless (`age_at_entry_h`).
- `observed/failures` and `observed/maintenance` hold what became a ticket. What a terminal
  recovers from by itself, or a shop by switching off and on, is seen in events and telemetry alone.
- A unit that is swapped keeps its terminal's id: `serial_no` is that of the first.
{copies}- Levels, spreads and drifts of telemetry are guesses.

## Uses, and what it must not be used for
To compare methods, to teach, to test pipelines. Not to claim failure rates of any maker's
terminals, nor that a model trained here works on a real estate.

## Distribution and maintenance
Apache 2.0. The dataset is a function of `config.toml` and the program's version, which
`manifest.json` names; a mistake is mended in the program, and the dataset made again.
"""
_VIEWS: Final = (
    "`views/` holds some of it once more, as the CSV tables that notebooks for {names} load; with "
    "failures and lives from `truth/`."
)


def readme(summary: Summary) -> str:
    """Return README.md: what hubs read in its header, and what people read below."""
    lines = [
        *_header(summary),
        f"# {summary.name}",
        "",
        *_introduction(summary),
        "| table | a row is | rows |",
        "|---|---|---|",
        *(f"| `{t.name}` | {t.description} | {summary.rows[t.name]:,} |" for t in summary.tables),
        "",
        "Kinds of fault that strike by a law, as named in `code`, `next_class` and `y_...`:",
        "",
        "| code | what | component | warns |",
        "|---|---|---|---|",
        *_named_kinds(summary.profile),
        "",
        *(line for table in summary.tables for line in _columns(table)),
        "The same dataset can be made again: `fleet dataset config.toml --out DIR`.",
    ]
    return "\n".join(lines) + "\n"


def _introduction(summary: Summary) -> Iterator[str]:
    profile, calendar = summary.profile, summary.calendar
    begin, end = (iso(at, calendar.origin_ms) for at in (0, calendar.end))
    yield _WHAT.format(
        count=profile.estate.terminals,
        begin=begin,
        end=end,
        seed=profile.dataset.seed,
        title=profile.title,
    )
    yield ""
    yield _ADVICE
    if note := told_of(profile):
        yield f"Beware: {note}."
    yield ""
    if names := profile.dataset.views:
        yield _VIEWS.format(names=", ".join(names))
        yield ""


def _header(summary: Summary) -> Iterator[str]:
    total = sum(summary.rows.values())
    size = next((name for bound, name in _SIZES if total < bound), _LARGER)
    yield "---"
    yield "license: apache-2.0"
    yield f"pretty_name: {summary.name}"
    yield "task_categories:"
    yield from ("- tabular-classification", "- time-series-forecasting")
    yield "tags:"
    yield from ("- predictive-maintenance", "- survival-analysis", "- synthetic", "- iot")
    yield "size_categories:"
    yield f"- {size}"
    yield "configs:"
    for table in summary.tables:
        if summary.rows[table.name]:
            yield f"- config_name: {table.name.replace('/', '_').replace('=', '')}"
            yield "  data_files:"
            yield "  - split: train"
            yield f'    path: "{table.files(summary.profile.dataset.format)}"'
    yield "---"


def _columns(table: Table) -> Iterator[str]:
    yield f"## `{table.name}`"
    yield ""
    yield f"{table.description} Key: {', '.join(f'`{column}`' for column in table.key)}."
    yield ""
    yield "| column | type | unit | null | what |"
    yield "|---|---|---|---|---|"
    for column in table.columns:
        kind = _TYPES.get(column.kind, str(column.kind))
        null = "yes" if column.nullable else ""
        yield f"| `{column.name}` | {kind} | {column.unit} | {null} | {column.description} |"
    yield ""


def datasheet(summary: Summary) -> str:
    """Return DATASHEET.md."""
    profile = summary.profile
    return _DATASHEET.format(
        name=summary.name,
        count=profile.estate.terminals,
        kinds=_kinds(profile),
        begin=_begin(profile),
        copies=_copies(profile),
        rules=profile.dataset,
    )


def _begin(profile: Profile) -> str:
    if profile.day is not None:
        return "each when its shop first opens"
    return f"within {format_duration(profile.ramp.over)}"


def _copies(profile: Profile) -> str:
    missing = profile.dataset.missing
    if not (missing.late or missing.twice):
        return ""
    return (
        "- Some records came twice or late; `ingest_ts` tells when, and `terminal_id` with `seq` "
        "which.\n"
    )


def _named_kinds(profile: Profile) -> Iterator[str]:
    for risk in slate_of(profile).risks:
        warns = f"for {format_duration(risk.lead)}" if risk.lead else "never"
        yield f"| `{risk.kind.code}` | {risk.kind.name} | {risk.kind.component} | {warns} |"


def _kinds(profile: Profile) -> str:
    return "\n".join(
        f"- `{risk.kind.code}`, {risk.kind.name}: {_law(risk.law)} in "
        f"{risk.clock.name.lower()} time; {_warning(risk)}"
        for risk in slate_of(profile).risks
    )


def _warning(risk: Risk) -> str:
    if risk.lead:
        return f"it warns for {format_duration(risk.lead)}"
    if isinstance(risk.law, Exponential) or getattr(risk.law, "shape", 0.0) == 1.0:
        return "it gives no warning and does not age: a negative control"
    if not has_hazard(risk.law):
        return "it gives no warning, but strikes at certain ages"
    return "it gives no warning, but ages"


def _law(law: Law) -> str:
    """Return a law as a profile writes it: `weibull, shape 2.0, scale 18d`."""
    written = write(law)
    if isinstance(written, str):
        return written
    return ", ".join(str(value) if name == "law" else f"{name} {value}"
                     for name, value in written.items())  # fmt: skip
