"""Rules that a dashboard must keep, after Grafana's dashboard-linter.

datasource   one variable `datasource`, labelled "Data source"; every panel and query uses it
words        every panel has a title, a description and a unit, and no title stands twice in a row
promql       every query can be parsed, and asks for the job and the instances chosen
window       ranges are `$__rate_interval`, or the range shown
counters     counters are only ever seen through rate or increase, gauges never
regions      where regions can be chosen, a panel asks for those, or says that it does not
reload       variables are asked anew when the time range changes
numbers      panels are numbered, queries are lettered, nothing can be edited, nothing overlaps
"""

from collections.abc import Iterator
from itertools import combinations
from typing import Any, Final

import promql_parser as promql

from dashboards.grafana import panels_of
from dashboards.names import RANGE, RATE_INTERVAL, family_of, nodes
from dashboards.panels import WHOLE_ESTATE
from fleet.watch.family import Kind

_SOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}
_COUNTING: Final = frozenset({"rate", "increase"})
_SCOPE: Final = ('job=~"$job"', 'instance=~"$instance"')
_ON_TIME_RANGE: Final = 2


def complaints(dashboard: dict[str, Any]) -> list[str]:
    """Return what is wrong with a dashboard's JSON; nothing if all is well."""
    panels = [panel for panel in panels_of(dashboard) if panel["type"] != "row"]
    found = [*_variables(dashboard), *_frame(dashboard)]
    regional = "region" in {each["name"] for each in dashboard["templating"]["list"]}
    for panel in panels:
        complaints_of_it = [*_panel(panel), *(_region(panel) if regional else ())]
        found += [f"{panel.get('title')!r}: {words}" for words in complaints_of_it]
    return found


def _region(panel: dict[str, Any]) -> Iterator[str]:
    asks = all("$region" in target["expr"] for target in panel.get("targets", ()))
    if asks == panel.get("description", "").endswith(WHOLE_ESTATE):
        yield "it neither asks for the regions chosen nor says that it cannot"


def _variables(dashboard: dict[str, Any]) -> Iterator[str]:
    variables = dashboard["templating"]["list"]
    sources = [each for each in variables if each["type"] == "datasource"]
    if [(each["name"], each["label"]) for each in sources] != [("datasource", "Data source")]:
        yield "there must be one data source variable: `datasource`, labelled `Data source`"
    for each in variables:
        if each["type"] == "query" and each["refresh"] != _ON_TIME_RANGE:
            yield f"${each['name']} is not asked anew when the time range changes"
        if each["type"] == "query" and each["datasource"] != _SOURCE:
            yield f"${each['name']} does not use the data source chosen"
        if not each.get("label"):
            yield f"${each['name']} has no label"


def _frame(dashboard: dict[str, Any]) -> Iterator[str]:
    if dashboard["editable"] or not dashboard.get("uid") or not dashboard.get("description"):
        yield "a dashboard has an identifier and a description, and cannot be edited"
    panels = list(panels_of(dashboard))
    if [panel["id"] for panel in panels] != list(range(1, len(panels) + 1)):
        yield "panels are not numbered 1, 2, 3 ..."
    for one, other in combinations(panels, 2):
        if _overlap(one["gridPos"], other["gridPos"]):
            yield f"{one['title']!r} and {other['title']!r} overlap"


def _overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    return (
        one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    )


def _panel(panel: dict[str, Any]) -> Iterator[str]:
    if not panel.get("title") or not panel.get("description"):
        yield "it has no title or no description"
    if not panel["fieldConfig"]["defaults"].get("unit"):
        yield "it has no unit"
    if panel.get("datasource") != _SOURCE:
        yield "it does not use the data source chosen"
    if not panel.get("targets"):
        yield "it asks nothing"
    letters = [target.get("refId") for target in panel.get("targets", ())]
    if letters != [chr(ord("A") + number) for number in range(len(letters))]:
        yield "its queries are not lettered A, B, C ..."
    for target in panel.get("targets", ()):
        if target.get("datasource") != _SOURCE:
            yield "a query does not use the data source chosen"
        yield from _query(target["expr"])


def _query(text: str) -> Iterator[str]:
    try:
        found = list(nodes(text))
    except ValueError as error:
        yield f"{text}: {error}"
        return
    windows = {node.range for node in found if isinstance(node, promql.MatrixSelector)}
    if not windows <= {RATE_INTERVAL, RANGE}:
        yield f"its window is not $__rate_interval: {text}"
    selectors = [node for node in found if isinstance(node, promql.VectorSelector)]
    if any(text.count(matcher) < len(selectors) for matcher in _SCOPE):
        yield f"it does not ask for the job and the instances chosen: {text}"
    yield from _counters(found)


def _counters(found: list[promql.Expr]) -> Iterator[str]:
    counted = {
        id_of(argument)
        for node in found
        if isinstance(node, promql.Call) and node.func.name in _COUNTING
        for argument in node.args
    }
    for node in found:
        selector = node.vector_selector if isinstance(node, promql.MatrixSelector) else node
        if not isinstance(selector, promql.VectorSelector):
            continue
        family = family_of(selector.name or "")
        counts = family is not None and family.kind in {Kind.COUNTER, Kind.HISTOGRAM}
        ranged = any(id_of(selector) in argument for argument in counted)
        if counts and not ranged:
            yield f"{selector.name} counts, but is not seen through rate or increase"
        if family is not None and not counts and ranged:
            yield f"{selector.name} does not count, but is seen through rate or increase"


def id_of(node: promql.Expr) -> str:
    """Return a node's text; the parser's nodes have no identity of their own."""
    return node.prettify()
