"""P11: the dataset can be made again from its own config.

Some terminals, drawn across the whole estate, live again through the whole study, alone, and every
row of theirs in every table must be there again, to the last digit. A terminal's life does not
depend on who else there is, so a part is the same alone as in the whole; only what was decided of
campaigns goes by all terminals, and is read from the manifest.

That bytes do not depend on the number of workers, on time zone, locale or hash seed is shown by the
program's tests, which make whole datasets again.
"""

import tempfile
from pathlib import Path
from typing import Final

import numpy as np

from fleet.dataset.schema import FIXED
from fleet.dataset.summary import label_tables
from fleet.dataset.table import Table
from fleet.dataset.tasks import make_alone
from fleet.profile.members import member
from fleet.proof.evidence import Evidence, sql_name
from fleet.proof.finding import Check, Finding, none
from fleet.tms.progress import Ruling

TERMINALS: Final = 48
_ROWS: Final = "rows made again are the dataset's: rows that differ"
_DIFFER: Final = """
    WITH here AS MATERIALIZED (SELECT {columns} FROM {table} WHERE {mine}),
         again AS MATERIALIZED (
            SELECT {columns} FROM read_parquet('{files}', hive_partitioning = false))
    SELECT (SELECT count(*) FROM (FROM here EXCEPT ALL FROM again))
         + (SELECT count(*) FROM (FROM again EXCEPT ALL FROM here))
"""


def determinism(evidence: Evidence) -> Finding:
    """Let some terminals live again, and compare them row by row."""
    profile = evidence.profile
    seed, count = profile.dataset.seed, profile.estate.terminals
    drawn = np.random.Generator(np.random.Philox(seed)).permutation(count)[:TERMINALS]
    members = [member(profile.estate, seed, int(index)) for index in np.sort(drawn)]
    ids = ", ".join(f"'{each.tid}'" for each in members)
    rulings = evidence.manifest.get("rulings")
    decided = None if rulings is None else tuple(Ruling(**each) for each in rulings)
    with tempfile.TemporaryDirectory(prefix="fleet-verify-") as folder:
        make_alone(profile, Path(folder), members, decided)
        return Finding([_compared(evidence, table, Path(folder), ids)
                        for table in (*FIXED, *label_tables(profile))])  # fmt: skip


def _compared(evidence: Evidence, table: Table, root: Path, ids: str) -> Check:
    of_terminals = "terminal_id" in table.schema.names
    mine = f"terminal_id IN ({ids})" if of_terminals else "true"
    about = f"{table.name}, {ids.count(',') + 1} terminals" if of_terminals else table.name
    files = root / table.name / "**" / "*.parquet"
    columns = ", ".join(table.schema.names)
    sql = _DIFFER.format(columns=columns, table=sql_name(table.name), files=files, mine=mine)
    return none(_ROWS, about, evidence.number(sql))
