"""What the panels show of a run, as values: every query's answer over the run's time."""

import math
from pathlib import Path
from typing import Final

from msgspec import Struct

from dashboards import verify
from dashboards.boards import BOARDS
from dashboards.panels import Panel

LIFE_S: Final = 100.0
_SPEED: Final = 395
"""Eleven business hours in that time, so that it ends before the shops close."""


class Line(Struct, frozen=True):
    """One series: its name in the legend, and (seconds since the start, value) where it has one."""

    name: str
    labels: dict[str, str]
    points: list[tuple[float, float]]
    dashed: bool = False


class Shot(Struct, frozen=True):
    """What one panel shows."""

    board: str
    panel: str
    lines: list[Line]


class Recording(Struct, frozen=True):
    """What all panels show."""

    shots: list[Shot]
    seconds: float


def record(folder: Path, life_s: float = LIFE_S) -> Recording:
    """Let the estates of `verify` live, and record what every panel shows.

    Raises:
        RunFailed, PrometheusError, BrokerError: Something does not start.
    """
    with verify.watching(folder, life_s, _SPEED) as watch:
        shots = [
            Shot(board.uid, panel.title, _lines(watch, panel))
            for board in BOARDS
            for panel in board.panels
        ]
        return Recording(shots, life_s)


def _lines(watch: verify.Watch, panel: Panel) -> list[Line]:
    answers = watch.panel("", panel)
    return [
        Line(
            name=_name(query.legend, series.labels) or panel.title,
            labels=series.labels,
            points=[
                (round(at - watch.start, 1), value)
                for at, value in series.values
                if not math.isnan(value)
            ],
            dashed=query.dashed,
        )
        for query, answer in zip(panel.queries, answers, strict=True)
        for series in answer.series
    ]


def _name(legend: str, labels: dict[str, str]) -> str:
    for label, value in labels.items():
        legend = legend.replace(f"{{{{{label}}}}}", value)
    return legend
