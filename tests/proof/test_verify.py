"""`fleet verify` as a user types it: verdicts, the record, and bad input."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.commands import fleet_command, fleet_here, refusal, refused
from tests.proof.mutants import copy, fault_dropped, labels_shifted


def test_a_sound_dataset_passes(sound: Path, tmp_path: Path) -> None:
    """Exit code 0, a table in words, and a record with figures and limits."""
    mine = copy(sound, tmp_path)
    done = fleet_command("verify", mine, "--only", "P1", "--only", "labels")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "passed" in done.stdout
    record = json.loads((mine / "proof.json").read_text(encoding="utf-8"))
    assert record["verdict"] == "passed"
    assert [each["number"] for each in record["proofs"]] == ["P1", "P7"]
    for check in record["proofs"][0]["checks"]:
        assert check["limit"]
        assert check["figure"] >= 0.0


def test_a_refused_dataset_exits_with_1(sound: Path, tmp_path: Path) -> None:
    """And the table says what does not hold, and by how much."""
    mutant = copy(sound, tmp_path)
    fault_dropped(mutant)
    done = fleet_here("verify", mutant, "--only", "P6")
    assert done.returncode == 1
    assert "failed" in done.stdout
    assert "not 0" in " ".join(done.stdout.split())


def test_what_was_proven_before_stays_in_the_record(
    sound: Path, tmp_path: Path, verify: Callable[..., tuple[int, str, str]]
) -> None:
    """A failure is not forgotten when only another proof is tried again."""
    mutant = copy(sound, tmp_path)
    labels_shifted(mutant)
    assert verify(mutant, "--only", "P7")[0] == 1
    assert verify(mutant, "--only", "P1")[0] == 0
    record = json.loads((mutant / "proof.json").read_text(encoding="utf-8"))
    assert {each["number"]: each["verdict"] for each in record["proofs"]} == {
        "P1": "passed", "P7": "failed",
    }  # fmt: skip
    assert record["verdict"] == "failed"


def test_too_few_events_are_no_failure(
    sound: Path, tmp_path: Path, verify: Callable[..., tuple[int, str, str]]
) -> None:
    """Exit code 0, and the table says how many are needed."""
    code, shown, _ = verify(copy(sound, tmp_path), "--only", "P2")
    assert code == 0
    assert "not enough events" in shown
    assert "7,000" in shown


def test_figures_are_shown_on_request(
    sound: Path, tmp_path: Path, verify: Callable[..., tuple[int, str, str]]
) -> None:
    """Of every claim the figure that is nearest to its limit, and how long it took."""
    mine = copy(sound, tmp_path)
    _, shown, _ = verify(mine, "--only", "P1", "--figures")
    checks = json.loads((mine / "proof.json").read_text(encoding="utf-8"))["proofs"][0]["checks"]
    z = max(each["figure"] for each in checks if "|z|" in each["claim"] and each["holds"])
    assert f"{z:.4g} (<= 4)" in shown
    assert "(>= 0.0001)" in shown
    assert "passed in" in shown


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda root: (root / "manifest.json").unlink(), "no manifest.json"),
        (lambda root: _fill(root / "manifest.json", "{"), "is damaged"),
        (lambda root: (root / "config.toml").unlink(), "config.toml is missing"),
        (lambda root: _fill(root / "config.toml", "schema = "), "config.toml is damaged"),
        (lambda root: _fill(root / "truth/lives/part-00000.parquet", "PAR1"), "is damaged"),
        (lambda root: (root / "truth/lives/part-00000.parquet").unlink(), "truth/lives is missing"),
    ],
)  # fmt: skip
def test_a_damaged_dataset_gets_one_message(
    sound: Path,
    tmp_path: Path,
    verify: Callable[..., tuple[int, str, str]],
    damage: Callable[[Path], None],
    words: str,
) -> None:
    """Exit code 1, what is wrong and where, and no record."""
    mine = copy(sound, tmp_path)
    damage(mine)
    code, shown, complaint = verify(mine, "--only", "P1")
    assert (code, shown) == (1, "")
    assert words in complaint
    assert "bug" not in complaint
    assert not (mine / "proof.json").exists()


def test_a_missing_folder_and_a_strange_proof(tmp_path: Path) -> None:
    """No folder: 1; no such proof: the command line is wrong, 2."""
    assert "is no folder" in refused(1, "verify", tmp_path / "nowhere")
    assert "there is no proof 'p99'" in refused(2, "verify", tmp_path, "--only", "P99")


def test_a_missing_library_is_named(sound: Path, tmp_path: Path) -> None:
    """With the command that installs it."""
    (tmp_path / "duckdb.py").write_text("raise ImportError('not here')\n", encoding="utf-8")
    house = Path(__file__).parents[2]
    path = f"{tmp_path}:{house}"
    message = refusal(1, fleet_command("verify", sound, "--only", "P1", PYTHONPATH=path))
    assert "duckdb" in message
    assert "pip install '.[proof]'" in message


def _fill(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text, encoding="utf-8")
