"""The preview: every panel is drawn, and nothing of a drawing lies over another part of it."""

import math
import re
from html import escape
from itertools import combinations

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from dashboards.boards import BOARDS
from dashboards.gallery import draw
from dashboards.gallery.page import PAGE, page
from dashboards.gallery.record import Line, Recording, Shot
from dashboards.panels import COLOURS, Look, Panel
from fleet.watch.catalogue import FAMILIES

BYTES_MAX = 1_500_000


def lines(names: list[str]) -> list[Line]:
    """Return a wave for each name, with buckets where a heat map needs them."""
    return [
        Line(name, {"le": str(2.0**number)}, [(t, abs(math.sin(t + number))) for t in range(60)])
        for number, name in enumerate(names)
    ]


def shots(names: list[str]) -> list[Shot]:
    """Return all panels with the same names of series."""
    return [
        Shot(board.uid, panel.title, lines(names)) for board in BOARDS for panel in board.panels
    ]


def test_every_panel_is_on_the_page() -> None:
    """The page has each of a board's panels, says that it is no Grafana, and has no script."""
    board = BOARDS[-1]
    text = page(Recording(shots(["a", "b"]), 60), [board])
    assert text.count("<figure") == len(board.panels)
    assert "This is not Grafana" in text
    assert "<script" not in text


def test_a_panel_without_figures_is_drawn() -> None:
    """Nothing recorded gives an empty panel, never an error."""
    for panel in BOARDS[0].panels:
        assert draw.draw(panel, Shot("fleet", panel.title, []), 60).startswith("<svg")


@pytest.mark.parametrize("many", [1, 4, 25])
@pytest.mark.parametrize("look", [Look.LINES, Look.STACK])
@pytest.mark.parametrize("span", [6, 8, 12])
def test_a_legend_lies_over_nothing(many: int, look: Look, span: int) -> None:
    """Axes with their labels and the legend's entries keep apart, inside the figure."""
    panel = Panel("X", "X.", "s", (), look, span=span)
    names = [f"forced_shutdown_{number}" for number in range(many)]
    with mpl.rc_context(draw._STYLE):
        figure = draw._curves(panel, lines(names), span * draw._INCHES_A_COLUMN)
        FigureCanvasAgg(figure).draw()  # type: ignore[no-untyped-call]
        (axes,), (legend,) = figure.axes, figure.legends
        inside = figure.bbox.padded(2)
        plot = axes.get_tightbbox()
        assert plot is not None
        boxes = [text.get_window_extent() for text in legend.get_texts()]
    assert not plot.overlaps(legend.get_window_extent())
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert all(
        inside.containsx(x) and inside.containsy(y)
        for box in (plot, *boxes)
        for x, y in ((box.x0, box.y0), (box.x1, box.y1))
    )


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("s", 0.0, "0"), ("s", 0.0123, "12.3 ms"), ("s", 4e-5, "40 µs"), ("s", 5_400, "1.5 h"),
        ("s", 300, "5 min"),
        ("percentunit", 0.987, "98.7 %"), ("percentunit", 1.0, "100 %"), ("bytes", 2_500, "2.5 kB"),
        ("bytes", 450, "450 B"), ("percentunit", 1.2, "120 %"),
        ("mps", 12_300, "12.3 k/s"), ("short", 300, "300"),
    ],
)  # fmt: skip
def test_units_are_read_easily(name: str, value: float, text: str) -> None:
    """Values are written in the unit's own way."""
    assert draw.unit(name)(value) == text


def test_colours_mean_what_they_say() -> None:
    """What went well is green, what failed is red, and no two series look alike."""
    values = {value for family in FAMILIES for label in family.labels for value in label.values}
    assert {word for words in COLOURS.values() for word in words} <= values
    names = ["spring: succeeded", "failed", "deferred", "up, lost", *map(str, range(7))]
    colours = draw._colours(lines(names))
    assert colours[:2] == ["#54a24b", "#e45756"]
    assert len(set(colours)) == len(names)


def test_a_stack_stays_whole() -> None:
    """Series beyond the legend's room are one band more, so that the stack's height is right."""
    waves = lines([str(number) for number in range(25)])
    shown = draw._chosen(waves, whole=True)
    height = sum(line.points[7][1] for line in shown)
    assert height == pytest.approx(sum(line.points[7][1] for line in waves))
    assert shown[-1].name == "16 others"


def test_the_committed_page_is_modest() -> None:
    """The page shows every panel of every dashboard, and stays below a megabyte and a half."""
    text = PAGE.read_text(encoding="utf-8")
    assert len(text.encode()) < BYTES_MAX
    assert all(f'<h2 id="{board.uid}">' in text for board in BOARDS)
    shown = re.findall(r"<figure[^>]*><b>([^<]*)</b>", text)
    assert shown == [escape(panel.title) for board in BOARDS for panel in board.panels]
