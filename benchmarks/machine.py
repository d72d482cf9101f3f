"""The machine that is measured on, and what else it did meanwhile."""

import os
import platform
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib import metadata
from pathlib import Path
from typing import Final

import psutil

# Others' share of one core above which a figure is to be doubted.
BUSY: Final = 0.10

_PACKAGES: Final = ("uvloop", "numpy", "msgspec", "gmqtt", "aiomqtt", "paho-mqtt")


def describe() -> dict[str, object]:
    """Return what a figure depends on: processor, cores, memory, kernel, versions."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in _PACKAGES},
    }


def cpu_ns(pid: int) -> int:
    """Return the CPU time, user and system, that a process of ours has used.

    It is the process's CPU clock, whose resolution is a nanosecond (that of times(2) is 10 ms).

    Raises:
        OSError: There is no such process.
    """
    return time.clock_gettime_ns(~pid << 3 | 2)  # MAKE_PROCESS_CPUCLOCK of linux/posix-timers.h


def memory_bytes(pid: int) -> int:
    """Return the anonymous memory of a process: heaps and stacks, but no file or library.

    Libraries are left out because their share in PSS depends on who else happens to use them.

    Raises:
        OSError: There is no such process.
    """
    with Path(f"/proc/{pid}/smaps_rollup").open(encoding="ascii") as lines:
        kib = next(line.split()[1] for line in lines if line.startswith("Anonymous:"))
    return int(kib) * 1_024


def stopped(*pids: int) -> AbstractContextManager[None]:
    """Keep processes of ours stopped for the time of the body; see `at_work`."""
    return _signalled(pids, signal.SIGSTOP, signal.SIGCONT)


def at_work(*pids: int) -> AbstractContextManager[None]:
    """Let processes that are stopped go on for the time of the body."""
    return _signalled(pids, signal.SIGCONT, signal.SIGSTOP)


@contextmanager
def _signalled(
    pids: Sequence[int], before: signal.Signals, after: signal.Signals
) -> Iterator[None]:
    _signal(before, pids)
    try:
        yield
    finally:
        _signal(after, pids)


def _signal(number: signal.Signals, pids: Sequence[int]) -> None:
    for pid in pids:
        os.kill(pid, number)


def doubts(subject: str, shares: Sequence[float]) -> list[str]:
    """Return a warning if the machine was busy while a subject was measured.

    Args:
        subject: Who.
        shares: What others used of a core, for each round.
    """
    busy = sum(share > BUSY for share in shares)
    if not busy:
        return []
    return [f"{subject}: doubtful, others used up to {max(shares):.0%} of a core in {busy} rounds"]


class Neighbours:
    """What processes that are not ours used of the machine since an instant."""

    def __init__(self, *ours: int) -> None:
        """Begin; `ours` are the ids of those processes which do not count, beside this one."""
        self._ours = {os.getpid(), *ours}
        self._began_s, self._used_s = time.monotonic(), self._cpu_s()

    def share(self) -> float:
        """Return how much of one core others used; 0 or more."""
        seconds = time.monotonic() - self._began_s
        return max(0.0, (self._cpu_s() - self._used_s) / seconds)

    def _cpu_s(self) -> float:
        # The system's own total is sampled at timer ticks, to which paced generators are aligned.
        # What a process that ended used is in its parent's account.
        times = [each.info["cpu_times"] for each in self._others()]
        return sum(sum(spent[:4]) for spent in times if spent is not None)

    def _others(self) -> Iterator[psutil.Process]:
        processes = psutil.process_iter(["cpu_times"])
        return (each for each in processes if each.pid not in self._ours)


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "")


def check() -> str | None:
    """Return why nothing can be measured on this machine, or None."""
    if not sys.platform.startswith("linux"):
        return "the benchmarks read Linux's process clocks and smaps, so they run on Linux only"
    return None
