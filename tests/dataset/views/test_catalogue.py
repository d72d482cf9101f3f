"""Views stand in the manifest, and are no tables of the dataset."""

import json
from pathlib import Path

from fleet.proof.evidence import Evidence
from fleet.proof.metadata import metadata
from tests.proof.mutants import copy


def test_a_view_is_told_of_and_listed_nowhere_as_a_table(seen: Path) -> None:
    """The card names it; neither its configs nor croissant.json let anybody load it by mistake."""
    card = (seen / "README.md").read_text(encoding="utf-8")
    _, header, text = card.split("---\n", 2)
    assert "azure_pdm, cmapss, scania_tte" in text
    assert "views/" not in header
    assert "views/" not in (seen / "croissant.json").read_text(encoding="utf-8")
    texts = json.loads((seen / "manifest.json").read_text(encoding="utf-8"))["texts"]
    assert "views/cmapss/train_FD001.txt" in texts


def test_a_view_that_has_changed_is_found(seen: Path, tmp_path: Path) -> None:
    """By its SHA-256, and named."""
    root = copy(seen, tmp_path)
    name = "views/cmapss/train_FD001.txt"
    (root / name).unlink()
    (root / name).write_text("1 1 0 0 0\n", encoding="utf-8")
    evidence = Evidence(root)
    (check,) = metadata(evidence).refuted
    evidence.close()
    assert check.about == name
