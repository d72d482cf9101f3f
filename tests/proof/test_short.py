"""A study so short that nothing is left for the test is told of, and crashes no proof."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dataset.datasets import PROFILE, make

# The gap between training and test is as long as the longest horizon: longer than the study.
SHORT = PROFILE.replace("days = 6", "days = 3").replace('["1d", "2d"]', '["1d", "7d"]')


@pytest.mark.slow
def test_a_study_without_a_test_has_not_enough_events(
    tmp_path: Path, verify: Callable[..., tuple[int, str, str]]
) -> None:
    """What needs a test says that it needs more; nobody is told of a bug."""
    root = make(tmp_path, profile=SHORT, name="short")
    code, shown, complaints = verify(root)
    assert "bug" not in complaints
    assert code in {0, 1}, shown
    record = json.loads((root / "proof.json").read_text(encoding="utf-8"))
    verdicts = {each["name"]: each["verdict"] for each in record["proofs"]}
    assert verdicts["learnability"] == "not enough events", shown
