"""A view after NASA's turbofan set: a unit runs to its failure, a row is a cycle.

One unit for each life that failed, of any kind of fault; a cycle is a day, and the last day is that
of the fault, up to it. There are no settings.
"""

from pathlib import Path

from fleet.dataset.views.life_days import LifeDays
from fleet.dataset.views.source import Source


def cmapss(source: Source, folder: Path) -> None:
    """Write `train_FD001.txt`; what could not be read is `nan`."""
    lives, unit = LifeDays(source), 0
    with (folder / "train_FD001.txt").open("w", encoding="utf-8") as file:
        for number, life in enumerate(lives.lives):
            if not life["event_observed"]:
                continue
            unit += 1
            for day, readings in lives.of(number):
                values = " ".join(f"{value:.4f}" for value in readings)
                file.write(f"{unit} {day + 1} 0.0 0.0 0.0 {values}\n")
