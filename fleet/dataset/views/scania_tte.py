"""A view after SCANIA's Component X: durations with their censoring, and readouts on the way.

One vehicle for each life, failed or not; a time step is a day.
"""

import csv
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from fleet.dataset.views.life_days import SENSORS, LifeDays
from fleet.dataset.views.source import Source, copy
from fleet.units import DAY_MS

_DURATION: Final = ("vehicle_id", "length_of_study_time_step", "in_study_repair")


def scania_tte(source: Source, folder: Path) -> None:
    """Write durations, readouts and specifications."""
    days = LifeDays(source)
    durations = (
        (life["life_id"], f"{(life['end'] - life['start']) / DAY_MS:.4f}",
         int(life["event_observed"]))
        for life in days.lives
    )  # fmt: skip
    _write(folder / "train_tte.csv", _DURATION, durations)
    header = ("vehicle_id", "time_step", *SENSORS)
    _write(folder / "train_operational_readouts.csv", header, _readouts(days))
    specs = {"vehicle_id": "life_id", "terminal": "terminal_id", "Spec_0": "code"}
    copy(folder / "train_specifications.csv", specs, source.parts(
        "truth/lives", [*specs.values()]))  # fmt: skip


def _readouts(days: LifeDays) -> Iterator[tuple[object, ...]]:
    for number, life in enumerate(days.lives):
        for day, readings in days.of(number):
            row = ("" if math.isnan(value) else f"{value:.4f}" for value in readings)
            yield (life["life_id"], day, *row)


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
