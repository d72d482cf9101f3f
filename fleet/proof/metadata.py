"""P13: what the files say of themselves is true.

Every file is the one that the manifest names, to the byte, and its values are those of the content
hash; whoever reads a folder meets no other file there. Columns, types, units and nulls are the
schema's; rows are unique in their key; ids point at terminals that exist. Cards, `splits.json` and
`croissant.json` are written once more from the config and the manifest, and must be the same, word
by word; `croissant.json` is judged by MLCommons' own validator as well.
"""

import hashlib
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from fleet.dataset.chunk import ColumnChunk
from fleet.dataset.content import Content
from fleet.dataset.errors import DatasetError
from fleet.dataset.files import ROW_GROUP, Written, sha256_of
from fleet.dataset.finish import texts
from fleet.dataset.schema import FIXED
from fleet.dataset.summary import Summary, label_tables
from fleet.dataset.table import Table
from fleet.proof.evidence import MISSING, Evidence, sql_name
from fleet.proof.finding import Check, Finding, none

_NAMED: Final = 3
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
    return Finding([*_files(evidence), *_values(evidence), *_columns(evidence), *_ids(evidence),
                    *_texts(evidence), _croissant(evidence)])  # fmt: skip


def _files(evidence: Evidence) -> Iterator[Check]:
    root, manifest = evidence.root, evidence.manifest
    told = {file["path"]: file["sha256"] for file in manifest["files"]} | manifest["texts"]
    changed = [path for path, digest in told.items()
               if not (root / path).is_file() or sha256_of(root / path) != digest]  # fmt: skip
    yield none("every file is there, with the manifest's SHA-256", _some(changed), len(changed))
    strange = sorted(_read(root, told) - told.keys())
    yield none("no other file is where tables are read", _some(strange), len(strange))
    for name, about in manifest["tables"].items():
        rows = evidence.number(f"SELECT count(*) FROM {sql_name(name)}")
        yield none("rows are as many as the manifest says", name, abs(rows - about["rows"]))


def _read(root: Path, told: Iterable[str]) -> set[str]:
    """Return what readers find in the folders of a dataset; they pass over hidden files."""
    folders = {path.partition("/")[0] for path in told if "/" in path}
    found = (path for folder in folders for path in (root / folder).rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix() for path in found if path.name[0] not in "._"}


def _some(paths: Sequence[str]) -> str:
    """Name some files, or say that all are meant."""
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return ", ".join(paths[:_NAMED]) + more if paths else "all files"


def _values(evidence: Evidence) -> Iterator[Check]:
    for name, about in evidence.manifest["tables"].items():
        digest = hashlib.sha256()
        for file in sorted(each["path"] for each in evidence.manifest["files"]
                           if each["table"] == name):  # fmt: skip
            digest.update(_content(evidence.root / file))
        differs = digest.hexdigest() != about["content_sha256"]
        yield none("values are those of the manifest's content hash", name, differs)


def _content(path: Path) -> bytes:
    """Return the content hash of a file; that of nothing if it is gone or no Parquet."""
    try:
        with pq.ParquetFile(path) as file:
            content = Content(file.schema_arrow)
            for batch in file.iter_batches(batch_size=ROW_GROUP):
                for number, array in enumerate(batch.columns):
                    content.add(number, ColumnChunk.of(array))
    except (pa.ArrowException, OSError):
        return b""
    return bytes.fromhex(content.hexdigest())


def _texts(evidence: Evidence) -> Iterator[Check]:
    claim = "what is said of it follows from the config and the manifest"
    known = {table.name for table in _tables(evidence)}
    files = [Written(file["table"], file["path"], file["rows"], file["sha256"], "")
             for file in evidence.manifest["files"] if file["table"] in known]  # fmt: skip
    for name, text in texts(Summary.of(evidence.profile, evidence.calendar, files)).items():
        path = evidence.root / name
        told = path.read_bytes() if path.is_file() else b""
        yield none(claim, name, told != text.encode())


def _tables(evidence: Evidence) -> list[Table]:
    return [*FIXED, *label_tables(evidence.profile)]


def _columns(evidence: Evidence) -> Iterator[Check]:
    for table in _tables(evidence):
        paths = sorted((evidence.root / table.name).rglob("*.parquet"))
        wrong = [said for path in paths if (said := _odd(path, table))]
        about = f"{table.name}: {wrong[0]}" if wrong else table.name
        yield none("columns, types and units are the schema's", about, len(wrong))
        nulls = [f"count(*) FILTER ({column.name} IS NULL)"
                 for column in table.columns if not column.nullable]  # fmt: skip
        sql = f"SELECT {' + '.join(nulls)} FROM {sql_name(table.name)}"
        yield none("nulls are where they may be, only there", table.name, evidence.number(sql))


def _odd(path: Path, table: Table) -> str:
    """Return what is wrong with a file's columns; "" if nothing is."""
    try:
        found: pa.Schema = pq.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        msg = f"{path} is damaged: {str(error).splitlines()[0]}"
        raise DatasetError(msg) from None
    if strange := [name for name in found.names if name not in table.schema.names]:
        return f"{strange[0]} is no column of it"
    if found.names != table.schema.names:
        return "columns are missing, twice, or in another order"
    for each in table.schema:
        field, told = found.field(each.name), each.metadata or {}
        if field.type != each.type:
            return f"{each.name} is {field.type}, not {each.type}"
        if not told.items() <= (field.metadata or {}).items():
            return f"{each.name} has another unit or description"
    return ""


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
