"""The machine that is measured on, and what else it did meanwhile."""

import os
import platform
import sys
import time
from collections.abc import Iterator
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


def pss_bytes(pid: int) -> int:
    """Return the memory of a process, pages shared with others by its share in them."""
    pss: int = psutil.Process(pid).memory_full_info().pss
    return pss


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
