"""Every proof lets a sound dataset pass, and refuses its mutant."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from fleet.proof.evidence import Evidence
from fleet.proof.finding import Finding, Verdict
from fleet.proof.proofs import PROOFS
from tests.proof.mutants import MUTANTS, copy

NAMES = [proof.name for proof in PROOFS]


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
    """Each proof passes; the one of parameters says that it wants more faults."""
    finding = judged(evidence, name)
    expected = Verdict.TOO_SMALL if name == "recovery" else Verdict.PASSED
    assert finding.verdict is expected, (finding.refuted, finding.lacking)


@pytest.mark.parametrize("name", NAMES)
def test_a_mutant_is_refused(sound: Path, tmp_path: Path, name: str) -> None:
    """By the proof that is there for it."""
    mutant = copy(sound, tmp_path)
    MUTANTS[name](mutant)
    opened = Evidence(mutant)
    try:
        assert judged(opened, name).verdict is Verdict.FAILED
    finally:
        opened.close()
