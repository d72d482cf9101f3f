"""An interrupted job leaves no half file behind, and goes on where it stopped."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from fleet.dataset.job import Dataset
from fleet.profile import load
from tests.cli.commands import environment
from tests.dataset.datasets import PROFILE, hashes, make, run

LIMIT_S = 60


def begin(folder: Path, *options: str) -> subprocess.Popen[str]:
    """Start to make the tiny dataset, of so many days that there is time to interrupt it."""
    return subprocess.Popen(
        [sys.executable, "-m", "fleet", "dataset", *dataset(folder), *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip


def dataset(folder: Path) -> tuple[str, ...]:
    """Return what is to be made."""
    source = folder / "tiny.toml"
    source.write_text(PROFILE, encoding="utf-8")
    return (str(source), "--days", "60", "--out", str(folder / "data"))


def days_written(folder: Path) -> list[Path]:
    """Return the days of telemetry that an interrupted job has left."""
    return sorted(folder.glob("data.partial/observed/telemetry/*/*.parquet"))


def interrupt(folder: Path, how: int, *options: str) -> None:
    """Begin or go on, and interrupt it when some more days are written."""
    before = len(days_written(folder))
    with begin(folder, *options) as process:
        deadline = time.monotonic() + LIMIT_S
        while len(days_written(folder)) < before + 5:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.005)
        workers = psutil.Process(process.pid).children(recursive=True)
        os.kill(process.pid, how)
        _, err = process.communicate(timeout=LIMIT_S)
    assert process.returncode == (-signal.SIGKILL if how == signal.SIGKILL else 130)
    assert "Traceback" not in err
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert not alive
    assert not (folder / "data").exists()


def damage(folder: Path) -> None:
    """Shorten what was lived, and spoil a day."""
    partial = folder / "data.partial"
    block = partial / ".job" / "block-00000" / "steps.arrow"
    block.write_bytes(block.read_bytes()[:-100])
    days_written(folder)[0].write_bytes(b"nothing")


@pytest.mark.slow
@pytest.mark.timeout(300)  # ten times what it takes on a quiet machine
def test_a_job_that_is_interrupted_again_and_again_makes_the_same_dataset(tmp_path: Path) -> None:
    """Ctrl-C, a polite end, kill -9, and what the journal's hashes do not bear out is made anew."""
    for folder in ("whole", "parts"):
        (tmp_path / folder).mkdir()
    parts = tmp_path / "parts"
    interrupt(parts, signal.SIGINT, "--workers", "2")
    interrupt(parts, signal.SIGTERM, "--resume")
    interrupt(parts, signal.SIGINT, "--resume")
    interrupt(parts, signal.SIGKILL, "--resume", "--workers", "2")
    damage(parts)
    done = run(*dataset(parts), "--resume")
    assert done.returncode == 0, done.stderr
    assert "steps.arrow is damaged or missing; it is made anew" in " ".join(done.stderr.split())
    assert hashes(parts / "data") == hashes(make(tmp_path / "whole", "--days", "60"))
    assert not (parts / "data.partial").exists()


def test_who_is_killed_while_it_tidies_up_leaves_a_whole_dataset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was needed only to make it goes when it stands under its name, and not before."""

    def killed(folder: Path, **_: object) -> None:
        if folder.name == ".job":
            raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "rmtree", killed)
    profile = load("proving", {"estate.terminals": 2, "dataset.days": 1})
    dataset_ = Dataset(profile, tmp_path / "data")
    dataset_.prepare(resume=False)
    with pytest.raises(KeyboardInterrupt):
        dataset_.make(1, {}, lambda _, __: None)
    assert (tmp_path / "data" / "manifest.json").is_file()
    assert not (tmp_path / "data.partial").exists()
