"""A view after NASA's turbofan set: a unit runs to its failure, a row is a cycle.

One unit for each life that failed, of any kind of fault; a cycle is a day on which its terminal was
heard, and the last one is that of the fault, up to it. Units of terminals that `splits` keeps for
the test are cut off at a cycle before their last, drawn for each, and `RUL_FD001.txt` tells how
many were to come. The others are for training.

Files are laid out as NASA's: 26 columns, with two blanks at the end of each row and one at the end
of each remaining life, which notebooks drop. Those of the sensors that notebooks drop as well,
since they are constant there, are 0 here; so are the settings.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from fleet.chance.streams import Purpose, Streams
from fleet.dataset.views.life_days import LifeDays
from fleet.dataset.views.source import Source

_CUT: Final = Purpose("dataset.view.cut")
_SENSORS: Final = 21
_CONSTANT: Final = frozenset({1, 5, 10, 16, 18, 19})

Unit = list[list[float]]
"""Readings, cycle by cycle."""


def cmapss(source: Source, folder: Path) -> None:
    """Write `train_FD001.txt`, `test_FD001.txt` and `RUL_FD001.txt`; what is missing is `nan`."""
    parts = source.table("splits", ["terminal_id", "unit_split"]).to_pylist()
    kept_back = {row["terminal_id"] for row in parts if row["unit_split"] == "test"}
    trained, tested = 0, 0
    with (
        (folder / "train_FD001.txt").open("w", encoding="utf-8") as train,
        (folder / "test_FD001.txt").open("w", encoding="utf-8") as test,
        (folder / "RUL_FD001.txt").open("w", encoding="utf-8") as remaining,
    ):
        for life, unit in _failed(LifeDays(source)):
            if life["terminal_id"] not in kept_back:
                trained += 1
                _write(train, trained, unit)
            elif len(unit) > 1:
                tested += 1
                shown = 1 + int(Streams(source.seed, life["life_id"]).at(_CUT, 0) * (len(unit) - 1))
                _write(test, tested, unit[:shown])
                remaining.write(f"{len(unit) - shown} \n")


def _failed(days: LifeDays) -> Iterator[tuple[dict[str, Any], Unit]]:
    """Yield the lives that failed and were heard of."""
    for number, life in enumerate(days.lives):
        unit = [readings for _, readings in days.of(number)] if life["event_observed"] else []
        if unit:
            yield life, unit


def _write(file: IO[str], number: int, unit: Unit) -> None:
    for cycle, readings in enumerate(unit, 1):
        left = iter(readings)
        sensors = (0.0 if place in _CONSTANT else next(left) for place in range(1, _SENSORS + 1))
        values = " ".join(f"{value:.4f}" for value in sensors)
        file.write(f"{number} {cycle} 0.0000 0.0000 0.0000 {values}  \n")
