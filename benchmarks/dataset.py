"""Datasets: rows a second end to end, memory, and life events a second, beside two yardsticks.

Theory of operation
-------------------
Ours is `fleet dataset` as a user runs it: every table, every hash, the cards. One yardstick writes
as many rows of noise with numpy and pyarrow in one process and one file: no life, no truth, no
labels, the least that rows cost. The other lets the same terminals live by the same code on SimPy,
an event at a time, as discrete-event simulators do: every heartbeat wakes somebody.

A *life event* is whatever a simulator by events must wake for or note: a step of a terminal's life,
a message to or from the TMS, and a heartbeat. Virtual time passes over most of the heartbeats, and
that is its point; steps and messages alone are given beside it.

Two profiles are measured. The target counts heartbeats of terminals that are on around the clock,
one in 15 minutes, and so does `unattended`: 96 rows for each terminal and day, all kinds of fault,
a campaign. `steady`, a baseline for load tests, has as many rows; its attended terminals are signed
in anew every day and lose their link once a day, five times as much life for each row. It is
measured beside the other, at a smaller size.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import psutil
import pyarrow.parquet as pq

from benchmarks.errors import BenchError
from benchmarks.report import Claim, Result, Row

PROFILE: Final = "unattended"
BUSY: Final = "steady"
OURS: Final = "fleet dataset (all tables)"
_NUMPY: Final = "numpy and pyarrow (noise, one table)"
_STEADY: Final = f"the same, profile {BUSY}, an eighth of the terminals"
_LIVES: Final = "fleet, virtual time"
_LIVES_BUSY: Final = f"fleet, virtual time, profile {BUSY}"
_SIMPY: Final = "the same lives on SimPy, by events"
_MIB: Final = 2**20
_POLL_S: Final = 0.2


class Size(NamedTuple):
    """How large a dataset is made, and how many terminals live for the count of events."""

    terminals: int
    days: int
    lives: int


class Spent(NamedTuple):
    """What a program cost."""

    wall_s: float
    cpu_s: float
    memory_bytes: int


def measure(size: Size, progress: Callable[[str], None]) -> Result:
    """Run the benchmark.

    Raises:
        BenchError: A program failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        progress("dataset: ours")
        rows, whole = _dataset(PROFILE, size.terminals, size.days, place / "ours")
        progress(f"dataset: ours, {BUSY}")
        few, busy = _dataset(BUSY, size.terminals // 8, size.days, place / "busy")
        progress("dataset: numpy and pyarrow")
        noise = _run(["-m", "benchmarks.peers.noise", str(rows), str(place / "noise.parquet")])
    lives = {}
    for name, how, profile in (
        (_LIVES, "virtual", PROFILE), (_LIVES_BUSY, "virtual", BUSY), (_SIMPY, "simpy", PROFILE),
    ):  # fmt: skip
        progress(f"dataset: {name}")
        lives[name] = _lives(how, profile, size)
    table = [_rows(OURS, rows, whole), _rows(_NUMPY, rows, noise), _rows(_STEADY, few, busy)]
    table += [Row(name, figures) for name, figures in lives.items()]
    result = Result("dataset", f"A dataset of {rows:,} rows of telemetry", table)
    ours, yardstick = table[0], table[1]
    events = {name: figures["life events/s/core"][0] for name, figures in lives.items()}
    least = min(lives[name]["steps and messages/s/core"][0] for name in (_LIVES, _LIVES_BUSY))
    result.claims = [
        Claim("rows/s with two workers", ours.median("rows/s"), 3e6, at_least=True),
        Claim("MiB in all processes", ours.median("MiB"), 2_048.0),
        Claim("life events/s/core, heartbeats included", events[_LIVES], 200_000.0, at_least=True),
        Claim("steps and messages/s/core", least, 200_000.0, at_least=True),
    ]
    times = ours.median("CPU ns/row") / yardstick.median("CPU ns/row")
    result.notes = [
        f"a row costs {times:.1f} times the CPU of a row of noise",
        f"a life event costs 1/{events[_LIVES] / events[_SIMPY]:.1f} of one on SimPy",
    ]
    return result


def _rows(name: str, rows: int, spent: Spent) -> Row:
    figures = {
        "rows/s": [rows / spent.wall_s],
        "CPU ns/row": [spent.cpu_s / rows * 1e9],
        "MiB": [spent.memory_bytes / _MIB],
    }
    return Row(name, figures)


def _dataset(profile: str, terminals: int, days: int, out: Path) -> tuple[int, Spent]:
    """Make a dataset; return how many rows of telemetry it has, and what it cost."""
    spent = _run([
        "-m", "fleet", "dataset", profile, "--workers", "2", "--out", str(out),
        "--terminals", str(terminals), "--days", str(days),
    ])  # fmt: skip
    files = (out / "observed" / "telemetry").rglob("*.parquet")
    return sum(pq.read_metadata(path).num_rows for path in files), spent


def _lives(how: str, profile: str, size: Size) -> dict[str, list[float]]:
    process = psutil.Popen(
        [
            sys.executable, "-m", "benchmarks.peers.lives", how, profile,
            str(size.lives), str(size.days),
        ],
        stdout=-1,
    )  # fmt: skip
    out, _ = process.communicate()
    if process.returncode:
        msg = f"lives by {how} failed"
        raise BenchError(msg)
    steps, messages, beats, cpu_s = map(float, out.split())
    return {
        "life events/s/core": [(steps + messages + beats) / cpu_s],
        "steps and messages/s/core": [(steps + messages) / cpu_s],
    }


def _run(arguments: list[str]) -> Spent:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    process = psutil.Popen([sys.executable, *arguments], stdout=-3, stderr=-3)
    most = 0
    while process.poll() is None:
        most = max(most, _memory(process))
        time.sleep(_POLL_S)
    wall_s = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        msg = f"{' '.join(arguments[:3])} failed"
        raise BenchError(msg)
    cpu_s = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Spent(wall_s, cpu_s, most)


def _memory(process: psutil.Process) -> int:
    """Return what a program and its children have for themselves."""
    try:
        return sum(
            each.memory_info().rss - each.memory_info().shared
            for each in (process, *process.children(recursive=True))
        )
    except psutil.NoSuchProcess:
        return 0
