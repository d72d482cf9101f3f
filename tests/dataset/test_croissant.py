"""Who knows Croissant needs nothing else to load the dataset."""

import json
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from tests.dataset.datasets import make, table


@pytest.mark.slow
def test_mlcroissant_accepts_the_description(tiny: Path) -> None:
    """MLCommons' own validator, without a complaint."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("mlcroissant")), "validate", "--jsonld",
         "croissant.json"],
        cwd=tiny, check=False, capture_output=True, text=True, timeout=90,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Done" in done.stderr
    assert "Found the following" not in done.stderr


def first(root: Path, name: str) -> dict[str, object]:
    """Return the first record of a set, as MLCommons' library loads it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of libraries below it
        import mlcroissant  # noqa: PLC0415 - slow to import

        described = mlcroissant.Dataset(jsonld=str(root / "croissant.json"))
        record: dict[str, object] = next(iter(described.records(name)))
    return {key.partition("/")[2]: value for key, value in record.items()}


@pytest.mark.slow
def test_mlcroissant_loads_every_table(tiny: Path) -> None:
    """Each set of records has rows, the first of which is the table's."""
    tables = json.loads((tiny / "manifest.json").read_text(encoding="utf-8"))["tables"]
    for name, about in tables.items():
        if about["rows"]:
            record = first(tiny, name.replace("/", "-").replace("=", "-"))
            row = table(tiny, name).slice(0, 1).to_pylist()[0]
            assert record.keys() == row.keys(), name
            key = about["key"][0]
            told = record[key]
            assert (told.decode() if isinstance(told, bytes) else told) == row[key], name


@pytest.mark.slow
def test_mlcroissant_loads_text(tmp_path: Path) -> None:
    """Comma-separated, too."""
    root = make(tmp_path, "--format", "csv")
    assert first(root, "observed-telemetry")["seq"] == 1
    assert first(root, "truth-lives")["terminal_id"] in {b"10000000", 10000000}
