"""What a viewer may choose: the data source, and whose figures are shown.

A run is found by its profile, but only `fleet_run_info` says which it is. So the profile narrows
the *instances* down, and every query asks for those. For this to work, "All" instances must mean
all those listed; therefore that variable has no `allValue`, which would match every instance.
"""

from collections.abc import Iterator
from typing import Final

from grafana_foundation_sdk.builders.dashboard import DatasourceVariable, QueryVariable
from grafana_foundation_sdk.models.common import DataSourceRef
from grafana_foundation_sdk.models.dashboard import (
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from dashboards.panels import Board
from dashboards.queries import Scope

SOURCE: Final = DataSourceRef(type_val="prometheus", uid="${datasource}")
_ALL: Final = VariableOption(selected=True, text="All", value="$__all")
_JOB: Final = Scope('job=~"$job"', "")
_PROFILE: Final = Scope('job=~"$job", profile=~"$profile"', "")
_INSTANCE: Final = Scope('job=~"$job", instance=~"$instance"', "")
_RUN: Final = "fleet_run_info"

CHOICES: Final = (
    ("job", "Job", Scope("", "").now(_RUN), ".+"),
    ("profile", "Profile", _JOB.now(_RUN), ".+"),
    ("instance", "Instance", _PROFILE.now(_RUN), None),
)
REGION: Final = ("region", "Region", _INSTANCE.now("fleet_region_terminals"), ".+")


def variables(board: Board) -> Iterator[DatasourceVariable | QueryVariable]:
    """Yield the variables of a board, each of which may depend on those before it."""
    yield (
        DatasourceVariable("datasource")
        .label("Data source")
        .type("prometheus")
        .current(VariableOption(text="default", value="default"))
    )
    for name, label, series, everything in (*CHOICES, *((REGION,) if board.by_region else ())):
        yield _choice(name, label, series, everything)


def _choice(name: str, label: str, series: str, everything: str | None) -> QueryVariable:
    text = f"label_values({series}, {name})"
    variable = (
        QueryVariable(name)
        .label(label)
        .datasource(SOURCE)
        .query({"query": text, "refId": "PrometheusVariableQueryEditor-VariableQuery"})
        .definition(text)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(True)  # noqa: FBT003 - the builder's own way
        .include_all(True)  # noqa: FBT003
        .current(_ALL)
    )
    return variable.all_value(everything) if everything else variable
