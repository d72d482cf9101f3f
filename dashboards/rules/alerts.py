"""Alerts: what somebody should know, and what somebody should be woken for.

Severity `page` is for what stops merchants from selling, in numbers, now. Everything else is a
`ticket`: it can wait for the morning, or it says that the figures themselves cannot be trusted.
Every alert has its entry in `runbook.md`, under its name.
"""

from typing import Final, Literal, NamedTuple

from dashboards.queries import Scope
from dashboards.rules import recordings as of

Severity = Literal["page", "ticket"]
_LEAST: Final = 10
"""Fewer terminals than this are nobody's estate; shares of them mean nothing."""


class Alert(NamedTuple):
    """An alerting rule.

    Attributes:
        name: Also the heading of its entry in the runbook.
        expr: True while it should be known.
        wait: For how long, before it is said; Prometheus's duration.
        severity: Whether it wakes somebody.
        summary: One line, with `{{ $labels.job }}` and `{{ $value }}`.
        description: What it means, in a sentence or two.
    """

    name: str
    expr: str
    wait: str
    severity: Severity
    summary: str
    description: str


_FLEETS: Final = Scope('job=~"fleet.*"', "")
_PERCENT: Final = "{{ $value | humanizePercentage }}"
_JOB: Final = "{{ $labels.job }}"
_BIG: Final = f"{of.TERMINALS.name} >= {_LEAST}"

ALERTS: Final[tuple[Alert, ...]] = (
    Alert(
        "FleetMassOffline",
        f"{of.UNLINKED.name} > 0.2 and {_BIG}",
        "2m",
        "page",
        f"{_JOB}: {_PERCENT} of the terminals that should be connected are not",
        "More than a fifth of the terminals that should be connected are not. Single faults cannot "
        "explain that: look for what they share.",
    ),
    Alert(
        "FleetSignInFailures",
        f"{of.SIGN_IN_FAILURES.name} > 0.1 and {of.SIGN_INS.name} > 0.1",
        "3m",
        "page",
        f"{_JOB}: {_PERCENT} of sign-ins fail at the server",
        "Sign-ins are answered with a malfunction, rejected, or not answered. Operators cannot "
        "begin to sell. Mistyped passwords are not counted.",
    ),
    Alert(
        "FleetUpdateFailing",
        f"{of.UNDONE.name} > 0.1 and {of.UPDATES.name} >= 5",
        "1m",
        "page",
        f"{_JOB}: {_PERCENT} of updates fail or are rolled back",
        "Of the update attempts that ended lately, more than a tenth failed. Every minute that the "
        "campaign goes on puts it on more terminals.",
    ),
    Alert(
        "FleetHeartbeatsMissing",
        f"({of.HUNG.name} > 0.05 or {of.GAPS.name} > 0.05) and {_BIG}",
        "1m",
        "page",
        f"{_JOB}: {_PERCENT} of heartbeats are missing",
        "Terminals whose link is up say nothing, as their software hangs, or what they say does "
        "not arrive. MQTT's keep-alive goes on meanwhile, so a broker's own figures do not show "
        "it.",
    ),
    Alert(
        "FleetHeartbeatsUnanswered",
        f"{of.ANSWERS.name} < 0.8 and {of.ANSWERS.name} offset 3m >= 0.8 "
        f"and {of.BEATS.name} >= 0.5",
        "1m",
        "page",
        f"{_JOB}: only {_PERCENT} of heartbeats are acknowledged",
        "The TMS answered a few minutes ago and no longer does; terminals get no orders.",
    ),
    Alert(
        "FleetReconnectStorm",
        f"{of.CONNECTS.name} > 0.005 * {of.TERMINALS.name} "
        f"and {of.CONNECTED.name} offset 2m > 0.5 * {of.TERMINALS.name} and {_BIG}",
        "0s",
        "ticket",
        f"{_JOB}: {{{{ $value | humanize }}}} connects per second from terminals that had been in",
        "An estate that was connected two minutes ago is connecting again. The cause is over or "
        "not, but broker and TMS take the load of a whole morning at once.",
    ),
    Alert(
        "FleetFaultClassAboveNorm",
        f"{of.ACTIVE.name} > on (fault_class) group_left () {of.NORM} "
        f"and on (job) {of.TERMINALS.name} >= {_LEAST * 10}",
        "2m",
        "ticket",
        f"{_JOB}: {_PERCENT} of terminals have a {{{{ $labels.fault_class }}}} fault",
        "More terminals than usual have a fault of one class. A cause that they share is likelier "
        "than chance.",
    ),
    Alert(
        "FleetGeneratorSaturated",
        f"{of.LAG.name} > 0.1 or {of.BUSIEST.name} > 0.95",
        "1m",
        "ticket",
        f"{_JOB}: the generator is late or busy: {{{{ $value | humanize }}}}",
        "The generator no longer acts when it should: p99 of its lag above 100 ms, or a shard "
        "above 95 % of a core. Latencies of this run say more about the generator than the server.",
    ),
    Alert(
        "FleetExporterDown",
        f"{_FLEETS.about('up')} == 0",
        "1m",
        "ticket",
        f"{_JOB}: no figures from {{{{ $labels.instance }}}}",
        "Prometheus cannot scrape the run. It has ended, or its machine or the way there is down. "
        "No other alert can fire for it meanwhile.",
    ),
)
