"""What a shard's own process takes of the machine, so that the generator is seen beside its load.

Taken each time the counts are published, a few times per second; some 30 us.
"""

import os
import resource
from pathlib import Path
from typing import Final

from fleet.watch.tally import Tally

_US_PER_S: Final = 1_000_000
_DESCRIPTORS: Final = Path("/proc/self/fd")
_MEMORY: Final = Path("/proc/self/statm")
# Fields: nanoseconds on a core, nanoseconds in its queue, turns (proc(5)).
_SCHEDULE: Final = Path("/proc/self/schedstat")
_NS_PER_US: Final = 1_000
_PAGE_BYTES: Final = resource.getpagesize()
_RESIDENT_PAGES: Final = 1
# Counting 20,000 entries one by one takes some milliseconds, which a shard has not got each time.
_COUNT_EVERY: Final = 40


class Toll:
    """Writes CPU, memory and descriptors of this process into its shard's series."""

    def __init__(self, tally: Tally, shard: int) -> None:
        """Bind to the series of shard number `shard`; CPU goes on from what was published."""
        self._counts: Final = tally.counts
        self._slots: Final = {
            name: tally.slot(f"fleet_shard_{name}", shard=str(shard))
            for name in ("terminals", "cpu_seconds_total", "cpu_wait_seconds_total",
                         "resident_bytes", "open_descriptors", "descriptor_limit")
        }  # fmt: skip
        self._cpu_before_us: Final = self._counts[self._slots["cpu_seconds_total"]]
        self._wait_before_us: Final = self._counts[self._slots["cpu_wait_seconds_total"]]
        self._set("descriptor_limit", resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        self._takes = 0

    def hold(self) -> None:
        """Add a terminal to those that the shard holds."""
        self._counts[self._slots["terminals"]] += 1

    def take(self) -> None:
        """Look at the process."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        cpu_us = int((used.ru_utime + used.ru_stime) * _US_PER_S)
        self._set("cpu_seconds_total", self._cpu_before_us + cpu_us)
        self._set("cpu_wait_seconds_total", self._wait_before_us + _waited_us())
        self._set("resident_bytes", _resident_bytes())
        # Linux 6.2 and later tell the number as the folder's size.
        descriptors = _DESCRIPTORS.stat().st_size if _DESCRIPTORS.exists() else 0
        if descriptors or self._takes % _COUNT_EVERY == 0:
            self._set("open_descriptors", descriptors or _count_descriptors())
        self._takes += 1

    def _set(self, name: str, value: int) -> None:
        self._counts[self._slots[name]] = value


def _waited_us() -> int:
    try:
        return int(_SCHEDULE.read_bytes().split()[1]) // _NS_PER_US
    except (OSError, IndexError):
        return 0


def _resident_bytes() -> int:
    try:
        return int(_MEMORY.read_bytes().split()[_RESIDENT_PAGES]) * _PAGE_BYTES
    except OSError:
        # No Linux: the highest so far is the next best thing, and in bytes there.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _count_descriptors() -> int:
    for folder in (_DESCRIPTORS, Path("/dev/fd")):
        if folder.is_dir():
            return len(os.listdir(folder))  # noqa: PTH208 - twice as fast, and there may be 20,000
    return 0
