"""P11: the dataset can be made again from its own config.

A part is made anew, the first terminals and days, and every row of it must be there again. A
terminal's life does not depend on how many others there are nor on how long the study goes on, so
the part is the same in the part as in the whole. The last of its days is left out: what is told at
a study's end is told once. Of tickets, faults and lives those count that had ended by then. Labels
look ahead, and have a proof of their own.

That bytes do not depend on the number of workers, on time zone, locale or hash seed is shown by the
program's tests, which make whole datasets again.
"""

import gc
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from fleet.dataset.job import Dataset
from fleet.dataset.schema import FIXED
from fleet.dataset.tasks import Job, perform
from fleet.profile.render import resolved_toml
from fleet.profile.store import parse
from fleet.proof.evidence import Evidence, sql_name
from fleet.proof.finding import Check, Finding, none
from fleet.tms.plan import Plan
from fleet.tms.progress import Ruling

TERMINALS: Final = 48
DAYS: Final = 4
_OVER: Final = {
    "observed/terminals": None,
    "observed/telemetry": "ts",
    "observed/events": "ts",
    "observed/failures": "restored_ts",
    "observed/maintenance": "end_ts",
    "truth/faults": "repair_end_ts",
    "truth/lives": "end_ts",
    "truth/health": "ts",
    "truth/missingness": "ts",
    "truth/steps": "ts",
    "splits": None,
}
"""Tables, and the instant by which a row is the same in a shorter study; None: it always is."""
_LATER: Final = {"observed_to", "decommission_ts", "health", "hazard_per_h"}
"""Columns that tell of what comes later: how long a study or a life goes on."""
_ROWS: Final = "rows made again are the dataset's: rows that differ"
_PART: Final = """
    (SELECT {columns} FROM {table} WHERE terminal_id IN (
        SELECT terminal_id FROM terminals ORDER BY terminal_id LIMIT {terminals}) AND {over})
"""
_FILES: Final = (
    "(SELECT {columns} FROM read_parquet('{files}', hive_partitioning = false) WHERE {over})"
)
_DIFFER: Final = """
    SELECT (SELECT count(*) FROM (SELECT * FROM {one} EXCEPT ALL SELECT * FROM {other}))
         + (SELECT count(*) FROM (SELECT * FROM {other} EXCEPT ALL SELECT * FROM {one}))
"""


def determinism(evidence: Evidence) -> Finding:
    """Make the first terminals and days again, and compare them row by row."""
    days = min(DAYS, evidence.calendar.days)
    terminals = min(TERMINALS, evidence.profile.estate.terminals)
    dates = evidence.calendar.dates()
    # A study of one day ends with it; then all that it tells must agree.
    end = evidence.calendar.origin_ms + dates[max(0, days - 2)].end
    with tempfile.TemporaryDirectory(prefix="fleet-verify-") as folder:
        root = _make(evidence, terminals, days, Path(folder))
        return Finding([*_compared(evidence, root, terminals, end)])


def _compared(evidence: Evidence, root: Path, terminals: int, end: int) -> list[Check]:
    checks = []
    columns_of = {each.name: [column.name for column in each.columns] for each in FIXED}
    for table, instant in _OVER.items():
        columns = ", ".join(name for name in columns_of[table] if name not in _LATER)
        over = f"epoch_ms({instant}) < {end}" if instant else "true"
        part = _PART.format(columns=columns, table=sql_name(table), terminals=terminals, over=over)
        files = _FILES.format(columns=columns, files=f"{root / table}/**/*.parquet", over=over)
        differ = evidence.number(_DIFFER.format(one=part, other=files))
        checks.append(none(_ROWS, f"{table}, {terminals} terminals", differ))
    return checks


def _make(evidence: Evidence, terminals: int, days: int, folder: Path) -> Path:
    """Make a smaller dataset of the same config, and return the folder of its tables."""
    # What was decided of campaigns goes by all terminals, so it is read, not found out again.
    rulings = tuple(Ruling(**each) for each in evidence.manifest.get("rulings", ()))
    overrides = {
        "estate.terminals": terminals,
        "dataset.days": days,
        "campaigns": list(_campaigns(evidence, rulings, terminals)),
    }
    profile = parse(resolved_toml(evidence.profile), overrides)
    dataset = Dataset(profile, folder / "again")
    dataset.prepare(resume=False)
    stops = tuple(ruling for ruling in rulings if ruling.opens is None)
    job = Job(resolved_toml(profile), str(dataset.root), stops)
    for wave in dataset.tasks:
        for task in wave:
            perform(job, task)
    gc.unfreeze()  # lives were spared the collector, which shall see them again
    return dataset.root


def _campaigns(
    evidence: Evidence, rulings: tuple[Ruling, ...], terminals: int
) -> Iterator[dict[str, Any]]:
    """Yield campaigns, as a profile has them, that reach so many terminals as they did all.

    Waves begin when they did, whatever they have waited for, and a rate is the part's share of it.
    """
    profile, calendar = evidence.profile, evidence.calendar
    plan = Plan(profile, profile.dataset.seed, rulings)
    plan.book.decide(calendar.origin_ms + calendar.end)
    lines = {id(entry.asked): entry.line for entry in plan.entries}
    written = tomllib.loads(resolved_toml(profile)).get("campaigns", [])
    for campaign, table in zip(profile.campaigns, written, strict=True):
        line = lines[id(campaign)]
        waves = [
            {"share": wave.share, "after": f"{start_ms - campaign.at}ms"}
            for number, wave in enumerate(campaign.waves)
            if (start_ms := plan.book.start_ms(line, number)) is not None
        ]
        rate = {"per_minute": (campaign.per_minute or 0.0) * terminals / profile.estate.terminals}
        yield table | {"waves": waves} | (rate if campaign.per_minute else {})
