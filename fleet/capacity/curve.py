"""The capacity curve: a table for the terminal, and a picture that stands alone."""

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final, NamedTuple

from rich.table import Table
from rich.text import Text

from fleet.capacity.search import Search, Step
from fleet.profile.objectives import Objective
from fleet.watch.ruling import show

_STYLES: Final = {"held": "green", "server": "red", "network": "yellow", "generator": "magenta"}
_COLOURS: Final = {
    "held": "#2e7d32", "server": "#c62828", "network": "#b26a00", "generator": "#7b1fa2",
}  # fmt: skip
_WIDTH, _HEIGHT = 640, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 20, 40, 44
_MARKS: Final = 5
# `svg:root` is the picture as a file; within a page it takes that page's colours.
_STYLE: Final = (
    "<style>svg:root{color:#1d2430;background:#fff}"
    "@media(prefers-color-scheme:dark){svg:root{color:#e6e9ee;background:#14181f}}</style>"
)


def _told(outcome: str) -> str:
    return "held" if outcome == "held" else f"{outcome} gave way"


def curve_table(search: Search, objectives: tuple[str, ...]) -> Table:
    """Return a row for each step, by load."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("terminals", "messages/s"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for text in objectives:
        table.add_column(text, justify="right", min_width=max(map(len, text.split())))
    table.add_column("shard CPU", justify="right")
    for step in sorted(search.steps, key=lambda each: each.load):
        values = (_shown(step, Objective.parse(text)) for text in objectives)
        word = Text(_told(step.outcome), _STYLES[step.outcome])
        row = (f"{step.load:,}", f"{step.messages_per_s:,.0f}", word)
        table.add_row(*row, *values, f"{step.cpu:.0%}")
    return table


def _shown(step: Step, objective: Objective) -> str:
    value = step.values.get(objective.text)
    return "-" if value is None else show(value, objective.unit.name)


class _Point(NamedTuple):
    load: int
    value: float
    outcome: str


class _Frame(NamedTuple):
    """The picture's scales: from 0 to the largest load and value that it shows."""

    load_max: float
    value_max: float

    def x(self, load: float) -> float:
        """Return where a load stands."""
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * load / self.load_max

    def y(self, value: float) -> float:
        """Return where a value stands."""
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * value / self.value_max


def curve_svg(search: Search, objective: Objective) -> str:
    """Return the curve of one objective over the load, as SVG that fetches nothing."""
    points = sorted(
        _Point(step.load, value, step.outcome)
        for step in search.steps
        if (value := step.values.get(objective.text)) is not None
    )
    load_max = max((point.load for point in points), default=1)
    value_max = 1.1 * max([objective.bound, *(point.value for point in points)]) or 1.0
    frame = _Frame(load_max, value_max)
    parts = [
        _STYLE,
        _text(_LEFT, 20, f"{objective.name} by load", "bold"),
        *_legend([point.outcome for point in points]),
        *_axes(frame, objective),
        *_curve(frame, points, objective.unit.name),
    ]
    body = "\n  ".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'font-family="sans-serif" font-size="13" fill="currentColor">\n  {body}\n</svg>\n'
    )


def _axes(frame: _Frame, objective: Objective) -> Iterator[str]:
    """Yield both axes with their marks, and the objective's bound."""
    zero, bound, right = frame.y(0), frame.y(objective.bound), _WIDTH - _RIGHT
    yield _line(_LEFT, zero, right, zero, "#888")
    yield _line(_LEFT, _TOP, _LEFT, zero, "#888")
    yield _line(_LEFT, bound, right, bound, _COLOURS["server"], "5 4")
    yield _text(_LEFT + 6, bound - 5, objective.text)
    for load in _marks(frame.load_max, least=1.0):
        yield _text(frame.x(load), zero + 16, f"{load:,.0f}", anchor="middle")
    yield _text(_LEFT - 6, zero + 4, "0", anchor="end")
    for value in _marks(frame.value_max):
        words = show(value, objective.unit.name)
        yield _text(_LEFT - 6, frame.y(value) + 4, words, anchor="end")
    yield _text((_LEFT + _WIDTH) / 2, _HEIGHT - 8, "terminals", anchor="middle")


def _marks(most: float, least: float = 0.0) -> list[float]:
    """Return the marks of an axis up to `most`: five at most, a 1, 2 or 5 with zeros apart."""
    power = 10.0 ** math.floor(math.log10(most / _MARKS))
    steps = (each * power for each in (1, 2, 5, 10) if each * power >= least)
    step = next(each for each in steps if most < each * (_MARKS + 1))
    return [step * number for number in range(1, math.floor(most / step + 1e-9) + 1)]


def _curve(frame: _Frame, points: Sequence[_Point], unit: str) -> Iterator[str]:
    """Yield a line through all points, and each as a dot that tells more when pointed at."""
    places = [(f"{frame.x(point.load):.1f}", f"{frame.y(point.value):.1f}") for point in points]
    path = " ".join(",".join(place) for place in places)
    yield f'<polyline points="{path}" fill="none" stroke="#888" stroke-width="1.5"/>'
    for (x, y), (load, value, outcome) in zip(places, points, strict=True):
        yield (
            f'<circle cx="{x}" cy="{y}" r="4" fill="{_COLOURS[outcome]}">'
            f"<title>{load:,}: {show(value, unit)}, {outcome}</title></circle>"
        )


def _legend(outcomes: list[str]) -> list[str]:
    """Return a dot and its words for each outcome that was seen, flush right."""
    parts, right = [], _WIDTH - _RIGHT
    for outcome in (each for each in reversed(_COLOURS) if each in outcomes):
        words = _told(outcome)
        parts.append(_text(right, 20, words, anchor="end"))
        right -= 7 * len(words) + 12
        parts.append(f'<circle cx="{right}" cy="16" r="4" fill="{_COLOURS[outcome]}"/>')
        right -= 18
    return parts


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, dashes: str = "") -> str:  # noqa: PLR0913, PLR0917 - a line has two ends and two looks
    more = f' stroke-dasharray="{dashes}"' if dashes else ""
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}"{more}/>'


def _text(x: float, y: float, text: str, weight: str = "normal", anchor: str = "start") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" font-weight="{weight}" text-anchor="{anchor}"'
    return f"<text {place}>{escape(text)}</text>"
