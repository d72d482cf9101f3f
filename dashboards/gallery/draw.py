"""A panel as SVG. Text stays text, so that the page is small and can be searched.

Text and axes are drawn in colours that nobody uses, which are then replaced by the page's own, so
that one picture is right by day and by night.
"""

import io
import math
import re
from collections.abc import Callable
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, Locator, MaxNLocator, MultipleLocator

from dashboards.gallery.record import Line, Shot
from dashboards.panels import COLOURS, STATES, Look, Panel, pattern

_INCHES_A_COLUMN: Final = 0.52
_HEIGHT: Final = 2.1
_FIGURE_HEIGHT: Final = 0.95
_LEGEND_ROW: Final = 0.19
_SERIES_MAX: Final = 9
_LETTER: Final = 0.068
_INK: Final = "#010203"
_RULE: Final = "#010204"
_STYLE: Final[Any] = {
    "svg.fonttype": "none", "svg.hashsalt": "fleet", "font.size": 7.5, "axes.linewidth": 0.5,
    "font.family": ["DejaVu Sans", "Noto Sans CJK SC", "sans-serif"], "axes.grid": True,
    "axes.axisbelow": True,
    "grid.linewidth": 0.3, "grid.color": _RULE, "axes.spines.top": False,
    "axes.spines.right": False, "path.simplify_threshold": 0.5, "savefig.transparent": True,
    "text.color": _INK, "xtick.color": _INK, "ytick.color": _INK, "axes.edgecolor": _INK,
}  # fmt: skip
_HEAT: Final = LinearSegmentedColormap.from_list("heat", ("#f2a65a40", "#e8730c", "#a83200"))
_MEANT: Final = {"green": "#54a24b", "red": "#e45756"}
_COLOURS: Final = (
    "#4c78a8", "#f58518", "#72b7b2", "#b279a2", "#eeca3b", "#9d755d", "#79706e", "#9ecae9",
    "#d67195", "#439894",
)  # fmt: skip
_NUMBER: Final = re.compile(r"\d+\.\d{2,}")
_TAG: Final = re.compile(r"<[^>]*>")
_STEPS: Final = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
_ROUND: Final = (0.5, 1, 2, 3, 5, 10, 15, 24)
_TIMES: Final = ((3_600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))


def draw(panel: Panel, shot: Shot, seconds: float) -> str:
    """Return a panel as SVG; its time runs from 0 to `seconds`."""
    lines = [line for line in shot.lines if line.points]
    make = {Look.FIGURE: _figure, Look.HEAT: _heat}.get(panel.look, _curves)
    with mpl.rc_context(_STYLE):
        figure = make(panel, lines, panel.span * _INCHES_A_COLUMN)
        for axes in figure.axes:
            axes.set_xlim(0, seconds)
        return _svg(figure)


def _svg(figure: Figure) -> str:
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = svg.replace(_INK, "currentColor").replace(_RULE, "var(--rule)")
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = _TAG.sub(lambda tag: _NUMBER.sub(lambda found: f"{float(found[0]):.1f}", tag[0]), svg)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*pt" height="[^"]*pt"', r"\1", svg)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*pt"', r"\1", svg)
    return re.sub(r"\s*\n\s*", "\n", svg)


def unit(name: str) -> Callable[[float], str]:
    """Return what writes a value in one of Grafana's units."""
    return {
        "s": _seconds,
        "percentunit": lambda value: f"{100 * value:.3g} %",
        "bytes": lambda value: f"{_short(value, ' ')}B",
        "Bps": lambda value: f"{_short(value, ' ')}B/s",
        "mps": lambda value: f"{_short(value)}/s",
        "cps": lambda value: f"{_short(value)}/s",
    }.get(name, _short)


def _short(value: float, space: str = "") -> str:
    for size, letter in _STEPS:
        if abs(value) >= size:
            return f"{value / size:.3g} {letter}"
    return f"{value:.3g}{space}"


def _seconds(value: float) -> str:
    if not value:
        return "0"
    size, letter = next((each for each in _TIMES if abs(value) >= each[0]), _TIMES[-1])
    return f"{value / size:.3g} {letter}"


def _time(axes: Axes) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{at:.0f} s"))


def _frame(width: float, legend_rows: int) -> tuple[Figure, Axes]:
    height = _HEIGHT + legend_rows * _LEGEND_ROW
    figure = Figure(figsize=(width, height))
    bottom = (0.3 + legend_rows * _LEGEND_ROW) / height
    left = 0.62 / width
    axes = figure.add_axes((left, bottom, 1 - 0.2 / width - left, 1 - bottom - 0.09 / height))
    _time(axes)
    return figure, axes


def _curves(panel: Panel, lines: list[Line], width: float) -> Figure:
    shown = _chosen(lines, whole=panel.look is Look.STACK)
    columns = _columns(shown, width)
    rows = math.ceil(len(shown) / columns)
    figure, axes = _frame(width, rows)
    if panel.look is Look.STACK:
        _stack(axes, shown)
    else:
        for line, colour in zip(shown, _colours(shown), strict=True):
            style = (0, (3, 1.5)) if line.dashed else "-"
            axes.plot(
                *zip(*line.points, strict=True),
                linestyle=style,
                lw=1,
                color=colour,
                label=line.name,
            )
    peak = axes.get_ylim()[1] if panel.look is Look.STACK else 1.08 * _peak(shown)
    axes.set_ylim(0, max(1.03 * (panel.top or 0), peak) or 1)
    write = unit(panel.unit)
    axes.yaxis.set_major_locator(_ticks(panel.unit, axes.get_ylim()[1]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: write(value)))
    if shown:
        figure.legend(
            loc="lower left", bbox_to_anchor=(0.01, 0.0), ncols=columns, frameon=False,
            handlelength=1, columnspacing=1, borderaxespad=0.1, labelspacing=0.3,
        )  # fmt: skip
    return figure


def _colours(lines: list[Line]) -> list[str]:
    """Return a colour for each line: the one that its name means, else one that is left."""
    meant = [STATES.get(each.labels.get("state", "")) or _meant(each.name) for each in lines]
    left = iter(_COLOURS)
    return [colour or next(left) for colour in meant]


def _meant(name: str) -> str:
    return next((_MEANT[c] for c, words in COLOURS.items() if re.match(pattern(words), name)), "")


def _ticks(unit_name: str, top: float) -> Locator:
    """Return about four round marks; of minutes and hours those are not round in seconds."""
    size = next(size for size, _ in _TIMES if top >= size or size == 1)
    if unit_name != "s" or size == 1:
        return MaxNLocator(4, integer=unit_name == "short")
    step = next((each for each in _ROUND if each * size * 4 >= top), _ROUND[-1])
    return MultipleLocator(step * size)


def _peak(lines: list[Line]) -> float:
    return max((value for line in lines for _, value in line.points), default=0.0)


def _chosen(lines: list[Line], *, whole: bool) -> list[Line]:
    """Return the lines with the highest peaks, in order; a whole keeps the rest as one line."""
    alive = [line for line in lines if any(value for _, value in line.points)] or lines[:1]
    alive.sort(key=lambda line: -max(value for _, value in line.points))
    kept, rest = alive[:_SERIES_MAX], alive[_SERIES_MAX:]
    shown = [line for line in lines if any(line is each for each in kept)]
    return [*shown, _sum(rest)] if rest and whole else shown


def _sum(lines: list[Line]) -> Line:
    sums: dict[float, float] = {}
    for line in lines:
        for at, value in line.points:
            sums[at] = sums.get(at, 0.0) + value
    return Line(f"{len(lines)} others", {}, sorted(sums.items()))


def _columns(lines: list[Line], width: float) -> int:
    longest = max((len(line.name) for line in lines), default=1)
    return max(1, int(width / (longest * _LETTER + 0.35)))


def _stack(axes: Axes, lines: list[Line]) -> None:
    times = sorted({at for line in lines for at, _ in line.points})
    by_time = [dict(line.points) for line in lines]
    values = [[points.get(at, 0.0) for at in times] for points in by_time]
    names = [line.name for line in lines]
    axes.stackplot(times, values, labels=names, colors=_colours(lines) or None, alpha=0.85, lw=0)


def _heat(panel: Panel, lines: list[Line], width: float) -> Figure:
    figure, axes = _frame(width, 0)
    bounded = sorted(
        (float(line.labels["le"]), dict(line.points))
        for line in lines
        if line.labels["le"] != "+Inf"
    )
    if not bounded:
        return figure
    times = sorted({at for _, points in bounded for at in points})
    upto = np.array([[points.get(at, 0.0) for at in times] for _, points in bounded])
    counts = np.diff(upto, axis=0, prepend=0.0).clip(min=0)
    filled = np.flatnonzero(counts.sum(axis=1) > 0)
    low, high = (int(filled[0]), int(filled[-1]) + 1) if filled.size else (0, len(bounded))
    shown = np.ma.masked_less_equal(counts[low:high], 1e-9)
    axes.grid(visible=False)
    axes.pcolormesh(
        [*times, times[-1] + 1], np.arange(high - low + 1), shown, cmap=_HEAT, rasterized=True
    )
    write = unit(panel.unit)
    step = max(1, math.ceil((high - low) / 8))
    axes.set_yticks(
        np.arange(high - low)[::step] + 1, [write(bound) for bound, _ in bounded[low:high:step]]
    )
    return figure


def _figure(panel: Panel, lines: list[Line], width: float) -> Figure:
    figure = Figure(figsize=(width, _FIGURE_HEIGHT))
    if not lines:
        return figure
    axes = figure.add_axes((0, 0, 1, 0.5))
    axes.axis("off")
    times, values = zip(*lines[0].points, strict=True)
    axes.fill_between(times, values, color=_COLOURS[0], alpha=0.25, lw=0)
    axes.set_ylim(0, max(*values, 1e-9) * 1.1)
    value = round(values[-1]) if panel.unit == "short" else values[-1]
    figure.text(0.5, 0.62, unit(panel.unit)(value), ha="center", va="center", fontsize=17,
                color=_COLOURS[0])  # fmt: skip
    return figure
