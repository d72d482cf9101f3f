"""A command says what is run, and how its end is told."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import fleet
from fleet.run.command import Command, Death, report_of
from fleet.run.errors import ChildDied

DECODE = msgspec.json.Decoder(int).decode


@pytest.mark.parametrize(
    ("death", "told"),
    [
        (Death("the TMS", 3, "no room"), "the TMS ended unexpectedly with status 3: no room"),
        (Death("the TMS", 0, ""), "the TMS ended unexpectedly"),
        (Death("a shard", -9, ""), "a shard was killed by SIGKILL"),
        (Death("a shard", -200, "x"), "a shard was killed by signal 200: x"),
    ],
)
def test_a_death_is_told_in_one_sentence(death: Death, told: str) -> None:
    """Who, how, and its last words where there are any."""
    assert str(death) == told


def test_an_unasked_end_is_a_calamity_unless_the_command_says_otherwise() -> None:
    """By default it ends the run, in the words of the death."""
    with pytest.raises(ChildDied, match="a shard was killed by SIGKILL"):
        Command("a shard", ("/bin/true",)).ended(Death("a shard", -9, ""))


def test_reports_are_read_and_what_is_none_is_shown() -> None:
    """A line that nobody can read is told with its beginning, however long it is."""
    assert report_of(b"7", DECODE, "a shard") == 7
    with pytest.raises(ChildDied, match=r"a shard said what is no report: b'x{200}'$"):
        report_of(b"x" * 5_000, DECODE, "a shard")


def test_our_modules_run_from_where_we_are(tmp_path: Path) -> None:
    """Not from the working directory, even if something there has our name."""
    (tmp_path / "fleet.py").write_text("raise SystemExit(9)\n")
    command = Command.python("the version", "fleet", "--help")
    environment = {**os.environ, **command.environment}
    assert command.argv[0] == sys.executable
    done = subprocess.run(
        command.argv, cwd=tmp_path, env=environment, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0
    assert Path(fleet.__file__).parents[1].as_posix() in command.environment["PYTHONPATH"]
