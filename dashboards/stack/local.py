"""Prometheus from the PATH, with the rules, in view of a run on this machine, until Ctrl-C."""

import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Final

from dashboards import prometheus
from dashboards.grafana import FOLDER
from dashboards.prometheus import HOST, PORT
from dashboards.rules import files
from fleet.watch.exporter import DEFAULT_HOST, DEFAULT_PORT

TARGETS: Final = Path(__file__).parent / "targets"
INTERVAL: Final = "2s"


class Interrupted(Exception):
    """The user has seen enough."""


def config(addresses: Sequence[str]) -> str:
    """Return the configuration: the addresses given, and whatever files in `targets/` name."""
    scrape = {
        "job_name": "fleet",
        "static_configs": [{"targets": list(addresses)}],
        "file_sd_configs": [{"files": [str(TARGETS / "*.yml")], "refresh_interval": "10s"}],
    }
    return prometheus.config((), INTERVAL, [str(files.RULES)], scrape_configs=[scrape])


def stack(addresses: Sequence[str] = (), port: int = PORT) -> None:
    """Run until SIGINT or SIGTERM.

    Args:
        addresses: Of runs to scrape; the default address of `fleet run` if none are given.
        port: Of Prometheus.

    Raises:
        PrometheusError: It is not there, or does not start.
    """
    prometheus.find()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    targets = addresses or [f"{DEFAULT_HOST}:{DEFAULT_PORT}"]
    try:
        with tempfile.TemporaryDirectory(prefix="fleet-stack-") as name:
            folder = Path(name)
            (folder / "prometheus.yml").write_text(config(targets))
            with prometheus.running(folder / "prometheus.yml", folder / "data", port):
                _tell(targets, port)
                signal.pause()
    except Interrupted:
        print("Prometheus has ended; what it had collected is gone.")


def _interrupt(_: int, __: FrameType | None) -> None:
    raise Interrupted


def _tell(targets: Sequence[str], port: int) -> None:
    print(
        f"Prometheus: http://{HOST}:{port} (its page Alerts has the rules)\n"
        f"It scrapes {', '.join(targets)} every {INTERVAL}.\n"
        "Start a run beside it: make run, or any `fleet run`\n"
        f"Grafana, if you have one: data source http://{HOST}:{port}, import {FOLDER}/*.json.\n"
        "Ctrl-C ends it.",
        flush=True,
    )
