"""Asks a real Prometheus every question that a dashboard or a rule asks, and looks at the answers.

Theory of operation
-------------------
A query that can be parsed may still never find anything: a label that is never set, a window too
short, two sides of a division that do not match. So two small estates live for a minute, one a day
as it should be (`profiles/demo.toml`) and one a bad day (`dashboards/profiles/rare.toml`, and a
broker that dies), and every query is asked over that minute. An answer is *alive* if it holds a
number that is neither NaN nor zero. Panels must be alive on the good day; panels marked as rare,
on the bad one. Rules must be evaluated without an error, and what they record must be there;
alerts, and so their marks, may well be silent.
"""

import math
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from dashboards import prometheus, runs
from dashboards.annotations import ANNOTATIONS, Annotation
from dashboards.boards import BOARDS
from dashboards.brokers import broker
from dashboards.grafana import build
from dashboards.panels import Panel
from dashboards.prometheus import Prometheus, PrometheusError, Series, Target
from dashboards.rules import files
from dashboards.rules.alerts import ALERTS
from dashboards.rules.recordings import RECORDINGS

GOOD: Final = "fleet-demo"
BAD: Final = "fleet-rare"
RATE_INTERVAL: Final = "10s"
STEP_S: Final = 1.0
_LIFE_S: Final = 20
_UNTIL_DEATH: Final = 0.5
_UNTIL_OUTAGE: Final = 0.7
_OUTAGE_S: Final = 3
_RARE: Final = runs.PROFILES / "rare.toml"
_LABEL_VALUES: Final = re.compile(r"label_values\((?P<selector>.*), (?P<label>\w+)\)")
_SPEED: Final = 2200
_DEMO: Final = ("--terminals", "300", "--duration", "5m")


Wanted: TypeAlias = Callable[[list[Series]], bool]


def alive(series: list[Series]) -> bool:
    """Return whether there is a number among the values that is not zero."""
    return any(value and not math.isnan(value) for each in series for _, value in each.values)


def numbers(series: list[Series]) -> bool:
    """Return whether there is a number among the values."""
    return any(not math.isnan(value) for each in series for _, value in each.values)


def anything(_: list[Series]) -> bool:
    """Return that every answer will do."""
    return True


class Answer(NamedTuple):
    """What was asked, and what came back.

    Attributes:
        where: Dashboard and panel, or rule.
        query: As sent.
        series: What came back.
        error: What Prometheus said instead; "" if it answered.
        wanted: What is a good answer.
    """

    where: str
    query: str
    series: list[Series]
    error: str
    wanted: Wanted

    @property
    def complaint(self) -> str:
        """What is wrong with it; "" if nothing is."""
        if self.error:
            return f"{self.where}: {self.error}"
        if self.wanted(self.series):
            return ""
        return f"{self.where}: nothing but zero or nothing at all: {self.query}"


@dataclass(frozen=True, slots=True)
class Watch:
    """A Prometheus that has watched both estates since `start` (seconds since 1970)."""

    prometheus: Prometheus
    start: float

    def fill(self, query: str, job: str) -> str:
        """Return a dashboard's query with its variables filled in."""
        values = {
            "$__rate_interval": RATE_INTERVAL,
            "$__range": f"{max(1, int(time.time() - self.start))}s",
            "$job": job, "$instance": ".+", "$profile": ".+", "$region": ".+",
        }  # fmt: skip
        for name, value in values.items():
            query = query.replace(name, value)
        return query

    def ask(self, where: str, query: str, wanted: Wanted = alive) -> Answer:
        """Ask for a query's values since the start."""
        try:
            series = self.prometheus.range(query, self.start, time.time(), STEP_S)
        except PrometheusError as error:
            return Answer(where, query, [], str(error), wanted)
        return Answer(where, query, series, "", wanted)

    def panel(self, where: str, panel: Panel) -> list[Answer]:
        """Ask all of a panel's questions, of the estate that can answer them."""
        job = BAD if panel.rare else GOOD
        name = f"{where} / {panel.title}"
        return [self.ask(name, self.fill(query.expr, job)) for query in panel.queries]

    def mark(self, annotation: Annotation) -> Answer:
        """Ask for the marks of an annotation, of the estate that has some."""
        query = self.fill(annotation.expr, BAD if annotation.rare else GOOD)
        wanted = anything if "ALERTS" in query else alive
        return self.ask(f"annotation {annotation.name}", query, wanted)


@contextmanager
def watching(folder: Path, life_s: float = _LIFE_S, speed: int = _SPEED) -> Iterator[Watch]:
    """Let both estates live in the view of a Prometheus; enter the block after `life_s` seconds.

    Raises:
        RunFailed, PrometheusError: One of them does not start.
    """
    prometheus.find()
    with (
        broker(folder) as own,
        runs.running("demo", folder / "demo.log", *_DEMO, "--speed", str(speed)) as good,
        runs.running(
            _RARE, folder / "rare.log", "--broker", own.url, "--tms", "--shards", "2"
        ) as bad,
    ):
        targets = (Target(GOOD, (good.address,)), Target(BAD, (bad.address,)))
        config = folder / "prometheus.yml"
        config.write_text(prometheus.config(targets, "1s", [str(files.RULES)]))
        with prometheus.running(config, folder / "data") as server:
            start = time.time()
            time.sleep(life_s * _UNTIL_DEATH)
            bad.lose_a_shard()
            time.sleep(life_s * (_UNTIL_OUTAGE - _UNTIL_DEATH))
            own.stop()
            time.sleep(_OUTAGE_S)
            own.start()
            time.sleep(life_s * (1 - _UNTIL_OUTAGE))
            yield Watch(server, start)


def answers(watch: Watch) -> list[Answer]:
    """Ask everything there is to ask."""
    found = [
        answer
        for board in BOARDS
        for panel in board.panels
        for answer in watch.panel(board.title, panel)
    ]
    found += [watch.mark(each) for each in ANNOTATIONS]
    found += [watch.ask(f"rule {each.name}", each.expr, numbers) for each in RECORDINGS]
    found += [watch.ask(f"recorded {each.name}", each.name, numbers) for each in RECORDINGS]
    found += [watch.ask(f"alert {each.name}", each.expr, anything) for each in ALERTS]
    return found


def complaints(watch: Watch) -> list[str]:
    """Return everything that is wrong: dead queries, empty variables, rules that fail."""
    found = [answer.complaint for answer in answers(watch) if answer.complaint]
    return [*found, *_variables(watch), *_rules(watch.prometheus)]


def _variables(watch: Watch) -> Iterator[str]:
    for board in BOARDS:
        for variable in build(board)["templating"]["list"]:
            if variable["type"] == "query" and not _values(watch, variable):
                yield f"{board.title}: ${variable['name']} has nothing to choose from"


def _values(watch: Watch, variable: dict[str, Any]) -> list[str]:
    found = _LABEL_VALUES.fullmatch(variable["query"]["query"])
    if found is None:
        return []
    selector = watch.fill(found["selector"], GOOD)
    return watch.prometheus.labels(found["label"], selector, watch.start, time.time())


def _rules(server: Prometheus) -> Iterator[str]:
    rules = [rule for group in server.ask("rules")["groups"] for rule in group["rules"]]
    if len(rules) != len(RECORDINGS) + len(ALERTS):
        yield f"prometheus has {len(rules)} rules of {len(RECORDINGS) + len(ALERTS)}"
    for rule in rules:
        if rule["health"] != "ok":
            yield f"rule {rule['name']}: {rule.get('lastError') or rule['health']}"
