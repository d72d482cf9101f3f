"""PromQL over declared families: a name, label or value that is not declared is refused here.

A *scope* says what every selector of a text has in common: the matchers that narrow it down, and
the window of its rates. Dashboards have variables there, rules have fixed windows.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from fleet.watch.catalogue import FAMILIES
from fleet.watch.family import Family, Kind, Label


class Not(NamedTuple):
    """A label value that is left out."""

    value: str


Match: TypeAlias = str | Not | tuple[str, ...]
"""A value; one to leave out; several; or a variable of the dashboard, such as `$region`."""

PROMETHEUS: Final = frozenset({"up", "scrape_duration_seconds", "scrape_samples_scraped", "ALERTS"})
"""What Prometheus itself adds to every target, or makes of the rules."""

DECLARED: Final = {family.name: family for family in FAMILIES}


class Undeclared(LookupError):
    """A metric, a label or a label value that the fleet does not export."""


def declared(name: str) -> Family:
    """Return a family by its name.

    Raises:
        Undeclared: There is none.
    """
    if name not in DECLARED:
        msg = f"no family is called {name}; fleet/watch/catalogue.py declares what there is"
        raise Undeclared(msg)
    return DECLARED[name]


def _label(family: Family, name: str) -> Label:
    for label in family.labels:
        if label.name == name:
            return label
    known = ", ".join(label.name for label in family.labels) or "none"
    msg = f"{family.name} has no label {name}; its labels: {known}"
    raise Undeclared(msg)


def _matcher(family: Family, name: str, match: Match) -> str:
    label = _label(family, name)
    if isinstance(match, str) and match.startswith("$"):
        return f'{name}=~"{match}"'
    wanted = (match,) if isinstance(match, str) else tuple(match)
    unknown = [] if label.given else [value for value in wanted if value not in label.values]
    if unknown:
        msg = f"{family.name}{{{name}}} is never {', '.join(unknown)}"
        raise Undeclared(msg)
    if isinstance(match, Not):
        return f'{name}!="{match.value}"'
    return f'{name}="{match}"' if isinstance(match, str) else f'{name}=~"{"|".join(match)}"'


@dataclass(frozen=True, slots=True)
class Scope:
    """What all selectors of a dashboard or a rule have in common.

    Attributes:
        matchers: PromQL matchers without braces; "" for none.
        window: Of rates.
    """

    matchers: str
    window: str

    def now(self, name: str, **labels: Match) -> str:
        """Return the selector of a gauge or of an info family."""
        return self._series(declared(name), "", labels)

    def average(self, name: str, **labels: Match) -> str:
        """Return the mean of a gauge over the window of rates, to divide a rate by."""
        return f"avg_over_time({self._series(declared(name), '', labels)}[{self.window}])"

    def about(self, name: str) -> str:
        """Return the selector of what Prometheus itself says of its targets.

        Raises:
            Undeclared: It says nothing by that name.
        """
        if name not in PROMETHEUS:
            msg = f"Prometheus adds no series {name}; it adds {', '.join(sorted(PROMETHEUS))}"
            raise Undeclared(msg)
        return f"{name}{{{self.matchers}}}" if self.matchers else name

    def rate(self, name: str, **labels: Match) -> str:
        """Return the rate per second of a counter."""
        return f"rate({self._series(declared(name), '', labels)}[{self.window}])"

    def increase(self, name: str, window: str, **labels: Match) -> str:
        """Return by how much a counter has grown."""
        return f"increase({self._series(declared(name), '', labels)}[{window}])"

    def buckets(self, name: str) -> str:
        """Return the growth of a histogram's buckets, for a heat map."""
        series = self._series(self._histogram(name), "_bucket", {})
        return f"sum by (le) (increase({series}[{self.window}]))"

    def quantile(self, share: float, name: str, *by: str) -> str:
        """Return the value that a share of a histogram's values does not exceed."""
        series = self._series(self._histogram(name), "_bucket", {})
        grouped = ", ".join(("le", *by))
        return f"histogram_quantile({share}, sum by ({grouped}) (rate({series}[{self.window}])))"

    def _histogram(self, name: str) -> Family:
        family = declared(name)
        if family.kind is not Kind.HISTOGRAM:
            msg = f"{name} is a {family.kind}, not a histogram"
            raise Undeclared(msg)
        return family

    def _series(self, family: Family, suffix: str, labels: dict[str, Match]) -> str:
        matchers = [self.matchers] if self.matchers else []
        matchers += [_matcher(family, name, match) for name, match in labels.items()]
        braces = f"{{{', '.join(matchers)}}}" if matchers else ""
        return f"{family.name}{suffix}{braces}"


def total(expression: str, *by: str) -> str:
    """Return the sum, by labels if there are any."""
    return f"sum by ({', '.join(by)}) ({expression})" if by else f"sum({expression})"


def share(part: str, whole: str) -> str:
    """Return what part is of a whole; nothing while the whole is nothing."""
    return f"{part} / ({whole} > 0)"


def prefix_of_code(expression: str) -> str:
    """Return a vector with the letters of its label `code`, PWR of PWR-101, as `prefix`."""
    return f'label_replace({expression}, "prefix", "$1", "code", "([A-Z]+)-.*")'
