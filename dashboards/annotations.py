"""What happened, drawn across the panels: runs that begin, stages, storms, alerts that fire.

Each annotation is a query whose series exist while the thing lasts.
"""

from typing import Final, NamedTuple

from grafana_foundation_sdk.builders.dashboard import AnnotationQuery

from dashboards.panels import GRAFANA
from dashboards.queries import total
from dashboards.variables import SOURCE

_now: Final = GRAFANA.now


class Annotation(NamedTuple):
    """A kind of mark.

    Attributes:
        name: As shown beside its switch.
        expr: Its series exist while it lasts.
        title: Of a mark.
        tags: Labels shown with it.
        colour: Of the mark.
        rare: Whether a good day has none.
    """

    name: str
    expr: str
    title: str
    tags: str
    colour: str
    rare: bool = True


ANNOTATIONS: Final = (
    Annotation(
        "Runs",
        f"{_now('fleet_run_info')} unless {_now('fleet_run_info')} offset 1m",
        "Run of {{profile}}, seed {{seed}}",
        "profile,seed,version",
        "blue",
        rare=False,
    ),
    Annotation(
        "Common causes",
        f"{_now('fleet_common_causes_active')} > 0",
        "{{cause}}",
        "cause",
        "purple",
    ),
    Annotation(
        "Stages",
        f"{_now('fleet_load_stage_active')} > 0",
        "Stage {{stage}}",
        "stage",
        "green",
    ),
    Annotation(
        "Storms",
        f"{total(GRAFANA.rate('fleet_connects_total'))} > 0.01 * {total(_now('fleet_terminals'))}",
        "More than 1 % of the estate connects each second",
        "",
        "orange",
    ),
    Annotation(
        "Alerts",
        'ALERTS{alertstate="firing", job=~"$job"}',
        "{{alertname}}",
        "severity,job",
        "red",
    ),
)


def build(annotation: Annotation) -> AnnotationQuery:
    """Return Grafana's form of a mark."""
    return (
        AnnotationQuery()
        .name(annotation.name)
        .datasource(SOURCE)
        .enable(True)  # noqa: FBT003 - the builder's own way
        .hide(False)  # noqa: FBT003
        .icon_color(annotation.colour)
        .expr(annotation.expr)
        .title_format(annotation.title)
        .tag_keys(annotation.tags)
        .step("10s")
    )
