"""The page of a dataset shows what is in it."""

from pathlib import Path

from tests.cli.commands import fleet_command, fleet_here


def test_the_command_draws_a_dataset(tmp_path: Path) -> None:
    """Every section is there, with pictures, and the page says that nothing is proven yet."""
    data = tmp_path / "data"
    size = ("--terminals", "40", "--days", "10")
    made = fleet_command("dataset", "proving", *size, "--out", data)
    assert made.returncode == 0, made.stderr
    done = fleet_here("report", data)
    assert done.returncode == 0, done.stderr
    page = (data / "report.html").read_text(encoding="utf-8")
    for words in ("Terminals in service", "Faults by kind", "cumulative hazard",
                  "memory in use", "Positive labels", "Not proven yet"):  # fmt: skip
        assert words in page
    assert page.count("<svg") >= 9
