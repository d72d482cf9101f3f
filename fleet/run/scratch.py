"""A run's folder for what lives only as long as it does: in memory, where the system allows it.

`kill -9` leaves the folder behind, and memory is not a disk, so the next run removes what is
nobody's any more.

Theory of operation
-------------------
Whoever makes a folder holds a lock on it (`flock`), which ends with its process, however that ends:
a folder of our own user, named by us, on which a lock can be had, is nobody's. A process's number
would not do, as numbers come again. Between making a folder and locking it, another run may have
had the lock and removed it; so who has the lock looks whether the folder is still there, and makes
another one if not.
"""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - the folder made there is private
_PREFIX: Final = "fleet-run-"
_NAME: Final = re.compile(rf"{_PREFIX}\w+")


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
    folder, lock = _make(place)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # what is left is swept by the next
        os.close(lock)


def sweep(place: Path) -> None:
    """Remove the folders that dead processes of ours left in a place."""
    for folder in place.iterdir():
        if _NAME.fullmatch(folder.name):
            # What is no folder, another's, in use, or gone by now, is let alone.
            with suppress(OSError):
                _remove_if_nobodys(folder)


def _make(place: Path) -> tuple[Path, int]:
    """Make a folder; return it with its lock."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
        with suppress(FileNotFoundError):
            lock = _open(folder)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if folder.exists():
                return folder, lock
            os.close(lock)


def _remove_if_nobodys(folder: Path) -> None:
    lock = _open(folder)
    try:
        if os.fstat(lock).st_uid == os.getuid():
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
    finally:
        os.close(lock)


def _open(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)


def _default_place() -> Path:
    return _MEMORY if os.access(_MEMORY, os.W_OK) else Path(tempfile.gettempdir())
