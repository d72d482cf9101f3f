"""Building PromQL: what is declared comes out right, what is not is refused."""

import pytest

from dashboards.queries import Not, Scope, Undeclared, prefix_of_code, share, total
from tests.dashboards.promql import parses

SCOPE = Scope('job="fleet"', "1m")


@pytest.mark.parametrize(
    ("built", "text"),
    [
        (SCOPE.now("fleet_connected_terminals"), 'fleet_connected_terminals{job="fleet"}'),
        (SCOPE.rate("fleet_connects_total", outcome=Not("ok")),
         'rate(fleet_connects_total{job="fleet", outcome!="ok"}[1m])'),
        (SCOPE.now("fleet_terminals", state=("ready", "standby")),
         'fleet_terminals{job="fleet", state=~"ready|standby"}'),
        (SCOPE.now("fleet_region_terminals", region="$region"),
         'fleet_region_terminals{job="fleet", region=~"$region"}'),
        (total("x", "job"), "sum by (job) (x)"),
        (share("a", "b"), "a / (b > 0)"),
    ],
)  # fmt: skip
def test_queries_read_as_they_should(built: str, text: str) -> None:
    """What is asked for is what is written, and it can be parsed."""
    assert built == text
    assert parses(text.replace("$region", ".+"))


def test_a_quantile_is_over_the_buckets() -> None:
    """A percentile sums the buckets' rates by bound and by what is asked for."""
    text = SCOPE.quantile(0.99, "fleet_sign_in_duration_seconds", "job")
    assert text.startswith("histogram_quantile(0.99, sum by (le, job) (rate(fleet_sign_in_dur")
    assert parses(text)
    assert parses(prefix_of_code("x"))


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: SCOPE.now("fleet_terminal"), "no family is called fleet_terminal;"),
        (lambda: SCOPE.now("fleet_terminals", status="ready"), "no label status; .*: state"),
        (lambda: SCOPE.now("fleet_terminals", state="redy"), "is never redy"),
        (lambda: SCOPE.rate("fleet_connects_total", outcome=Not("okay")), "is never okay"),
        (lambda: SCOPE.quantile(0.5, "fleet_terminals"), "is a gauge, not a histogram"),
        (lambda: SCOPE.about("down"), "adds no series down; it adds ALERTS"),
    ],
)
def test_what_is_not_declared_is_refused(ask: object, words: str) -> None:
    """A misspelt name, label or value stops the build and says what there is."""
    assert callable(ask)
    with pytest.raises(Undeclared, match=words):
        ask()
