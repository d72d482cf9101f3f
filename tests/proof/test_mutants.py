"""Every proof lets a sound dataset pass, and refuses its mutant."""

import json
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from fleet.proof.evidence import Evidence
from fleet.proof.finding import Finding, Verdict
from fleet.proof.proofs import PROOFS, Proof
from tests.proof.mutants import MUTANTS, copy

NAMES = [proof.name for proof in PROOFS]
# What the small one is too small for; `make proof` makes one that is not.
WANTS_MORE = {"recovery", "leaks", "learnability", "calibration"}


def judged(evidence: Evidence, name: str) -> Finding:
    """Return what a proof finds."""
    found: Finding = getattr(import_module(f"fleet.proof.{name}"), name)(evidence)
    return found


@pytest.fixture(scope="module")
def evidence(sound: Path) -> Iterator[Evidence]:
    """The sound dataset, opened once."""
    opened = Evidence(sound)
    yield opened
    opened.close()


def test_every_proof_has_its_mutant() -> None:
    """And no mutant is without a proof."""
    assert sorted(MUTANTS) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_sound_dataset_is_not_refused(evidence: Evidence, name: str) -> None:
    """Each proof passes, or says that it wants more faults."""
    finding = judged(evidence, name)
    expected = Verdict.TOO_SMALL if name in WANTS_MORE else Verdict.PASSED
    assert finding.verdict is expected, (finding.refuted, finding.lacking)


@pytest.mark.parametrize("proof", PROOFS, ids=NAMES)
def test_a_mutant_is_refused(
    sound: Path, tmp_path: Path, verify: Callable[..., tuple[int, str, str]], proof: Proof
) -> None:
    """The command exits with 1, and names the proof that is there for it."""
    mutant = copy(sound, tmp_path)
    MUTANTS[proof.name](mutant)
    code, shown, complaints = verify(mutant, "--only", proof.name)
    assert (code, complaints) == (1, "")
    row = next(line for line in shown.splitlines() if f" {proof.number} " in line)
    assert "failed" in row
    (told,) = json.loads((mutant / "proof.json").read_text(encoding="utf-8"))["proofs"]
    assert told["verdict"] == "failed"
    assert any(check["holds"] is False for check in told["checks"])
