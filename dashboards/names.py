"""Which names a PromQL text uses, read by a parser of its own and held against the declaration.

Builders refuse what is not declared; this reads the finished texts, so that it also sees what was
written by hand: rules' tests, the runbook, the docs.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final, NamedTuple

import promql_parser as promql

from dashboards.queries import DECLARED, PROMETHEUS
from dashboards.rules.alerts import ALERTS
from dashboards.rules.recordings import RECORDINGS
from fleet.watch.family import Family, Kind

# Durations that nobody would write by hand, so that they are known again after parsing.
RATE_INTERVAL: Final = timedelta(seconds=307)
RANGE: Final = timedelta(seconds=3_607)
_VARIABLES: Final = (("$__rate_interval", RATE_INTERVAL), ("$__range", RANGE))
_SUFFIXES: Final = ("_bucket", "_sum", "_count")
# Prometheus's own, and those that rules and functions add.
_LABELS: Final = frozenset({"job", "instance", "le", "prefix", "alertname", "alertstate"})
_RECORDED: Final = {each.name for each in RECORDINGS}
_WORD: Final = re.compile(r"\bfleet_[a-z0-9_]*[a-z0-9]\b")


class Use(NamedTuple):
    """A selector: the metric, and its matchers as (label, operator, value)."""

    metric: str
    matchers: tuple[tuple[str, str, str], ...]


def plain(text: str) -> str:
    """Return a dashboard's text with Grafana's own variables replaced by durations."""
    for name, value in _VARIABLES:
        text = text.replace(name, f"{value.seconds}s")
    return text


def nodes(text: str) -> Iterator[promql.Expr]:
    """Yield every node of a PromQL text.

    Raises:
        ValueError: It is not PromQL.
    """
    found: list[promql.Expr] = []
    promql.walk(promql.parse(plain(text)), found.append)
    yield from found


def uses(text: str) -> Iterator[Use]:
    """Yield every selector of a PromQL text."""
    for node in nodes(text):
        if isinstance(node, promql.VectorSelector):
            matchers = tuple((m.name, str(m.op), m.value) for m in node.matchers.matchers)
            yield Use(node.name or "", matchers)


def family_of(metric: str) -> Family | None:
    """Return the family that exports a series of this name; None if there is none."""
    if metric in DECLARED:
        family = DECLARED[metric]
        return None if family.kind is Kind.HISTOGRAM else family
    for suffix in _SUFFIXES:
        family = DECLARED.get(metric.removesuffix(suffix), None)  # type: ignore[assignment]
        if metric.endswith(suffix) and family and family.kind is Kind.HISTOGRAM:
            return family
    return None


def strangers(text: str) -> list[str]:
    """Return every name, label and label value of a PromQL text that nobody exports."""
    return [complaint for use in uses(text) for complaint in _complaints(use)] + _grouping(text)


def _complaints(use: Use) -> Iterator[str]:
    if use.metric in PROMETHEUS or use.metric in _RECORDED:
        return
    family = family_of(use.metric)
    if family is None:
        yield f"nothing exports {use.metric}"
        return
    labels = {label.name: label for label in family.labels}
    for name, _, value in use.matchers:
        if name in _LABELS or value.startswith("$"):
            continue
        if name not in labels:
            yield f"{use.metric} has no label {name}"
        elif not labels[name].given and not set(value.split("|")) <= set(labels[name].values):
            yield f"{use.metric}{{{name}}} is never {value}"


def _grouping(text: str) -> list[str]:
    declared = {label.name for family in DECLARED.values() for label in family.labels} | _LABELS
    groups = [
        label
        for node in nodes(text)
        if isinstance(node, promql.AggregateExpr) and node.modifier
        for label in node.modifier.labels
    ]
    return [f"nothing has a label {label}" for label in groups if label not in declared]


def strangers_in_prose(text: str) -> list[str]:
    """Return the words of a page that look like metrics and are none.

    A name may stand without its last part, as in `fleet_shard_*`; folders and the program's own
    modules are not metrics and do not look like them.
    """
    known = {*DECLARED, *_RECORDED, *(each.name for each in ALERTS)}
    return sorted(
        {
            word
            for word in _WORD.findall(text)
            if family_of(word) is None
            and word not in known
            and not any(name.startswith(f"{word}_") or word in name for name in known)
        }
    )
