"""The heap of a worker: what is free is kept for the next array, and given back between tasks.

Left alone, glibc returns every large array to the kernel, which clears each page of it again for
the next one: a tenth of all that tables cost. Kept for ever, the greatest task would decide what a
worker holds to the end. And an allocator of its own, as pyarrow brings, would keep what is free for
pyarrow alone while numpy asks glibc for more: a third of all that tables held. Elsewhere than on
glibc nothing is done.
"""

import ctypes
import os
import sys
from typing import Final

import pyarrow as pa

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h
_OWN_MAPPING: Final = 32 * 2**20
"""The most that glibc takes; an array of a row group is 1 MiB."""
_KEPT_FREE: Final = 64 * 2**20
_ARROWS_ALLOCATOR: Final = "ARROW_DEFAULT_MEMORY_POOL"


def share() -> None:
    """Let pyarrow take its memory from glibc in processes that are started from now on.

    pyarrow asks for it once, when it is imported; who has said something else keeps it.
    """
    if _glibc() is not None:
        os.environ.setdefault(_ARROWS_ALLOCATOR, "system")


def keep() -> None:
    """Keep what becomes free, up to a bound."""
    system = _glibc()
    if system is not None:
        system.mallopt(_M_MMAP_THRESHOLD, _OWN_MAPPING)
        system.mallopt(_M_TRIM_THRESHOLD, _KEPT_FREE)


def give_back() -> None:
    """Give back what is free now."""
    pa.default_memory_pool().release_unused()
    system = _glibc()
    if system is not None:
        system.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    system = ctypes.CDLL(None)
    return system if hasattr(system, "mallopt") else None
