"""The record of a run, read back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from fleet.profile import Profile, ProfileError
from fleet.profile.store import parse
from fleet.report.errors import ReportError
from fleet.watch.summary import Summary
from fleet.watch.timeline import ELAPSED, column

Floats = NDArray[np.float64]

_SUMMARY: Final = "summary.json"
_TIMELINE: Final = "timeline.parquet"
_PROFILE: Final = "profile.toml"


class Record:
    """What a run left in its folder.

    Attributes:
        folder: Where.
        summary: The figures at its end.
        profile: As resolved.
        profile_toml: Its text.
        elapsed_s: Instants of the timeline, float64[rows].
    """

    def __init__(self, folder: Path) -> None:
        """Read it.

        Raises:
            ReportError: A file is missing or damaged.
        """
        self.folder: Final = folder
        try:
            self.summary: Final = msgspec.json.decode(_bytes(folder / _SUMMARY), type=Summary)
        except msgspec.MsgspecError as error:
            msg = f"{folder / _SUMMARY} is damaged or of another version: {error}"
            raise ReportError(msg) from None
        self.profile_toml: Final = _bytes(folder / _PROFILE).decode()
        self.profile: Final = _profile(folder, self.profile_toml)
        self._columns: Final = _timeline(folder / _TIMELINE)
        self.elapsed_s: Final = self._columns[ELAPSED]

    def column(self, family: str, **labels: str) -> Floats:
        """Return a counter or gauge over time, float64[rows]; zeros if there is none."""
        zeros = np.zeros(len(self.elapsed_s))
        return self._columns.get(column(family, **labels), zeros)

    def part(self, family: str, part: str) -> Floats:
        """Return a percentile of a histogram over time in ms; NaN where nothing was counted."""
        gaps = np.full(len(self.elapsed_s), np.nan)
        return self._columns.get(f"{family}:{part}", gaps)

    def series(self, family: str) -> dict[str, Floats]:
        """Return all of a family's columns that are not always zero, by label value."""
        head = f"{family}{{"
        found = {
            name.partition('="')[2].rstrip('"}'): values
            for name, values in self._columns.items()
            if name.startswith(head) or name == family
        }
        return {name: values for name, values in found.items() if values.any()}

    def rate(self, values: Floats) -> Floats:
        """Return how fast a counter rose, per second, float64[rows]; the first is NaN."""
        if len(values) < 2:  # noqa: PLR2004 - a difference takes two
            return np.full(len(values), np.nan)
        steps = np.diff(values) / np.maximum(np.diff(self.elapsed_s), 1e-9)
        return np.concatenate([[np.nan], steps])


def is_run(folder: Path) -> bool:
    """Return whether a folder looks like the record of a run."""
    return (folder / _SUMMARY).is_file()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror}; give the folder that --out named"
        raise ReportError(msg) from None


def _profile(folder: Path, toml: str) -> Profile:
    try:
        return parse(toml)
    except ProfileError as error:
        msg = f"{folder / _PROFILE} is of another version:\n{error}"
        raise ReportError(msg) from None


def _timeline(path: Path) -> Mapping[str, Floats]:
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and only reports need it
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        table: Any = pq.read_table(path)
    except FileNotFoundError:
        msg = f"there is no {path}; a run writes it with --out since version 0.2"
        raise ReportError(msg) from None
    except (OSError, pa.ArrowException) as error:
        msg = f"{path} is damaged: {error}"
        raise ReportError(msg) from None
    return {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}
