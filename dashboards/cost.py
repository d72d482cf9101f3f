"""What a scrape costs while a large estate lives: wall time for Prometheus, CPU for the supervisor.

The exporter runs in the supervisor's process and reads counts that the shards have published, so a
scrape takes nothing from the shards but what the machine has to share.
"""

import os
import statistics
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Final, NamedTuple

from dashboards import runs
from dashboards.brokers import broker
from dashboards.runs import Run

TERMINALS: Final = 20_000
LIMIT_S: Final = 0.005
_SCRAPES: Final = 200
_WARM: Final = 20
_PAUSE_S: Final = 0.05
_IDLE_S: Final = 2.0
_UTIME: Final = 11
_STIME: Final = 12
_ACCEPT: Final = "application/openmetrics-text; version=1.0.0"


class Cost(NamedTuple):
    """Of one scrape.

    Attributes:
        cpu_s: CPU time of the supervisor beyond what it takes when nobody scrapes.
        wall_s: Median time from the request to the last byte.
        worst_s: 99th percentile of the same.
        series: Lines of samples.
        bytes: Length of the answer.
        terminals: That the run holds.
    """

    cpu_s: float
    wall_s: float
    worst_s: float
    series: int
    bytes: int
    terminals: int


def measure(run: Run, scrapes: int = _SCRAPES) -> Cost:
    """Scrape a run again and again."""
    for _ in range(_WARM):
        _scrape(run)
    idle, walls = _idle(run), []
    begin_s, cpu_before = time.monotonic(), _cpu_s(run.process.pid)
    for _ in range(scrapes):
        start = time.perf_counter()
        body = _scrape(run)
        walls.append(time.perf_counter() - start)
        time.sleep(_PAUSE_S)
    elsewhere_s = idle * (time.monotonic() - begin_s)
    cpu_s = (_cpu_s(run.process.pid) - cpu_before - elsewhere_s) / scrapes
    samples = [line for line in body.splitlines() if line and not line.startswith("#")]
    terminals = sum(_value(line) for line in samples if line.startswith("fleet_terminals{"))
    worst = statistics.quantiles(walls, n=100)[-1]
    return Cost(cpu_s, statistics.median(walls), worst, len(samples), len(body), terminals)


def large(terminals: int = TERMINALS) -> Cost:
    """Measure with a large estate, over two brokers: one process may not open so many sockets."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "other").mkdir()
        with broker(folder) as one, broker(folder / "other") as other:
            options = ("--terminals", str(terminals), "--shards", "2", "--duration", "10m",
                       "--broker", one.url, "--broker", other.url, "--no-tms")  # fmt: skip
            with runs.running("steady", folder / "run.log", *options) as run:
                time.sleep(30)
                return measure(run)


def _idle(run: Run) -> float:
    """Return the share of a core that the supervisor takes when nobody scrapes."""
    before = _cpu_s(run.process.pid)
    time.sleep(_IDLE_S)
    return (_cpu_s(run.process.pid) - before) / _IDLE_S


def _scrape(run: Run) -> str:
    request = urllib.request.Request(f"http://{run.address}/metrics", headers={"Accept": _ACCEPT})
    with urllib.request.urlopen(request, timeout=10) as answer:
        text: str = answer.read().decode()
    return text


def _value(line: str) -> int:
    return int(float(line.rsplit(" ", 1)[1]))


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[_UTIME]) + int(fields[_STIME])
    return ticks / os.sysconf("SC_CLK_TCK")
