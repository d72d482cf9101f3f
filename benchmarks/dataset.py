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

Memory is flat if a hundred times the rows need at most half as much again: the same estate is made
once more with a tenth of the terminals and of the days, and what it takes is set beside the first,
for all processes together and for the greatest of them.

What costs the same for each row, however many, is measured on a part and told by row: noise on a
quarter of the rows, lives on some hundred terminals.
"""

import resource
import shutil
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
_NUMPY: Final = "numpy, pyarrow: noise, 1/4 of rows"
_STEADY: Final = f"ours, {BUSY}, 1/8 of terminals"
_SMALL: Final = "ours, 1/10 terminals, 1/10 days"
_LIVES: Final = "fleet, virtual time"
_LIVES_BUSY: Final = f"fleet, virtual time, {BUSY}"
_SIMPY: Final = "SimPy, the same lives by events"
_MIB: Final = 2**20
_POLL_S: Final = 0.05
_TENTH: Final = 10


class Size(NamedTuple):
    """How large a dataset is made, and how many terminals live for the count of events."""

    terminals: int
    days: int
    lives: int


class Spent(NamedTuple):
    """What a program cost: memory of all its processes, and of the greatest of them."""

    wall_s: float
    cpu_s: float
    memory_bytes: int
    greatest_bytes: int


def measure(size: Size, progress: Callable[[str], None]) -> Result:
    """Run the benchmark.

    Raises:
        BenchError: A program failed.
    """
    table = _datasets(size, progress)
    lives = {}
    for name, how, profile in (
        (_LIVES, "virtual", PROFILE), (_LIVES_BUSY, "virtual", BUSY), (_SIMPY, "simpy", PROFILE),
    ):  # fmt: skip
        progress(f"dataset: {name}, {size.lives:,} terminals, {size.days} days")
        lives[name] = _lives(how, profile, size)
    rows = table[OURS].median("rows")
    title = f"{size.terminals:,} terminals, {size.days} days: {rows:,.0f} rows of telemetry"
    shown = [*table.values(), *(Row(name, figures) for name, figures in lives.items())]
    result = Result("dataset", title, shown)
    result.claims = _claims(table, lives)
    result.notes = _ratios(table, lives, size)
    return result


def _datasets(size: Size, progress: Callable[[str], None]) -> dict[str, Row]:
    """Make the datasets and the noise; return what each cost."""
    terminals, days, _ = size
    table = {}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name, profile, many, long in (
            (OURS, PROFILE, terminals, days),
            (_SMALL, PROFILE, max(1, terminals // _TENTH), max(1, days // _TENTH)),
            (_STEADY, BUSY, max(1, terminals // 8), days),
        ):
            progress(f"dataset: {name}, {many:,} terminals, {long} days")
            table[name] = _rows(name, *_dataset(profile, many, long, place / "made"))
            shutil.rmtree(place / "made")
        rows = int(table[OURS].median("rows")) // 4
        progress(f"dataset: numpy and pyarrow, {rows:,} rows")
        spent = _run(["-m", "benchmarks.peers.noise", str(rows), str(place / "noise.parquet")])
        table[_NUMPY] = _rows(_NUMPY, rows, spent)
    return table


def _claims(table: dict[str, Row], lives: dict[str, dict[str, list[float]]]) -> list[Claim]:
    ours, small = table[OURS], table[_SMALL]
    least = min(lives[name]["steps and messages/s/core"][0] for name in (_LIVES, _LIVES_BUSY))
    events = lives[_LIVES]["life events/s/core"][0]
    more = ours.median("rows") / small.median("rows")
    flat = [
        Claim(f"times the MiB {who}, {more:,.0f} times the rows",
              ours.median(figure) / small.median(figure), 1.5)
        for who, figure in (("in all processes", "MiB"), ("of the greatest", "MiB, greatest"))
    ]  # fmt: skip
    return [
        Claim("rows/s with two workers", ours.median("rows/s"), 3e6, at_least=True),
        Claim("MiB in all processes", ours.median("MiB"), 2_048.0),
        *flat,
        Claim("life events/s/core, heartbeats included", events, 200_000.0, at_least=True),
        Claim("steps and messages/s/core", least, 200_000.0, at_least=True),
    ]


def _ratios(
    table: dict[str, Row], lives: dict[str, dict[str, list[float]]], size: Size
) -> list[str]:
    ours, noise = table[OURS].median("CPU ns/row"), table[_NUMPY].median("CPU ns/row")
    events = {name: figures["life events/s/core"][0] for name, figures in lives.items()}
    simpy = lives[_SIMPY]["CPU ns/row"][0]
    return [
        f"a row costs {ours / noise:.1f} times the CPU of one of noise, told by a quarter of them",
        f"a row costs 1/{simpy / ours:.1f} of what it takes SimPy to live ({size.lives:,} lived)",
        f"a life event costs 1/{events[_LIVES] / events[_SIMPY]:.1f} of one on SimPy",
    ]


def _rows(name: str, rows: int, spent: Spent) -> Row:
    figures = {
        "rows": [float(rows)],
        "rows/s": [rows / spent.wall_s],
        "CPU ns/row": [spent.cpu_s / rows * 1e9],
        "MiB": [spent.memory_bytes / _MIB],
        "MiB, greatest": [spent.greatest_bytes / _MIB],
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
        "CPU ns/row": [cpu_s / beats * 1e9],
    }


def _run(arguments: list[str]) -> Spent:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    process = psutil.Popen([sys.executable, *arguments], stdout=-3, stderr=-3)
    most, greatest = 0, 0
    while process.poll() is None:
        each = _memory(process)
        most, greatest = max(most, sum(each)), max(greatest, *each)
        time.sleep(_POLL_S)
    wall_s = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        msg = f"{' '.join(arguments[:3])} failed"
        raise BenchError(msg)
    cpu_s = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Spent(wall_s, cpu_s, most, greatest)


def _memory(process: psutil.Process) -> list[int]:
    """Return what a program and each of its children have for themselves; 0 at least."""
    try:
        kin = [process, *process.children(recursive=True)]
        return [0, *(each.memory_info().rss - each.memory_info().shared for each in kin)]
    except psutil.NoSuchProcess:
        return [0]
