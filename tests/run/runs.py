"""Whole runs as a user starts them, small enough for a test."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from prometheus_client.parser import text_string_to_metric_families

from tests.brokers import Mosquitto
from tests.cli.commands import environment, fleet_command
from tests.observer import Observer, observe
from tests.processes import leashed

LIMIT_S = 90
TERMINALS = 80
SEED = 11
# Answers are not held back, nor messages thrown away.
BROKER_SETTINGS = ("set_tcp_nodelay true", "max_queued_messages 0")
# How busy the machine is with other tests is not what most of them are about.
UNHURRIED = """[health]
lag_p99_max = "1h"
stall_p99_max = "1h"
cpu_max = 10.0
cpu_wait_max = 10.0
"""
# A shop day in four seconds: every terminal opens in the first half second.
PROFILE = f"""
schema = 1
name = "tiny"
[run]
duration = "4s"
speed = 120.0
[estate]
terminals = {TERMINALS}
tenant = "test"
[ramp]
over = "30s"
[heartbeat]
interval = "1m"
{UNHURRIED}"""
# Real time, and nothing in it takes long: terminals beat a few seconds after they are switched on.
BRISK = f"""
schema = 1
name = "brisk"
[run]
duration = "12s"
[estate]
terminals = 40
tenant = "test"
[ramp]
over = "500ms"
[boot]
duration = "100ms"
failure = 0.0
[self_test]
step = "10ms"
[self_test.failure]
[sync]
duration = "100ms"
[sign_in]
typing = "300ms"
wrong_password = 0.0
[heartbeat]
interval = "500ms"
[tms]
sign_in_malfunction = 0.0
{UNHURRIED}"""


def _command_line(process: psutil.Process) -> str:
    """Return it; none of a process that has ended, or is between its fork and its exec."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


class Run:
    """A `fleet run` under way."""

    def __init__(self, process: subprocess.Popen[str], out: Path, address: str) -> None:
        """Watch a process which keeps its record in `out` and its metrics at `address`."""
        self.process = process
        self.out = out
        self._url = f"http://{address}/metrics"

    @property
    def children(self) -> list[psutil.Process]:
        """The processes that the run has started."""
        return psutil.Process(self.process.pid).children()

    def children_of(self, word: str) -> list[psutil.Process]:
        """Return those whose command line holds a word, of those that live."""
        return [each for each in self.children if word in _command_line(each)]

    def child(self, word: str) -> psutil.Process:
        """Return the first of those, as soon as there is one."""
        deadline = time.monotonic() + LIMIT_S
        while not (found := self.children_of(word)):
            assert time.monotonic() < deadline
            time.sleep(0.005)
        return found[0]

    def total(self, family: str, **labels: str) -> float:
        """Scrape the sum of a family, of these labels; 0 while nothing is served yet."""
        try:
            with urllib.request.urlopen(self._url, timeout=5) as response:  # noqa: S310 - our own
                text = response.read().decode()
        except OSError:
            return 0.0
        return sum(
            sample.value
            for each in text_string_to_metric_families(text)
            for sample in each.samples
            if sample.name == family and labels.items() <= sample.labels.items()
        )

    def wait_for(self, family: str, least: float, **labels: str) -> None:
        """Wait until a family, or what of it has these labels, has reached a sum."""
        deadline = time.monotonic() + LIMIT_S
        while self.total(family, **labels) < least:
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < deadline, f"{family} stays below {least}"
            time.sleep(0.05)

    def end(self) -> tuple[int, str, str]:
        """Wait for the end; return exit code, output and errors."""
        out, err = self.process.communicate(timeout=LIMIT_S)
        return self.process.returncode, out, err

    def summary(self) -> dict[str, Any]:
        """Read the summary of the record."""
        summary: dict[str, Any] = json.loads((self.out / "summary.json").read_text())
        return summary


def run_at(broker: Mosquitto, profile: Path, out: Path, *more: str) -> dict[str, Any]:
    """Run a profile at a broker to its end, and return the summary of its record."""
    done = fleet_command(
        "run", profile, "--broker", f"mqtt://{broker.host}:{broker.port}", "--tms",
        "--seed", str(SEED), "--metrics", "off", "--no-live", "--no-report", "--out", out, *more,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    summary: dict[str, Any] = json.loads((out / "summary.json").read_text())
    return summary


def observed_run(
    broker: Mosquitto, profile: Path, out: Path, *more: str
) -> tuple[dict[str, Any], Observer]:
    """Run a profile at a broker while somebody listens; return its summary, and who listened."""
    with observe(broker.host, broker.port) as observer:
        summary = run_at(broker, profile, out, *more)
        observer.wait_for_silence()
    return summary, observer


@contextmanager
def running(profile: Path, folder: Path, port: int, *options: str, **more: str) -> Iterator[Run]:
    """Start `fleet run`; kill it if the block leaves it alive."""
    address = f"127.0.0.1:{port}"
    out = str(folder / "record")
    arguments = [str(profile), "--no-report", "--out", out, "--metrics", address, *options]
    process = subprocess.Popen(
        leashed(sys.executable, "-m", "fleet", "run", *arguments),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(**more),
    )  # fmt: skip
    with process:
        try:
            yield Run(process, folder / "record", address)
        finally:
            process.kill()
