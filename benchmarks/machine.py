"""The machine that is measured on, and what else it did meanwhile."""

import os
import platform
import sys
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Final

import psutil

# Others' share of one core, or stolen by the hypervisor, above which a figure is to be doubted.
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
    """How much of the machine was used by processes which are not ours, between two instants."""

    def __init__(self, own_ns: Callable[[], int]) -> None:
        """Begin.

        Args:
            own_ns: CPU time that our own processes have used; the same ones until `share`.
        """
        self._own_ns = own_ns
        self._began = self._now()

    def share(self) -> float:
        """Return the share of one core that others used or the hypervisor stole; 0 or more."""
        seconds, busy, own = (new - old for new, old in zip(self._now(), self._began, strict=True))
        return max(0.0, (busy - own) / seconds)

    def _now(self) -> tuple[float, float, float]:
        cpu = psutil.cpu_times()
        busy = sum(cpu) - cpu.idle - cpu.iowait - cpu.guest - cpu.guest_nice
        return time.monotonic(), busy, self._own_ns() / 1e9


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
