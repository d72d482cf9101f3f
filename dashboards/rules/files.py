"""The YAML of the rules, and a variant of it for checks against a live run."""

from pathlib import Path
from typing import Any, Final

import yaml

from dashboards.rules.alerts import ALERTS, Alert
from dashboards.rules.recordings import RECORDINGS, Recording

RULES: Final = Path(__file__).parent / "fleet.rules.yml"
TESTS: Final = Path(__file__).parent / "fleet.tests.yml"
RUNBOOK: Final = "dashboards/runbook.md"
_INTRODUCTION: Final = """\
# Written by `make dashboards` from dashboards/rules/; do not edit.
# Every alert has its unit test in fleet.tests.yml and its entry in ../runbook.md.
"""


def anchor(alert: Alert) -> str:
    """Return where the runbook speaks of an alert."""
    return f"{RUNBOOK}#{alert.name.lower()}"


def _recording(recording: Recording) -> dict[str, Any]:
    labels = {"labels": dict(recording.labels)} if recording.labels else {}
    return {"record": recording.name, "expr": recording.expr} | labels


def _alerting(alert: Alert, wait: str) -> dict[str, Any]:
    return {
        "alert": alert.name,
        "expr": alert.expr,
        "for": wait,
        "labels": {"severity": alert.severity},
        "annotations": {
            "summary": alert.summary,
            "description": alert.description,
            "runbook_url": anchor(alert),
        },
    }


def render(wait: str | None = None) -> str:
    """Return the file of all rules.

    Args:
        wait: For all alerts, where a check cannot wait as long as an operator should; the
            expressions stay the same.
    """
    recordings = [_recording(each) for each in RECORDINGS]
    alerts = [_alerting(each, wait or each.wait) for each in ALERTS]
    groups = [
        {"name": "fleet.recordings", "rules": recordings},
        {"name": "fleet.alerts", "rules": alerts},
    ]
    text = yaml.safe_dump({"groups": groups}, sort_keys=False, width=100, allow_unicode=True)
    return _INTRODUCTION + text
