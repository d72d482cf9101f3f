"""The page of a dataset shows what is in it."""

import re
from pathlib import Path

import pyarrow.dataset as pds

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
    assert_every_fault_is_shaded(data, page)


def assert_every_fault_is_shaded(data: Path, page: str) -> None:
    """On the strip stands each fault that ended a life of the terminal, from the first to the last.

    A fault is a patch of its colour in each of the two pictures of the terminal's readings.
    """
    who = re.search(r"Terminal (\d{8}): temperature", page)
    assert who
    faults = pds.dataset(data / "truth/faults").to_table(["terminal_id", "life_id"]).to_pylist()
    ended = sum(row["terminal_id"] == who[1] and row["life_id"] is not None for row in faults)
    assert ended > 3
    strip = page[page.index("A terminal&#39;s life") : page.index("What is to be learned")]
    assert strip.count("opacity: 0.18") == 2 * ended
