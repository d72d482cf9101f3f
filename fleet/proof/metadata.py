"""P13: what the files say of themselves is true.

Every file is the one that the manifest names, to the byte. Its columns, types, units and nulls are
the schema's; rows are unique in their key; ids point at terminals that exist. `croissant.json` is
judged by MLCommons' own validator.
"""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from fleet.dataset.errors import DatasetError
from fleet.dataset.files import sha256_of
from fleet.dataset.schema import FIXED
from fleet.dataset.summary import label_tables
from fleet.dataset.table import Table
from fleet.proof.evidence import MISSING, Evidence, sql_name
from fleet.proof.finding import Check, Finding, none

_KEYS: Final = "SELECT count(*) - (SELECT count(*) FROM (SELECT DISTINCT {key} FROM {t})) FROM {t}"
_STRANGERS: Final = """
    SELECT count(*) FROM {table} WHERE terminal_id NOT IN (SELECT terminal_id FROM terminals)
"""
_FOREIGN: Final = {
    "a fault's life": "SELECT count(*) FROM faults WHERE life_id IS NOT NULL "
                      "AND life_id NOT IN (SELECT life_id FROM lives)",
    "a life's fault": "SELECT count(*) FROM lives WHERE fault_id IS NOT NULL "
                      "AND fault_id NOT IN (SELECT fault_id FROM faults)",
    "a fault's parent": "SELECT count(*) FROM faults WHERE parent_fault_id IS NOT NULL "
                        "AND parent_fault_id NOT IN (SELECT fault_id FROM faults)",
}  # fmt: skip


def metadata(evidence: Evidence) -> Finding:
    """Compare files with the manifest and the schema, keys with each other."""
    return Finding([*_files(evidence), *_columns(evidence), *_ids(evidence), _croissant(evidence)])


def _files(evidence: Evidence) -> Iterator[Check]:
    root, manifest = evidence.root, evidence.manifest
    told = {file["path"]: file["sha256"] for file in manifest["files"]} | manifest["texts"]
    changed = sum(not (root / path).is_file() or sha256_of(root / path) != digest
                  for path, digest in told.items())  # fmt: skip
    yield none("every file is there, with the manifest's SHA-256", "all files", changed)
    for name, about in manifest["tables"].items():
        rows = evidence.number(f"SELECT count(*) FROM {sql_name(name)}")
        yield none("rows are as many as the manifest says", name, abs(rows - about["rows"]))


def _tables(evidence: Evidence) -> list[Table]:
    return [*FIXED, *label_tables(evidence.profile)]


def _columns(evidence: Evidence) -> Iterator[Check]:
    for table in _tables(evidence):
        wrong = [path for path in (evidence.root / table.name).rglob("*.parquet")
                 if not _agrees(path, table)]  # fmt: skip
        yield none("columns, types and units are the schema's", table.name, len(wrong))
        nulls = [f"count(*) FILTER ({column.name} IS NULL)"
                 for column in table.columns if not column.nullable]  # fmt: skip
        sql = f"SELECT {' + '.join(nulls)} FROM {sql_name(table.name)}"
        yield none("nulls are where they may be, only there", table.name, evidence.number(sql))


def _agrees(path: Path, table: Table) -> bool:
    try:
        found: pa.Schema = pq.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        msg = f"{path} is damaged: {str(error).splitlines()[0]}"
        raise DatasetError(msg) from None
    return bool(found.names == table.schema.names and all(
        found.field(each.name).type == each.type
        and (found.field(each.name).metadata or {}) | (each.metadata or {})
        == (found.field(each.name).metadata or {})
        for each in table.schema
    ))  # fmt: skip


def _ids(evidence: Evidence) -> Iterator[Check]:
    for table in _tables(evidence):
        name = sql_name(table.name)
        again = evidence.number(_KEYS.format(key=", ".join(table.key), t=name))
        yield none("rows are unique in their key", table.name, again)
        if table.columns[0].name == "terminal_id" or "terminal_id" in table.key:
            strangers = evidence.number(_STRANGERS.format(table=name))
            yield none("terminals exist", table.name, strangers)
    for about, sql in _FOREIGN.items():
        yield none("ids point at rows that exist", about, evidence.number(sql))


def _croissant(evidence: Evidence) -> Check:
    try:
        import mlcroissant  # noqa: PLC0415 - slow to import
    except ImportError:
        raise DatasetError(MISSING.format("mlcroissant")) from None
    claim, about = "MLCommons' validator accepts it", "croissant.json"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of libraries below it
            dataset = mlcroissant.Dataset(jsonld=str(evidence.root / "croissant.json"))
    except Exception as error:  # noqa: BLE001 - whatever it says is a complaint
        return none(claim, f"{about}: {str(error).splitlines()[0][:200]}", 1.0)
    told = {each.uuid for each in dataset.metadata.record_sets}
    filled = {name.replace("/", "-").replace("=", "-")
              for name, table in evidence.manifest["tables"].items() if table["rows"]}  # fmt: skip
    return none(claim, about, len(told ^ filled))
