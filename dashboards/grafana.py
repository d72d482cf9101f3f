"""From a board to the JSON that Grafana imports.

The SDK leaves out what a file under version control must have: panel numbers, names of queries, an
order of keys. They are added here, the same in every build.
"""

import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from string import ascii_uppercase
from typing import Any, Final, TypeAlias

from grafana_foundation_sdk.builders import heatmap, stat, timeseries
from grafana_foundation_sdk.builders.common import (
    HeatmapCalculationOptions,
    ReduceDataOptions,
    StackingConfig,
    VizLegendOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.builders.dashboard import Dashboard, DashboardLink, FieldColor
from grafana_foundation_sdk.builders.dashboard import Row as RowBuilder
from grafana_foundation_sdk.builders.heatmap import HeatmapColorOptions, YAxisConfig
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    DynamicConfigValue,
    FieldColorModeId,
)
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from dashboards import annotations
from dashboards.boards import BOARDS
from dashboards.panels import COLOURS, Board, Look, Panel, pattern
from dashboards.variables import SOURCE, variables

FOLDER: Final = Path(__file__).parent / "json"
_HEIGHTS: Final = {Look.FIGURE: 4}
_HEIGHT: Final = 8
_DASHED: Final = ("custom.lineStyle", {"fill": "dash", "dash": [6, 4]})
_Builder: TypeAlias = timeseries.Panel | stat.Panel | heatmap.Panel


def _lines(panel: Panel) -> timeseries.Panel:
    placement = LegendPlacement.BOTTOM if panel.span < 12 else LegendPlacement.RIGHT  # noqa: PLR2004
    legend = (
        VizLegendOptions()
        .display_mode(LegendDisplayMode.TABLE)
        .placement(placement)
        .calcs(["lastNotNull", "max"])
        .show_legend(True)  # noqa: FBT003 - the builder's own way
    )
    tooltip = VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING)
    lines = (
        timeseries.Panel()
        .legend(legend)
        .tooltip(tooltip)
        .min(0)
        .line_width(1)
        .fill_opacity(5)
        .show_points(VisibilityMode.NEVER)
        .color_scheme(FieldColor().mode(FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
    )
    for colour, words in COLOURS.items():
        lines = lines.override_by_regexp(f"/{pattern(words)}/", [_fixed(colour)])
    for name, colour in panel.colours.items():
        lines = lines.override_by_name(name, [_fixed(colour)])
    for letter, query in zip(ascii_uppercase, panel.queries, strict=False):
        if query.dashed:
            lines = lines.override_by_query(letter, [DynamicConfigValue(*_DASHED)])
    return lines


def _fixed(colour: str) -> DynamicConfigValue:
    return DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour})


def _stack(panel: Panel) -> timeseries.Panel:
    stacking = StackingConfig().mode(StackingMode.NORMAL).group("A")
    return _lines(panel).stacking(stacking).fill_opacity(60).line_width(0)


def _figure(_: Panel) -> stat.Panel:
    return (
        stat.Panel()
        .graph_mode(BigValueGraphMode.AREA)
        .color_mode(BigValueColorMode.VALUE)
        .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]))
        .min(0)
    )


def _heat(panel: Panel) -> heatmap.Panel:
    return (
        heatmap.Panel()
        .calculate(False)  # noqa: FBT003 - the buckets are Prometheus's
        .calculation(HeatmapCalculationOptions())
        .y_axis(YAxisConfig().unit(panel.unit).min(0))
        .color(HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Oranges").steps(64))
        .cell_gap(1)
        .filter_values(heatmap.FilterValueRange().le(1e-9))
    )


_LOOKS: Final[dict[Look, Callable[[Panel], _Builder]]] = {
    Look.LINES: _lines,
    Look.STACK: _stack,
    Look.FIGURE: _figure,
    Look.HEAT: _heat,
}


def _panel(board: Board, panel: Panel) -> _Builder:
    builder = (
        _LOOKS[panel.look](panel)
        .title(panel.title)
        .description(board.describe(panel))
        .unit(panel.unit)
        .datasource(SOURCE)
        .span(panel.span)
        .height(_HEIGHTS.get(panel.look, _HEIGHT))
        .no_value("no data")
    )
    if panel.look is Look.FIGURE and panel.unit == "short":
        builder = builder.decimals(0)
    if panel.top is not None:
        builder = builder.max(panel.top)
    for query in panel.queries:
        target = Dataquery().expr(query.expr).legend_format(query.legend).datasource(SOURCE).range()
        if panel.look is Look.HEAT:
            target = target.format(PromQueryFormat.HEATMAP)
        builder = builder.with_target(target)
    return builder


def _link(board: Board) -> DashboardLink:
    return (
        DashboardLink(board.title)
        .type(DashboardLinkType.LINK)
        .url(f"/d/{board.uid}")
        .tooltip(board.description)
        .include_vars(True)  # noqa: FBT003 - the builder's own way
        .keep_time(True)  # noqa: FBT003
    )


def build(board: Board) -> dict[str, Any]:
    """Return a dashboard as Grafana's JSON, as plain values."""
    dashboard = (
        Dashboard(board.title)
        .uid(board.uid)
        .description(board.description)
        .tags(["fleet"])
        .readonly()
        .timezone("browser")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .time("now-15m", "now")
        .refresh("5s")
        .variables(list(variables(board)))
        .annotations([annotations.build(each) for each in annotations.ANNOTATIONS])
        .links([_link(each) for each in BOARDS if each is not board])
    )
    for row in board.rows:
        dashboard = dashboard.with_row(RowBuilder(row.title))
        for panel in row.panels:
            dashboard = dashboard.with_panel(_panel(board, panel))
    plain: dict[str, Any] = json.loads(json.dumps(dashboard.build(), cls=JSONEncoder))
    return _numbered(plain)


def _numbered(dashboard: dict[str, Any]) -> dict[str, Any]:
    numbers = count(1)
    for panel in panels_of(dashboard):
        panel["id"] = next(numbers)
        for letter, target in zip(ascii_uppercase, panel.get("targets", ()), strict=False):
            target["refId"] = letter
    dashboard["editable"] = False
    return dashboard


def panels_of(dashboard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield all panels of a dashboard's JSON, rows and their panels included."""
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels") or ()


def render(board: Board) -> str:
    """Return the text of a dashboard's file."""
    return json.dumps(build(board), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def files() -> dict[Path, str]:
    """Return the text of every file under `json/`."""
    return {FOLDER / f"{board.uid}.json": render(board) for board in BOARDS}
