"""Processes that a test starts or holds up: none outlives the tests, none stays stopped."""

import contextlib
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

from fleet.run.child import leash


def leashed(program: str | Path, *arguments: str | Path) -> list[str]:
    """Return a command which the kernel ends with the tests, even if they are killed."""
    place = shutil.which(program)
    assert place is not None
    return [*leash(), place, *map(str, arguments)]


@contextlib.contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Hold a process up for the length of a block, as a stall would, however the block ends."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):  # it may have been killed meanwhile
            os.kill(pid, signal.SIGCONT)
