"""Runs of the fleet, started for Prometheus to look at."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from dashboards.prometheus import HOST, free_port

PROFILES: Final = Path(__file__).parent / "profiles"
_START_S_MAX: Final = 30


class RunFailed(Exception):
    """A run ended before it served its figures."""


class Run:
    """A run under way.

    Attributes:
        address: Where it serves its figures.
        process: `fleet run` itself.
    """

    def __init__(self, address: str, process: subprocess.Popen[bytes]) -> None:
        """Watch a process."""
        self.address: Final = address
        self.process: Final = process

    def scrape(self) -> str:
        """Return what Prometheus would get."""
        url = f"http://{self.address}/metrics"
        with urllib.request.urlopen(url, timeout=5) as answer:
            text: str = answer.read().decode()
        return text

    def lose_a_shard(self) -> None:
        """Kill the first of its shards, as the system does when memory is short."""
        pid = self.process.pid
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            if b"fleet.run.shard" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(int(child), signal.SIGKILL)
                return

    def end(self) -> None:
        """Ask the run to end, and wait until it has."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def running(profile: str | Path, log: Path, *options: str) -> Iterator[Run]:
    """Run the fleet until the block is left.

    Args:
        profile: A name or a file.
        log: Where it may write what it says.
        options: Of `fleet run`.

    Raises:
        RunFailed: It ended before it served anything; with what it said.
    """
    address = f"{HOST}:{free_port()}"
    command = [
        sys.executable,
        "-m",
        "fleet",
        "run",
        str(profile),
        "--no-live",
        "--metrics",
        address,
    ]
    with log.open("wb") as said:
        process = subprocess.Popen([*command, *options], stdout=said, stderr=said)
    run = Run(address, process)
    try:
        _wait_until_served(run, log)
        yield run
    finally:
        run.end()


def _wait_until_served(run: Run, log: Path) -> None:
    deadline = time.monotonic() + _START_S_MAX
    while time.monotonic() < deadline and run.process.poll() is None:
        try:
            run.scrape()
        except OSError:
            time.sleep(0.1)
        else:
            return
    msg = f"fleet run serves no figures at {run.address}: {log.read_text(errors='replace')}"
    raise RunFailed(msg)
