"""The rules, by promtool: their unit tests pass, and would not pass without the rules."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from dashboards.rules import files
from dashboards.rules.alerts import ALERTS

pytestmark = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not on the PATH"
)


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run promtool."""
    return subprocess.run(
        ["promtool", *arguments], capture_output=True, text=True, timeout=30, check=False
    )


def test_the_rules_are_rules() -> None:
    """Promtool has nothing to say against the file."""
    said = promtool("check", "rules", str(files.RULES))
    assert said.returncode == 0, said.stdout + said.stderr


def test_their_unit_tests_pass() -> None:
    """Every alert fires, waits and stays silent as its tests say."""
    said = promtool("test", "rules", str(files.TESTS))
    assert said.returncode == 0, said.stdout + said.stderr


def test_every_alert_has_tests_both_ways() -> None:
    """For each alert there is a case in which it fires, and one in which it does not."""
    tests = yaml.safe_load(files.TESTS.read_text())["tests"]
    cases = [case for test in tests for case in test["alert_rule_test"]]
    for alert in ALERTS:
        expected = [case["exp_alerts"] for case in cases if case["alertname"] == alert.name]
        assert any(expected), alert.name
        assert not all(expected), alert.name


@pytest.mark.parametrize("spoilt", ["vector(0) > 1", "vector(1)"])
def test_spoilt_rules_are_found(spoilt: str, tmp_path: Path) -> None:
    """Alerts that never fire, or always, do not pass their unit tests, not one of them."""
    rules = yaml.safe_load(files.render())
    for rule in rules["groups"][1]["rules"]:
        rule["expr"] = spoilt
    (tmp_path / files.RULES.name).write_text(yaml.safe_dump(rules))
    shutil.copy(files.TESTS, tmp_path)
    said = promtool("test", "rules", str(tmp_path / files.TESTS.name))
    failed = {alert.name for alert in ALERTS if f"alertname: {alert.name}," in said.stderr}
    assert failed == {alert.name for alert in ALERTS}


def test_only_what_stops_merchants_pages() -> None:
    """Whatever is about the generator or can wait is a ticket."""
    pages = {alert.name for alert in ALERTS if alert.severity == "page"}
    assert pages == {
        "FleetMassOffline", "FleetSignInFailures", "FleetUpdateFailing",
        "FleetHeartbeatsMissing", "FleetHeartbeatsUnanswered",
    }  # fmt: skip


def test_the_quick_variant_differs_in_its_waits_alone() -> None:
    """Live checks use the very same expressions."""
    quick, usual = yaml.safe_load(files.render("1s")), yaml.safe_load(files.render())
    for rule in (*quick["groups"][1]["rules"], *usual["groups"][1]["rules"]):
        rule.pop("for")
    assert quick == usual
