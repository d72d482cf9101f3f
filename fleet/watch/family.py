"""What a metric family is, in Prometheus's sense: a name, a type, a help text, and labels.

Labels have closed sets of values. Those that depend on the profile (fault codes, firmware versions,
regions) and on the run (shards) are *given* when a run's `Layout` is made. No family has a label
per terminal: ten thousand of those cost more to scrape than the terminals cost to run.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Final, Literal, TypeAlias

from fleet.watch.histogram import are_bounds

OTHER: Final = "other"
"""Label value of firmware versions that the profile does not name; a foreign TMS may order any."""

Given: TypeAlias = Literal[
    "codes",
    "fault_classes",
    "versions",
    "regions",
    "causes",
    "stages",
    "campaigns",
    "shards",
    "run",
]


class Kind(StrEnum):
    """What a family measures, in Prometheus's words."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Label:
    """A label and its closed set of values, or the name of the set given by the run."""

    name: str
    values: tuple[str, ...] = ()
    given: Given | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """One metric family.

    Attributes:
        name: As exported.
        kind: Counter, gauge, histogram or info.
        help: One sentence for the one who reads a dashboard.
        unit: Of the exported value.
        labels: Mostly one; their sets multiply.
        bounds_us: Of a histogram: exported bucket bounds, in microseconds.
        scale: How many of what is counted make one of what is exported.
    """

    name: str
    kind: Kind
    help: str
    unit: str
    labels: tuple[Label, ...] = ()
    bounds_us: tuple[int, ...] = ()
    scale: int = 1

    def __post_init__(self) -> None:
        """Refuse bounds that the fine buckets do not hold exactly."""
        if not are_bounds(self.bounds_us):
            msg = f"{self.name}: its bounds must rise, and each be one of histogram.BOUNDS_US"
            raise ValueError(msg)

    @property
    def is_count(self) -> bool:
        """Whether its values count things, as opposed to measuring them."""
        return self.kind is Kind.COUNTER and self.scale == 1

    def series(self, given: dict[Given, tuple[str, ...]]) -> list[tuple[str, ...]]:
        """Return the label values of each series, in order; one empty tuple without labels."""
        sets = (given[label.given] if label.given else label.values for label in self.labels)
        return list(product(*sets))
