"""Who falsifies a dataset by hand is told what is wrong with it, and where."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pytest

from fleet.dataset.files import sha256_of
from fleet.proof.determinism import determinism
from fleet.proof.evidence import Evidence
from fleet.proof.metadata import metadata
from tests.proof.mutants import copy, put, rewrite

SMALL = "observed/maintenance", "observed/failures", "observed/terminals", "splits"
WORDS: Final = dict(zip(SMALL, ("diagnosis", "mode_reported", "model", "unit_split"), strict=True))


def opened(root: Path) -> Iterator[Evidence]:
    """Open a dataset, as long as it is needed."""
    evidence = Evidence(root)
    yield evidence
    evidence.close()


def complaints(evidence: Evidence) -> dict[str, str]:
    """Return what the files' proof refuses, and about what."""
    return {check.claim: check.about for check in metadata(evidence).refuted}


def resealed(root: Path) -> Path:
    """Let the manifest name the files as they are: of a falsifier who knows of SHA-256."""
    path = root / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for file in manifest["files"]:
        file["sha256"] = sha256_of(root / file["path"])
    manifest["texts"] = {name: sha256_of(root / name) for name in manifest["texts"]}
    path.unlink()
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return root


def renamed(table: str) -> Callable[[pa.Table], pa.Table]:
    """Put another word into each row."""

    def change(rows: pa.Table) -> pa.Table:
        return put(rows, **{WORDS[table]: pa.array(["another"] * len(rows))})

    return change


@pytest.mark.parametrize("table", SMALL)
def test_a_word_changed_in_a_small_table_is_found_twice(
    sound: Path, tmp_path: Path, table: str
) -> None:
    """By its content hash, though the file's own is right; and when the table is made again."""
    root = copy(sound, tmp_path)
    rewrite(root, table, renamed(table))
    for evidence in opened(resealed(root)):
        assert complaints(evidence) == {"values are those of the manifest's content hash": table}
        again = {check.about for check in determinism(evidence).refuted}
        assert again == {f"{table}, 48 terminals"}


def test_the_end_of_the_estate_and_of_the_study_is_made_again_as_well(
    sound: Path, tmp_path: Path
) -> None:
    """Not only who is first, and when it began: terminals are drawn, and live to the end."""
    root = copy(sound, tmp_path)

    def change(rows: pa.Table) -> pa.Table:
        ids = rows["terminal_id"].cast("string").to_numpy().astype(np.int64)
        last = ids > ids.max() - 160
        return put(rows, mem_frac=rows["mem_frac"].to_numpy() + np.where(last, 0.01, 0.0))

    rewrite(root, "observed/telemetry/date=2026-02-09", change)
    for evidence in opened(root):
        (check,) = determinism(evidence).refuted
        assert check.about == "observed/telemetry, 48 terminals"
        assert check.figure > 100.0


def test_a_column_too_many_is_named(sound: Path, tmp_path: Path) -> None:
    """And does not keep the dataset from being judged otherwise."""
    root = copy(sound, tmp_path)
    rewrite(root, "observed/terminals", lambda rows: rows.append_column(
        "fails_soon", pa.array(np.ones(len(rows), np.int8))))  # fmt: skip
    for evidence in opened(root):
        told = complaints(evidence)["columns, types and units are the schema's"]
        assert told == "observed/terminals: fails_soon is no column of it"
        assert not determinism(evidence).refuted


def test_files_are_named(sound: Path, tmp_path: Path) -> None:
    """One that has changed, and one that a reader of the folder would take for the dataset's."""
    root = copy(sound, tmp_path)
    (root / "README.md").unlink()
    (root / "observed/terminals/part-99999.csv").write_text("terminal_id\n", encoding="utf-8")
    (root / "notes.txt").write_text("mine", encoding="utf-8")
    (root / "observed/.DS_Store").write_bytes(b"")
    for evidence in opened(root):
        found = complaints(evidence)
        assert found["every file is there, with the manifest's SHA-256"] == "README.md"
        strange = found["no other file is where tables are read"]
        assert strange == "observed/terminals/part-99999.csv"


@pytest.mark.parametrize("name", ["README.md", "DATASHEET.md", "croissant.json"])
def test_a_card_that_says_something_else_is_found(sound: Path, tmp_path: Path, name: str) -> None:
    """Though the manifest names it as it is."""
    root = copy(sound, tmp_path)
    text = (root / name).read_text(encoding="utf-8")
    (root / name).unlink()
    (root / name).write_text(text.replace("imulated", "easured"), encoding="utf-8")
    for evidence in opened(resealed(root)):
        assert complaints(evidence) == {
            "what is said of it follows from the config and the manifest": name
        }


def test_a_table_that_the_config_does_not_know_is_no_obstacle(sound: Path, tmp_path: Path) -> None:
    """Labels that nobody asked for stand in the manifest; the card is missed all the same."""
    root = copy(sound, tmp_path)
    path = root / "manifest.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    strange = told["files"][0] | {"table": "labels/h=9d"}
    path.unlink()
    path.write_text(json.dumps(told | {"files": [*told["files"], strange]}), encoding="utf-8")
    (root / "README.md").unlink()
    for evidence in opened(root):
        assert "README.md" in complaints(evidence).values()


def test_a_gap_that_was_taken_out_is_found(sound: Path, tmp_path: Path) -> None:
    """Whoever divides by it would train on labels that reach into the test."""
    root = copy(sound, tmp_path)
    path = root / "splits.json"
    told = json.loads(path.read_text(encoding="utf-8")) | {"gap_h": 0.0}
    path.unlink()
    path.write_text(json.dumps(told), encoding="utf-8")
    for evidence in opened(root):
        assert "splits.json" in complaints(evidence).values()
