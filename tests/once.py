"""What is made once for all processes that run tests side by side, and only read by them."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Path]) -> Path:
    """Return what `make` has made in an empty folder; who comes first makes it, the others wait."""
    mine = factory.getbasetemp()
    root = mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine
    folder, place = root / name, root / f"{name}.made"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            place.write_text(str(make(folder)))
    return Path(place.read_text())
