"""A run's folder for what lives only as long as it does: in memory, where the system has such one.

`kill -9` leaves the folder behind, and memory is not a disk. So a folder bears the number of its
process, and the next run removes those of our own user whose process is gone. A number that is in
use again by then spares its folder; the run after that will find it.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - the folder made there is private
_NAME: Final = re.compile(r"fleet-([1-9][0-9]{0,9})-\w+")


@contextmanager
def scratch_folder(place: Path | None = None) -> Iterator[Path]:
    """Make a folder for this process, which is gone when the block is left.

    Args:
        place: Where; by default where counts may change many times a second for nothing.

    Raises:
        OSError: It cannot be made.
    """
    place = place or _default_place()
    sweep(place)
    with tempfile.TemporaryDirectory(prefix=f"fleet-{os.getpid()}-", dir=place) as folder:
        yield Path(folder)


def sweep(place: Path) -> None:
    """Remove the folders that dead processes of ours left in a place."""
    for folder in place.iterdir():
        if (match := _NAME.fullmatch(folder.name)) and _is_ours(folder) and _is_dead(match[1]):
            # Another run may be sweeping the same floor.
            shutil.rmtree(folder, ignore_errors=True)


def _default_place() -> Path:
    return _MEMORY if os.access(_MEMORY, os.W_OK) else Path(tempfile.gettempdir())


def _is_ours(folder: Path) -> bool:
    try:
        return folder.is_dir() and not folder.is_symlink() and folder.lstat().st_uid == os.getuid()
    except OSError:
        return False


def _is_dead(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False
