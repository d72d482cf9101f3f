"""What a panel is, as a value: a line in a board, and what Grafana's panel is made from.

Theory of operation
-------------------
A panel is looked at when something is wrong, by someone who has never seen it. So each has a
title, a sentence that says what its figure is and when to worry, and a unit. *Rare* panels show
what a good day does not have; a check that they are never empty needs a bad day
(`dashboards/profiles/rare.toml`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dashboards.queries import Scope, share, total
from fleet.watch.colours import STATE_COLOURS

GRAFANA: Final = Scope('job=~"$job", instance=~"$instance"', "$__rate_interval")
"""Of every query of a panel; `$__rate_interval` spans at least four scrapes."""
WHOLE_ESTATE: Final = "Of all regions, whichever are chosen."
"""Where the metric has no label of a region, a panel says that it cannot be narrowed."""

COLOURS: Final = {
    "green": ("ok", "ready", "passed", "succeeded", "online", "approved", "balanced", "confirmed"),
    "red": ("failed", "malfunction", "lost", "out_of_order"),
}
"""Label values whose meaning is the same to everybody, by the colour that says so."""


STATES: Final = {state.value: colour.hex for state, colour in STATE_COLOURS.items()}
"""Colours of states, as in the live view and on pages."""


def pattern(words: tuple[str, ...]) -> str:
    """Return a regular expression for the series that end in one of these words."""
    return f"^(.*: )?({'|'.join(words)})$"


class Look(StrEnum):
    """How a panel is drawn."""

    LINES = "lines"
    STACK = "stack"
    FIGURE = "figure"
    HEAT = "heat"


@dataclass(frozen=True, slots=True)
class Query:
    """An expression, how its series are named, and whether its lines are dashed."""

    expr: str
    legend: str = ""
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel.

    Attributes:
        title: A few words.
        description: What the figure is, and when to worry.
        unit: In Grafana's words, e.g. `s`, `percentunit`, `mps` (messages per second).
        queries: At least one.
        look: How it is drawn.
        rare: Whether all is well while it shows nothing but zero.
        span: Width of 24.
        top: Highest value of the scale, if it has one.
    """

    title: str
    description: str
    unit: str
    queries: tuple[Query, ...]
    look: Look = Look.LINES
    rare: bool = False
    span: int = 8
    top: float | None = None

    @property
    def colours(self) -> Mapping[str, str]:
        """Colours of its series by their whole names, where these are known beforehand."""
        return STATES if self.queries[0].legend == "{{state}}" else {}

    @property
    def by_region(self) -> bool:
        """Whether all of its queries can be narrowed to regions."""
        return all("$region" in query.expr for query in self.queries)


@dataclass(frozen=True, slots=True)
class Row:
    """A headed row of panels."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """One dashboard.

    Attributes:
        uid: Stable identifier, the file's name too.
        title: A word or two.
        description: What it answers.
        rows: From the most to the least looked at.
        by_region: Whether some panel can be narrowed to regions.
    """

    uid: str
    title: str
    description: str
    rows: tuple[Row, ...]
    by_region: bool = False

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All panels, in order."""
        return tuple(panel for row in self.rows for panel in row.panels)

    def describe(self, panel: Panel) -> str:
        """Return the description of one of its panels, with what the choice of regions leaves."""
        whole = self.by_region and not panel.by_region
        return f"{panel.description} {WHOLE_ESTATE}" if whole else panel.description


def one(expression: str, legend: str = "") -> tuple[Query, ...]:
    """Return a single query."""
    return (Query(expression, legend),)


def by(label: str, expression: str) -> tuple[Query, ...]:
    """Return a query with one series for each value of a label."""
    return one(total(expression, label), f"{{{{{label}}}}}")


def part(of: str, whole: str, legend: str = "") -> tuple[Query, ...]:
    """Return a query for a share, both sides summed up."""
    return one(share(total(of), total(whole)), legend)


_USUAL: Final = (0.5, 0.9, 0.99)


def percentiles(
    histogram: str, shares: tuple[float, ...] = _USUAL, legend: str = ""
) -> tuple[Query, ...]:
    """Return percentiles of a histogram, p50 and so on; with a legend before that, dashed."""
    return tuple(
        Query(GRAFANA.quantile(share, histogram), f"{legend}p{100 * share:g}", dashed=bool(legend))
        for share in shares
    )


def waits(what: str, histogram: str, description: str, service: str) -> Panel:
    """Return a latency's percentiles, the service time beside the response time.

    Args:
        what: Is timed.
        histogram: Of the response time, from the instant that it was due.
        description: From when to when.
        service: Histogram of the same from the instant that it was begun.
    """
    return Panel(
        f"{what}, percentiles",
        f"{description} Service counts from its beginning: where the lines part, it had to wait "
        "for its turn.",
        "s",
        (*percentiles(histogram), *percentiles(service, (0.5, 0.99), "service ")),
        span=12,
    )


def latency(what: str, histogram: str, description: str, service: str = "") -> tuple[Panel, Panel]:
    """Return a histogram's percentiles and, beside them, its heat map; see `waits`."""
    alone = Panel(
        f"{what}, percentiles",
        f"{description} The p99 is what the unluckiest 1 % waits.",
        "s",
        percentiles(histogram),
        span=12,
    )
    return (
        waits(what, histogram, description, service) if service else alone,
        Panel(f"{what}, distribution",
              f"{description} Two bands mean two kinds of cases; look at each.",
              "s", one(GRAFANA.buckets(histogram), "{{le}}"), Look.HEAT, span=12),
    )  # fmt: skip
