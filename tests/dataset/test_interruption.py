"""An interrupted job leaves no half file behind, and goes on where it stopped."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.cli.commands import environment
from tests.dataset.datasets import PROFILE, hashes, make, run

LIMIT_S = 60


def begin(folder: Path, *options: str) -> subprocess.Popen[str]:
    """Start to make the tiny dataset, of so many days that there is time to interrupt it."""
    source = folder / "tiny.toml"
    source.write_text(PROFILE, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-m", "fleet", "dataset", str(source), "--days", "60",
         "--out", str(folder / "data"), *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip


def wait_for_tables(folder: Path, process: subprocess.Popen[str]) -> None:
    """Wait until some days are written."""
    deadline = time.monotonic() + LIMIT_S
    while len(list(folder.glob("data.partial/observed/telemetry/*/*.parquet"))) < 5:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)


def children(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return the workers of a job."""
    return psutil.Process(process.pid).children(recursive=True)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The hashes of the dataset that nobody interrupted."""
    return hashes(make(tmp_path_factory.mktemp("whole"), "--days", "60"))


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_job_goes_on(tmp_path: Path, whole: dict[str, str], how: int) -> None:
    """Ctrl-C, a polite end or kill -9: no folder is there, and --resume makes the same one."""
    with begin(tmp_path, "--workers", "2") as process:
        wait_for_tables(tmp_path, process)
        workers = children(process)
        os.kill(process.pid, how)
        _, err = process.communicate(timeout=LIMIT_S)
    assert process.returncode == (-signal.SIGKILL if how == signal.SIGKILL else 130)
    assert "Traceback" not in err
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert not alive
    assert not (tmp_path / "data").exists()
    done = run(str(tmp_path / "tiny.toml"), "--days", "60", "--out", str(tmp_path / "data"),
               "--resume")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert hashes(tmp_path / "data") == whole
    assert not (tmp_path / "data.partial").exists()


@pytest.mark.slow
def test_a_damaged_block_is_made_anew(tmp_path: Path, whole: dict[str, str]) -> None:
    """What the journal's hashes do not bear out is said and done again."""
    with begin(tmp_path) as process:
        wait_for_tables(tmp_path, process)
        os.kill(process.pid, signal.SIGINT)
        process.communicate(timeout=LIMIT_S)
    partial = tmp_path / "data.partial"
    block = partial / ".job" / "block-00000" / "steps.arrow"
    block.write_bytes(block.read_bytes()[:-100])
    day = next(partial.glob("observed/telemetry/*/*.parquet"))
    day.write_bytes(b"nothing")
    done = run(str(tmp_path / "tiny.toml"), "--days", "60", "--out", str(tmp_path / "data"),
               "--resume")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "steps.arrow is damaged or missing; it is made anew" in " ".join(done.stderr.split())
    assert hashes(tmp_path / "data") == whole
