"""The run record: the folder that `--out` names, and what is left in it when a run has ended.

Every file appears under its name only when it is complete: it is written beside and then renamed,
so a reader never meets half a file, and a run that was killed leaves none that looks whole.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from fleet.watch.events import merge_events
from fleet.watch.summary import Summary
from fleet.watch.timeline import Timeline

_WORK: Final = ".work"


class FolderTaken(Exception):
    """The folder for the run record cannot be used."""


class RunRecord:
    """The folder of one run.

    Attributes:
        folder: What `--out` named.
        work: Folder for the parts of the shards; gone when the record is closed.
    """

    def __init__(self, folder: Path) -> None:
        """Take the folder, creating it if need be.

        Raises:
            FolderTaken: It is not empty, is no folder, or cannot be written to.
        """
        self.folder: Final = folder
        self.work: Final = folder / _WORK
        try:
            folder.mkdir(parents=True, exist_ok=True)
            taken = next(folder.iterdir(), None)
            if taken is None:
                self.work.mkdir()
        except OSError as error:
            msg = f"cannot write the run record to {folder}: {error.strerror}; choose another --out"
            raise FolderTaken(msg) from error
        if taken is not None:
            msg = f"{folder} is not empty (it holds {taken.name}); name a new folder with --out"
            raise FolderTaken(msg)

    def write_profile(self, toml: str) -> None:
        """Write `profile.toml`, the profile as resolved."""
        self._write("profile.toml", toml.encode())

    def write_summary(self, summary: Summary) -> None:
        """Write `summary.json`."""
        text = msgspec.json.format(msgspec.json.encode(summary), indent=2)
        self._write("summary.json", text + b"\n")

    def write_events(self, parts: Iterable[Path]) -> int:
        """Merge the shards' parts into `events.parquet`; return the number of events."""
        return merge_events(sorted(parts), self.folder / "events.parquet")

    def write_timeline(self, timeline: Timeline) -> None:
        """Write `timeline.parquet`, the figures over time."""
        partial = self.folder / "timeline.parquet.partial"
        timeline.write(partial)
        partial.replace(self.folder / "timeline.parquet")

    def close(self) -> None:
        """Remove the work folder, and the halves of files that could not be written."""
        shutil.rmtree(self.work)
        for partial in self.folder.glob("*.partial"):
            partial.unlink()

    def _write(self, name: str, content: bytes) -> None:
        partial = self.folder / f"{name}.partial"
        partial.write_bytes(content)
        partial.replace(self.folder / name)
