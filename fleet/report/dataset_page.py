"""The page of a dataset: what people would rather see than read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from fleet.chance.parametric import Weibull
from fleet.dataset.label_schema import word
from fleet.life.faults import told
from fleet.life.states import IN_SERVICE, State
from fleet.proof.evidence import Columns, Evidence
from fleet.proof.record import finding_of, read_record
from fleet.report.charts import Axis, Band, Floats, Line, bars, lines
from fleet.report.page import Banner, Cell, Chart, Page, Section, Table, Tone
from fleet.units import DAY_MS, HOUR_MS

_MANY: Final = 90.0  # of a hundred in service: less is seen only without the zero
_KINDS: Final = 6
_SILENCE: Final = 8
"""So many usual intervals without a reading are told from a few that were lost."""
_WORKING: Final = ", ".join(f"'{state}'" for state in sorted({*IN_SERVICE, State.IN_TRANSACTION}))
_DELTAS: Final = """
    SELECT (epoch_ms(ts) - {origin}) // {hour} AS hour,
           sum((to_state IN ({working}))::INT - (from_state IN ({working}))::INT)::DOUBLE AS delta
    FROM steps GROUP BY ALL ORDER BY hour
"""
_FAULTS: Final = "SELECT code, count(*)::DOUBLE AS n FROM faults GROUP BY ALL ORDER BY n DESC, code"
_LIVES: Final = """
    SELECT entry_age_h AS entry, exit_age_h AS exit, event_observed AS struck FROM lives
    WHERE code = '{code}' AND exit_age_h > entry_age_h AND shape = {shape!r}
"""
_BUSIEST: Final = """
    SELECT terminal_id AS who FROM faults WHERE precursor_ts IS NOT NULL AND life_id IS NOT NULL
    GROUP BY ALL ORDER BY count(*) DESC, who LIMIT 1
"""
_READINGS: Final = """
    SELECT (epoch_ms(ts) - {origin}) / {day}::DOUBLE AS day, temp_cel::DOUBLE AS temp,
           mem_frac::DOUBLE AS mem FROM telemetry WHERE terminal_id = '{who}' ORDER BY ts
"""
_SPANS: Final = """
    SELECT code, (epoch_ms(coalesce(precursor_ts, onset_ts)) - {origin}) / {day}::DOUBLE AS begin,
           (epoch_ms(coalesce(repair_end_ts, onset_ts)) - {origin}) / {day}::DOUBLE AS stop
    FROM faults WHERE terminal_id = '{who}' AND life_id IS NOT NULL ORDER BY onset_ts
"""
_MISSING: Final = """
    SELECT record, what, CASE what WHEN 'lost' THEN mechanism ELSE '' END AS why, count(*) AS n
    FROM missingness GROUP BY ALL ORDER BY ALL
"""
_TONES: Final[dict[str, Tone]] = {
    "passed": "good",
    "failed": "bad",
    "not enough events": "doubtful",
}

_HELD: Final[dict[bool | None, Tone]] = {True: "good", False: "bad", None: "doubtful"}


def is_dataset(folder: Path) -> bool:
    """Return whether a folder holds a dataset."""
    return (folder / "manifest.json").is_file()


def dataset_page(folder: Path) -> Page:
    """Return the page of a dataset.

    Raises:
        DatasetError: A part of it is missing or damaged, or DuckDB is not installed.
    """
    evidence = Evidence(folder)
    try:
        record = read_record(folder)
        rows = sum(table["rows"] for table in evidence.manifest["tables"].values())
        count, days = evidence.profile.estate.terminals, evidence.calendar.days
        return Page(
            title=f"Dataset {evidence.manifest['name']}",
            subtitle=f"{count:,} terminals, {days} days, seed {evidence.manifest['seed']}, "
                     f"{rows:,} rows",
            banner=_banner(record, folder, _in_figures(evidence)),
            sections=[
                Section("A terminal's life", list(_life(evidence)), _strip(evidence)),
                Section("What is to be learned", [_balance(evidence), _missing(evidence)]),
                Section("The estate", [_by_kind(evidence), _availability(evidence)]),
                Section("Laws of failure", list(_weibull_plots(evidence)), _WEIBULL),
                Section("Proof", [_proofs(record), _claims(record)] if record else []),
            ],
        )  # fmt: skip
    finally:
        evidence.close()


_WEIBULL: Final = ("Cumulative hazard by age (Nelson and Aalen, with late entry and censoring); "
                   "dashed: the configured law.")  # fmt: skip
_STRIP: Final = ("Readings are what an operator could see; shaded is the hidden truth: each fault "
                 "that ended a life, from its first sign to its repair.")  # fmt: skip


def _strip(evidence: Evidence) -> str:
    drifts = " A level that shifts for a while, unshaded, is a declared drift, and no fault."
    return _STRIP + (drifts if evidence.profile.dataset.drifts else "")


def _in_figures(evidence: Evidence) -> str:
    rows = {name: table["rows"] for name, table in evidence.manifest["tables"].items()}
    heard, struck = rows["observed/telemetry"], rows["truth/faults"]
    labels = " and ".join(f"{n:,} of {name.removeprefix('labels/h=')}" for name, n in rows.items()
                          if name.startswith("labels/"))  # fmt: skip
    ended = evidence.number("SELECT count(*) FROM faults WHERE life_id IS NOT NULL")
    return (f"{heard:,} heartbeats; {struck:,} faults, {ended:,.0f} of which ended a life and are "
            f"what labels are about; labels: {labels}")  # fmt: skip


def _banner(record: dict[str, Any], folder: Path, figures: str) -> Banner:
    if not record:
        return Banner("plain", "Not proven yet", [f"fleet verify {folder} proves it", figures])
    verdict = record["verdict"]
    reasons = [figures, *(f"{each['number']}: {each['claim']}" for each in record["proofs"]
               if each["verdict"] == "failed")]  # fmt: skip
    wanting = [each["number"] for each in record["proofs"] if each["needs"]]
    if wanting:
        reasons.append(f"too few events for a part of {', '.join(wanting)}: see Proof below")
    return Banner(_TONES[verdict], f"Proof: {verdict}", reasons)


def _availability(evidence: Evidence) -> Chart:
    found = evidence.ask(_DELTAS.format(
        origin=evidence.calendar.origin_ms, hour=HOUR_MS, working=_WORKING))  # fmt: skip
    hours = evidence.calendar.days * DAY_MS // HOUR_MS
    deltas = np.zeros(hours)
    np.add.at(deltas, np.clip(found["hour"].astype(int), 0, hours - 1), found["delta"])
    share = 100.0 * np.cumsum(deltas) / evidence.profile.estate.terminals
    svg = lines([Line("in service", np.arange(1, hours + 1) / 24.0, share)],
                Axis("day", "%", from_zero=bool(share.min() < _MANY)))  # fmt: skip
    return Chart("Terminals in service, %", svg)


def _by_kind(evidence: Evidence) -> Chart:
    found = evidence.ask(_FAULTS)
    values = {told(code): float(n) for code, n in zip(found["code"], found["n"], strict=True)}
    return Chart("Faults by kind", bars(values or {"none": 0.0}, Axis("faults", "")))


def _weibull_plots(evidence: Evidence) -> Iterator[Chart]:
    drawn = 0
    for code, risk in evidence.risks.items():
        if not isinstance(risk.law, Weibull) or drawn == _KINDS:
            continue
        lives = evidence.ask(_LIVES.format(code=code, shape=risk.law.shape))
        struck = np.sort(lives["exit"][lives["struck"].astype(bool)])
        if len(struck) > 1:
            drawn += 1
            yield _weibull_plot(code, risk.law, lives, struck)


def _weibull_plot(code: str, law: Weibull, lives: Columns, struck: Any) -> Chart:
    entered = np.searchsorted(np.sort(lives["entry"]), struck, side="left")
    left = np.searchsorted(np.sort(lives["exit"]), struck, side="left")
    hazard = np.cumsum(1.0 / np.maximum(entered - left, 1))
    x = np.maximum(struck, 1e-3)
    configured = np.maximum((struck * HOUR_MS / law.scale) ** law.shape, 1e-9)
    curves = [Line("observed", x, hazard), Line("observed", x, configured, dashed=True)]
    svg = lines(curves, Axis("age, h", "cumulative hazard", logarithmic=True, logarithmic_x=True))
    note = f"{len(struck):,} faults; configured shape {law.shape:g}"
    return Chart(f"{told(code)}: cumulative hazard", svg, note)


def _life(evidence: Evidence) -> Iterator[Chart]:
    busiest = evidence.ask(_BUSIEST)["who"]
    if not len(busiest):
        return
    names = {"origin": evidence.calendar.origin_ms, "day": DAY_MS, "who": busiest[0]}
    readings, spans = evidence.ask(_READINGS.format(**names)), evidence.ask(_SPANS.format(**names))
    bands = [Band(begin, max(stop, begin + 0.05), str(code)) for code, begin, stop
             in zip(spans["code"], spans["begin"], spans["stop"], strict=True)]  # fmt: skip
    shown = (("temp", 1.0, "temperature", "°C"), ("mem", 100.0, "memory in use", "%"))
    for name, scale, title, unit in shown:
        values = scale * readings[name].astype(np.float64)
        curve = Line(title, *_with_gaps(readings["day"], values))
        svg = lines([curve], Axis("day", unit, from_zero=unit == "%"), bands, wide=True)
        yield Chart(f"Terminal {busiest[0]}: {title}, {unit}", svg, wide=True)


def _with_gaps(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Break a curve where nothing was heard for long: the shop was closed, or the link down."""
    steps = np.diff(x)
    after = np.flatnonzero(steps > _SILENCE * np.median(steps)) + 1 if steps.size else ()
    return np.insert(x, after, x[after]), np.insert(y, after, np.nan)


def _balance(evidence: Evidence) -> Chart:
    table = evidence.labels[0]
    shares = {"any": 100.0 * evidence.number(f"SELECT avg(y) FROM {table}")}
    for code in evidence.targets:
        sql = f"SELECT avg(y_{word(code)}::INT) FROM {table}"
        shares[told(code)] = 100.0 * evidence.number(sql)
    title = f"Positive labels of {table.removeprefix('labels_')}, % of those known"
    return Chart(title, bars(shares, Axis("%", "")))


def _missing(evidence: Evidence) -> Table:
    found = evidence.ask(_MISSING)
    rows = [[f"{record} {what}", str(why), f"{int(n):,}"] for record, what, why, n in
            zip(found["record"], found["what"], found["why"], found["n"], strict=True)]  # fmt: skip
    return Table("Records lost, late or twice", ["records", "mechanism", "count"], rows)


def _proofs(record: dict[str, Any]) -> Table:
    rows: list[list[Cell | str]] = [
        [f"{each['number']} {each['claim']}", Cell(each["verdict"], _TONES[each["verdict"]]),
         str(len(each["checks"])), f"{each['seconds']:.1f}"]
        for each in record["proofs"]
    ]  # fmt: skip
    note = "Every check of every claim stands in proof.json."
    return Table("Proofs", ["claim", "verdict", "checks", "seconds"], rows, note)


def _claims(record: dict[str, Any]) -> Table:
    rows: list[list[Cell | str]] = [
        [proof["number"], each.claim, str(each.judged), each.in_words(),
         Cell(each.check.about, _HELD[each.check.holds])]
        for proof in record["proofs"]
        for each in finding_of(proof).tightest
    ]  # fmt: skip
    columns = ["proof", "claim", "judged", "nearest to its limit (limit)", "of what"]
    return Table("Figures and limits", columns, rows)
