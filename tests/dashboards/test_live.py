"""Dashboards and rules against a real Prometheus and real runs."""

import os
import shutil
from pathlib import Path

import pytest

from dashboards import __main__ as verbs
from dashboards import prometheus, verify
from dashboards.boards import BOARDS
from dashboards.prometheus import PrometheusError
from fleet.run.broker import find_mosquitto

needs_prometheus = pytest.mark.skipif(
    shutil.which("prometheus") is None or find_mosquitto() is None,
    reason="prometheus or mosquitto is not on the PATH",
)


@needs_prometheus
@pytest.mark.slow
def test_every_query_finds_something(tmp_path: Path) -> None:
    """All queries of all panels, variables and rules are answered, and with more than zeros."""
    assert sum(len(panel.queries) for board in BOARDS for panel in board.panels) > 100
    with verify.watching(tmp_path) as watch:
        assert verify.complaints(watch) == []
        dead = watch.ask("x", 'fleet_terminals{state="ready", job="nobody"}')
        wrong = watch.ask("y", "sum(")
        never = watch.ask("z", 'fleet_messages_sent_total{job="fleet-demo"} * 0')
        assert "nothing at all" in dead.complaint
        assert "parse error" in wrong.complaint
        assert "nothing but zero" in never.complaint
        names = " ".join(watch.prometheus.ask("label/__name__/values"))
        assert "fleet_terminals" in names
        assert watch.prometheus.ask("labels").count("terminal") == 0


def test_a_missing_prometheus_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without prometheus on the PATH the verb says so, with how to get it, and ends with 1."""
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(PrometheusError, match="apt-get install prometheus"):
        prometheus.find()
    assert verbs.main(["verify"]) == 1
    assert "Error: " in capsys.readouterr().err


@needs_prometheus
def test_a_prometheus_that_does_not_start_is_told(tmp_path: Path) -> None:
    """A configuration that it refuses is told in its own words."""
    config = tmp_path / "prometheus.yml"
    config.write_text("nonsense: 1\n")
    with (
        pytest.raises(PrometheusError, match=r"does not start .*nonsense"),
        prometheus.running(config, tmp_path / "data"),
    ):
        pass


def test_unknown_verbs_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Anything but a verb ends with 2 and the usage."""
    assert verbs.main(["draw"]) == 2
    assert "usage: python -m dashboards" in capsys.readouterr().err
