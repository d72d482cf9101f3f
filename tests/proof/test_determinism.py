"""A part of an estate is made again as it was in the whole, campaigns and all."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from fleet.dataset.job import Dataset
from fleet.profile import load
from fleet.proof.determinism import determinism
from fleet.proof.evidence import Evidence

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


def test_what_all_terminals_decided_holds_for_a_part(tmp_path: Path) -> None:
    """A wave that waits, a rate, a stop: 48 of 150 terminals live again as they did among all."""
    staged = {
        "name": "spring", "version": "9", "at": "1h", "forced": True, "per_minute": 5.0,
        "waves": [{"share": 0.4}, {"share": 1.0, "succeeded": 15}],
    }  # fmt: skip
    bad = {
        "name": "bad", "version": "b", "kind": "app", "at": "1d", "defect": 0.5,
        "abort": [{"share": 0.3, "executed_min": 10}],
    }  # fmt: skip
    overrides = {
        "estate.terminals": 150, "dataset.days": 4, "campaigns": [staged, bad],
        "run.start": datetime(2026, 1, 1, 7, 0),  # noqa: DTZ001 - as TOML has it
    }  # fmt: skip
    dataset = Dataset(load("proving", overrides), tmp_path / "out")
    dataset.prepare(resume=False)
    dataset.make(1, {}, lambda _, __: None)
    rulings = json.loads((tmp_path / "out" / "manifest.json").read_text())["rulings"]
    assert [(each["line"], each["opens"]) for each in rulings] == [(1, 1), (2, None)]
    assert {check.figure for check in determinism(Evidence(tmp_path / "out")).checks} == {0.0}
