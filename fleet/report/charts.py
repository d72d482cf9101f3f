"""Charts as SVG that take the colours of the page around them.

matplotlib draws; text and axes are drawn in a colour that nobody uses, which is then replaced by
the page's own ink, so that one picture is right by day, by night and on paper. The same data make
the same bytes.
"""

import io
import math
from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fleet.report.page import missing_library
from fleet.watch.colours import STATE_COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis as MatplotlibAxis

Floats = NDArray[np.float64]

# Okabe and Ito's palette, which the colour-blind can tell apart, without black; then muted ones.
COLOURS: Final = (
    "#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#b59f00", "#7f7f7f",
    "#8c564b", "#9467bd", "#fb9a99", "#bc5090", "#6a8d3f", "#a0522d", "#4b6cb7", "#c44e52",
)  # fmt: skip
_OF_STATES: Final = {state.value: colour.hex for state, colour in STATE_COLOURS.items()}
_INK: Final = "#010203"
_RULE: Final = "#010204"
_OF_THE_PAGE: Final = {_INK: "currentColor", _RULE: "var(--rule)", COLOURS[0]: "var(--curve)"}
_STYLE: Final[Any] = {
    "font.size": 9, "axes.edgecolor": _RULE, "axes.labelcolor": _INK, "xtick.color": _INK,
    "ytick.color": _INK, "text.color": _INK, "grid.color": _RULE, "legend.labelcolor": _INK,
}  # fmt: skip
_SIZE: Final = (6.4, 2.7)
_WIDE: Final = (12.8, 3.0)
_FAR: Final = 3_000.0  # the ratio of an axis's ends from which on only powers of ten are marked
_BARS_MIN: Final = 4  # a chart of bars has room for so many, so that a single bar is no block
_STOREYS: Final = 2  # of names of bands, above the plot
_LETTER: Final = 0.083  # width of a letter of such a name, in inches


class Band(NamedTuple):
    """A span of time that is marked: a stage of the load, a common cause."""

    begin: float
    end: float
    name: str


class Line(NamedTuple):
    """A curve; `dashed` for what was planned or belongs to the other run."""

    name: str
    x: Floats
    y: Floats
    dashed: bool = False


class Axis(NamedTuple):
    """What stands beside a chart's axes.

    Attributes:
        x: Words below.
        y: Words beside.
        logarithmic: Whether the y axis is.
        logarithmic_x: Whether the x axis is.
        from_zero: Whether zero is shown, where y is linear.
    """

    x: str
    y: str
    logarithmic: bool = False
    logarithmic_x: bool = False
    from_zero: bool = True


def lines(
    curves: Sequence[Line], axis: Axis, bands: Sequence[Band] = (), *, wide: bool = False
) -> str:
    """Draw curves over a common x axis; values that are NaN leave gaps."""
    figure, axes = _figure(axis, wide=wide)
    colours: dict[str, str] = {}
    for curve in curves:
        colour = colours.setdefault(curve.name, COLOURS[len(colours) % len(COLOURS)])
        axes.plot(
            curve.x, curve.y, color=colour, linewidth=1.1 if curve.dashed else 1.5,
            linestyle=(0, (4, 3)) if curve.dashed else "-", marker=_marker(curve.y), markersize=3,
            label=None if curve.dashed else curve.name,
        )  # fmt: skip
    return _finish(
        figure, axes, bands, legend=len(colours) > 1, zero=axis.from_zero and not axis.logarithmic
    )


def _marker(y: Floats) -> str:
    """Show points that have no neighbours to be joined to."""
    there = np.isfinite(y)
    alone = there & ~np.roll(there, 1) & ~np.roll(there, -1)
    return "." if alone.any() else ""


def stacked(
    x: Floats,
    layers: Mapping[str, Floats],
    axis: Axis,
    bands: Sequence[Band] = (),
    *,
    wide: bool = False,
) -> str:
    """Draw layers on top of each other, of things that are counted; states in their colours."""
    figure, axes = _figure(axis, wide=wide)
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - see below

    axes.yaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10]))
    usual = zip(layers, cycle(COLOURS), strict=False)
    colours = [_OF_STATES.get(name, colour) for name, colour in usual]
    axes.stackplot(x, *layers.values(), labels=list(layers), colors=colours, linewidth=0)
    return _finish(figure, axes, bands, legend=True, zero=True)


def bars(values: Mapping[str, float], axis: Axis) -> str:
    """Draw horizontal bars, the first one on top."""
    rows = max(len(values), _BARS_MIN)
    height = 0.6 + 0.24 * rows
    figure, axes = _figure(axis, height=height)
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter  # noqa: PLC0415 - see above

    names = list(values)[::-1]
    axes.barh(names, [values[name] for name in names], color=COLOURS[0], height=0.7)
    axes.grid(visible=False, axis="y")
    axes.set_ylim(len(values) - rows - 0.6, len(values) - 0.4)
    counts = all(float(value).is_integer() for value in values.values())
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=counts, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    return _finish(figure, axes, (), legend=False, zero=False)


def _figure(axis: Axis, *, wide: bool = False, height: float | None = None) -> tuple[Any, "Axes"]:
    try:
        from matplotlib import rc_context  # noqa: PLC0415 - an extra, and slow to import
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError:
        raise missing_library() from None
    width, usual = _WIDE if wide else _SIZE
    with rc_context(_STYLE):
        figure = Figure(figsize=(width, height or usual), layout="constrained")
        axes = figure.add_subplot()
        axes.set_xlabel(axis.x)
        axes.set_ylabel(axis.y)
        axes.grid(visible=True, linewidth=0.4, alpha=0.5)
        axes.patch.set_alpha(0.0)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        if axis.logarithmic:
            axes.set_yscale("log")
        if axis.logarithmic_x:
            axes.set_xscale("log")
    return figure, axes


def _plain_marks(axis: "MatplotlibAxis", low: float, high: float) -> None:
    """Mark 1, 2, 5, 10, 20 ... as people write them, not as powers; far apart, powers of ten."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter  # noqa: PLC0415

    near = high < low * _FAR
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if near else (1.0,)))
    axis.set_major_formatter(FuncFormatter(_written))
    axis.set_minor_formatter(NullFormatter())


def _written(value: float, _: int | None = None) -> str:
    """Return 20,000 or 0.00005, with no more digits than it takes."""
    return f"{value:,.{max(0, -math.floor(math.log10(value)))}f}" if value > 0.0 else ""


def _finish(figure: Any, axes: "Axes", bands: Sequence[Band], *, legend: bool, zero: bool) -> str:
    _mark(figure, axes, bands)
    if zero:
        axes.set_ylim(bottom=0)
    axes.margins(x=0.01)
    for scale, axis, bounds in (
        (axes.get_xscale(), axes.xaxis, axes.get_xlim()),
        (axes.get_yscale(), axes.yaxis, axes.get_ylim()),
    ):
        if scale == "log":
            _plain_marks(axis, *bounds)
    if legend:
        axes.legend(
            loc="center left",
            bbox_to_anchor=(1.0, 0.5),
            frameon=False,
            fontsize=8,
            handlelength=1.2,
            labelcolor=_INK,
        )
    return _svg(figure)


def _mark(figure: Any, axes: "Axes", bands: Sequence[Band]) -> None:
    """Shade bands, each name in a colour of its own, and name each as often as there is room."""
    colours: dict[str, str] = {}
    room = [-math.inf] * _STOREYS  # up to where the names above the plot reach, by storey
    left, right = axes.get_xlim()
    letter = _LETTER * (right - left) / figure.get_figwidth()
    for band in bands:
        new = band.name not in colours
        colour = colours.setdefault(band.name, COLOURS[(len(colours) + 7) % len(COLOURS)])
        axes.axvspan(band.begin, band.end, color=colour, alpha=0.18, linewidth=0)
        storey = next((n for n, reach in enumerate(room) if band.begin >= reach), None)
        if storey is None and not new:
            continue
        storey = storey or 0
        room[storey] = band.begin + letter * (len(band.name) + 1)
        axes.annotate(
            band.name, (band.begin, 1.0), (0, 8 * storey), xycoords=("data", "axes fraction"),
            textcoords="offset points", fontsize=7, color=_INK, va="bottom", annotation_clip=True,
        )  # fmt: skip


def _svg(figure: Any) -> str:
    from matplotlib import rc_context  # noqa: PLC0415 - see above

    buffer = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "fleet"}):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    text = buffer.getvalue()
    # Ids are hashes of what they stand for, so equal ones on one page stand for the same.
    text = text[text.index("<svg") :]
    for drawn, shown in _OF_THE_PAGE.items():
        text = text.replace(drawn, shown)
    return text
