"""Who asks for less time than a profile plans for is told so."""

from pathlib import Path

import pytest

from tests.cli.commands import fleet_here

LATE = """
extends = "steady"
schema = 1
name = "late"
run.duration = "1m"
run.speed = 60.0
estate.terminals = 2
causes = [{ name = "storm", kind = "outage", at = "100d", lasts = "5m" }]
"""


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        (("run", "--dry-run", "--metrics", "off"), "the run ends 1h after"),
        (("plan",), "the run ends 1h after"),
        (("dataset", "--days", "1", "--out", "out", "--dry-run"), "the study ends 1d after"),
        (("profile", "check"), "a run ends 1h and a dataset 90d after"),
    ],
)
def test_every_command_that_could_live_it_warns_once(
    words: tuple[str, ...], ends: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On stderr, by one line; it does its work all the same."""
    monkeypatch.chdir(tmp_path)
    Path("late.toml").write_text(LATE, encoding="utf-8")
    command, *options = words
    done = fleet_here(command, *options, "late.toml")
    assert done.returncode == 0, done.stderr
    (warning,) = (line for line in done.stderr.splitlines() if line.startswith("Warning: "))
    assert "causes[0] 'storm' (at 100d) never begins" in warning
    assert ends in warning
    assert done.stdout


def test_a_search_warns_once(tmp_path: Path) -> None:
    """However many steps it takes, and before the first of them."""
    (tmp_path / "late.toml").write_text(LATE, encoding="utf-8")
    done = fleet_here(
        "capacity", tmp_path / "late.toml", "--from", "1", "--to", "2", "--slo", "sign_in.p99 < 2s",
        "--broker", "mqtt://127.0.0.1:1",
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    warning, *_ = told = done.stderr.splitlines()
    assert sum(line.startswith("Warning: ") for line in told) == 1
    assert "causes[0] 'storm' (at 100d) never begins: each step ends 50m after" in warning
    assert "--hold 1d15h59m41s or more" in warning
