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
