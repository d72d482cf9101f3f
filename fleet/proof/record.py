"""`proof.json`: what was proven of a dataset, beside its files."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import fleet
from fleet.dataset.errors import DatasetError
from fleet.dataset.files import sha256_of
from fleet.proof.finding import Check, Finding, Verdict
from fleet.proof.proofs import Proven

NAME: Final = "proof.json"


def write_record(root: Path, proven: Sequence[Proven]) -> Path:
    """Write the record as a whole or not at all; proofs that were not tried again stay in it.

    Raises:
        DatasetError: It cannot be written.
    """
    path = root / NAME
    seal = sha256_of(root / "manifest.json")
    records = {each.proof.number: each.as_record() for each in proven}
    before = {each["number"]: each for each in read_record(root).get("proofs", ())}
    merged = sorted((before | records).values(), key=lambda each: int(each["number"][1:]))
    content = {
        "manifest_sha256": seal,
        "fleet": fleet.__version__,
        "verdict": _worst([each["verdict"] for each in merged]),
        "proofs": merged,
    }
    part = path.with_suffix(".json.partial")
    try:
        part.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        _remove(part)
        msg = f"cannot write {path}: {error.strerror or error}"
        raise DatasetError(msg) from None
    return path


def read_record(root: Path) -> dict[str, Any]:
    """Return the record of a dataset; nothing if there is none, or if it is of other files."""
    try:
        record: dict[str, Any] = json.loads((root / NAME).read_text(encoding="utf-8"))
        sealed = record["manifest_sha256"] == sha256_of(root / "manifest.json")
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return record if sealed else {}


def finding_of(proof: dict[str, Any]) -> Finding:
    """Return what a proof found, as a record holds it."""
    return Finding([Check(**check) for check in proof["checks"]])


def _worst(verdicts: list[str]) -> str:
    order = (Verdict.FAILED, Verdict.TOO_SMALL, Verdict.PASSED)
    return str(next((each for each in order if each in verdicts), Verdict.PASSED))


def _remove(path: Path) -> None:
    try:
        os.unlink(path)  # noqa: PTH108 - beside os.replace
    except OSError:
        return
