"""The cards: README.md for a hub of datasets, and DATASHEET.md after Gebru et al., 2018."""

from collections.abc import Iterator
from typing import Final

from fleet.dataset.instants import iso
from fleet.dataset.summary import Summary
from fleet.dataset.table import Layout, Table
from fleet.dataset.twins import told_of
from fleet.life.faults.slate import slate_of
from fleet.profile.profile import Profile

_SIZES: Final = (
    (1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"), (10**9, "100M<n<1B"),
)  # fmt: skip
_LARGER: Final = "n>1B"
_WHAT: Final = (
    "{count:,} simulated payment terminals from {begin} to {end}, made by `fleet dataset` from the "
    "seed {seed}. {title}"
)
_ADVICE: Final = """\
Everything here is simulated. Nothing in it says how often the terminals of any real maker fail.

Take features from `observed/` alone, and of it from rows whose `ingest_ts` has passed. `truth/` is
for diagnosis and for judging a model, never for features. Labels are null where the study ended
before one could know. See `splits.json` for how to divide units and time, with a gap as long as the
longest horizon.
"""


def readme(summary: Summary) -> str:
    """Return README.md: what hubs read in its header, and what people read below."""
    profile = summary.profile
    calendar = summary.calendar
    begin, end = (iso(at, calendar.origin_ms) for at in (0, calendar.end))
    lines = [
        *_header(summary),
        f"# {summary.name}",
        "",
        _WHAT.format(
            count=profile.estate.terminals,
            begin=begin,
            end=end,
            seed=profile.dataset.seed,
            title=profile.title,
        ),
        "",
        _ADVICE,
        *([f"Beware: {note}.", ""] if (note := told_of(profile)) else [""]),
        "| table | a row is | rows |",
        "|---|---|---|",
        *(f"| `{t.name}` | {t.description} | {summary.rows[t.name]:,} |" for t in summary.tables),
        "",
        *(line for table in summary.tables for line in _columns(table)),
        "The same dataset can be made again: `fleet dataset config.toml --out DIR`.",
    ]
    return "\n".join(lines) + "\n"


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
            yield f'    path: "{_glob(table, summary.profile.dataset.format)}"'
    yield "---"


def _glob(table: Table, kind: str) -> str:
    return f"{table.name}/{'*/' if table.layout is Layout.DAY else ''}*.{kind}"


def _columns(table: Table) -> Iterator[str]:
    yield f"## `{table.name}`"
    yield ""
    yield f"{table.description} Key: {', '.join(f'`{column}`' for column in table.key)}."
    yield ""
    yield "| column | type | unit | null | what |"
    yield "|---|---|---|---|---|"
    for column in table.columns:
        kind = str(column.kind).replace("dictionary<values=string, indices=", "word<")
        null = "yes" if column.nullable else ""
        yield f"| `{column.name}` | {kind} | {column.unit} | {null} | {column.description} |"
    yield ""


def datasheet(summary: Summary) -> str:
    """Return DATASHEET.md."""
    profile = summary.profile
    rules = profile.dataset
    return f"""# Datasheet of {summary.name}

## Motivation
To train and to judge detectors of faults and models of survival where no public data of payment
terminals exist, with the truth beside what an operator could have seen.

## Composition
{profile.estate.terminals:,} terminals over {rules.days} days. Each is a program that boots, tests
itself, signs in, beats, is updated, fails and is repaired by the laws of `config.toml`. The kinds
of fault:

{_kinds(profile)}

Where a law is not sourced, the profile says that it is a guess.

## Collection
Simulated by `fleet dataset`, seed {rules.seed}. Heartbeats are lost completely at random with
chance {rules.missing.at_random:g}, on a weak link with {rules.missing.weak_signal:g} more (MAR), in
a terminal that shows a symptom with {rules.missing.ailing:g} more (MNAR); records arrive late with
chance {rules.missing.late:g}, twice with {rules.missing.twice:g}. `truth/missingness` holds every
one of them. What precursors add to telemetry is multiplied by {rules.precursor_gain:g}.

## Labels
Computed from `truth/faults`. `y` is 1 if a fault strikes within the horizon, 0 if none does, null
if the study ends before one could know. `oracle_p` is the chance as one who knows every age, law
and begun precursor would state it; see the program's docs for what it does not know.

## Uses, and what it must not be used for
To compare methods, to teach, to test pipelines. Not to claim failure rates of any maker's
terminals, nor that a model trained here works on a real estate.

## Distribution and maintenance
Apache 2.0. The dataset is a function of `config.toml` and the program's version, which
`manifest.json` names; a mistake is mended in the program, and the dataset made again.
"""


def _kinds(profile: Profile) -> str:
    return "\n".join(
        f"- `{risk.kind.code}`: strikes by {_law(risk.law)} in {risk.clock.name.lower()} time; "
        + ("it gives warning" if risk.lead else "it gives no warning: a negative control")
        for risk in slate_of(profile).risks
    )


def _law(law: object) -> str:
    return str(law)
