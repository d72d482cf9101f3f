"""Real mosquitto brokers for tests, each a process of its own on a free port of the loopback."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.processes import leashed

HOST = "127.0.0.1"
START_S_MAX = 10.0
STOP_S_MAX = 5.0
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Mosquitto:
    """A running broker: where it listens, its process, and the file it logs to."""

    host: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    def stop(self) -> None:
        """End the broker; does nothing to one that has ended."""
        self.process.terminate()
        try:
            self.process.wait(STOP_S_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_S_MAX)


def launch_mosquitto(folder: Path, config_lines: Sequence[str] = ()) -> Mosquitto:
    """Start a broker that listens when this returns; skip the test if there is none to start.

    Args:
        folder: Where its configuration and its log go.
        config_lines: Lines of mosquitto.conf, after those of its one listener on a free port.
    """
    if shutil.which("mosquitto") is None:
        pytest.skip("mosquitto is not on the PATH")
    for attempt in range(ATTEMPTS):
        # Another process may take the port between our look and mosquitto's bind; then look again.
        broker = _launch(folder, config_lines, _free_port(), attempt)
        if _is_listening(broker):
            return broker
        broker.stop()
    message = f"mosquitto did not start, it says:\n{broker.log.read_text()}"
    raise RuntimeError(message)


def _launch(folder: Path, config_lines: Sequence[str], port: int, attempt: int) -> Mosquitto:
    lines = [f"listener {port} {HOST}", "persistence false", "log_dest stderr", *config_lines]
    if not any(line.startswith("allow_anonymous") for line in config_lines):
        lines.append("allow_anonymous true")
    if os.geteuid() == 0:
        lines.append("user root")  # else it drops to a user who may not read the folder
    config, log = folder / f"mosquitto-{attempt}.conf", folder / f"mosquitto-{attempt}.log"
    config.write_text("\n".join(lines) + "\n")
    with log.open("wb") as output:
        process = subprocess.Popen(
            leashed("mosquitto", "-c", config),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    return Mosquitto(HOST, port, process, log)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _is_listening(broker: Mosquitto) -> bool:
    deadline = time.monotonic() + START_S_MAX
    while broker.process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection((broker.host, broker.port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return True
    return False
