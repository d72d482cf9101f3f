"""Difficulty is a dial: the weaker precursors show, the less is learned; without any, nothing."""

import itertools
from pathlib import Path

import pytest

from fleet.dataset.difficulty import DIFFICULTIES
from fleet.proof.evidence import Evidence
from fleet.proof.learned import foretold, study
from fleet.proof.ranking import Ranking
from tests.dataset.datasets import make

# One kind with a warning, one without, each often enough for a few terminals.
PROFILE = """
schema = 1
name = "dial"
[run]
start = 2026-01-01T00:00:00
[estate]
terminals = 160
[[estate.models]]
name = "desk"
share = 1.0
link = "ethernet"
printer = true
[[estate.regions]]
name = "north"
share = 1.0
[heartbeat]
interval = "1h"
[faults.PWR-106]
onset = { law = "exponential", mean = "8d" }
repair = "30m"
[faults.SW-702]
onset = { law = "exponential", mean = "8d" }
repair = "30m"
precursor = "18h"
[dataset]
days = 30
horizons = ["1d"]
precursor_gain = GAIN
[dataset.split]
train = 0.5
train_time = 0.5
"""


def learned(root: Path, code: str) -> Ranking:
    """Return how well a model foretells a kind of fault."""
    evidence = Evidence(root)
    try:
        return study(evidence).rank(code, foretold(evidence, code))
    finally:
        evidence.close()


def test_presets_are_ordered() -> None:
    """From preset to preset precursors get weaker, and nothing is lost less often."""
    rows = [DIFFICULTIES[name] for name in ("easy", "realistic", "hard")]
    for easier, harder in itertools.pairwise(rows):
        for name in easier:
            easy, hard = float(str(easier[name])), float(str(harder[name]))
            assert easy > hard if name == "dataset.precursor_gain" else easy < hard, name


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_model_learns_less_from_preset_to_preset(tmp_path: Path) -> None:
    """By more than an error each; what has no precursor is a coin's toss at every setting."""
    found = {}
    for name in DIFFICULTIES:
        profile = PROFILE.replace("GAIN", "1.0")
        root = make(tmp_path, "--difficulty", name, profile=profile, name=name)
        found[name] = learned(root, "SW-702")
        control = learned(root, "PWR-106")
        assert abs(control.auc - 0.5) <= 4.0 * control.error, name
    assert found["easy"].above(found["realistic"]) > 1.0
    assert found["realistic"].above(found["hard"]) > 1.0
    assert 0.65 < found["hard"].auc < found["easy"].auc < 0.92


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_without_a_signal_there_is_nothing_to_learn(tmp_path: Path) -> None:
    """Precursors carry the signal, and nothing else does: their kind is a coin's toss without."""
    profile = PROFILE.replace("GAIN", "0.0")
    found = learned(make(tmp_path, profile=profile), "SW-702")
    assert found.error < 0.05
    assert abs(found.auc - 0.5) <= 4.0 * found.error
