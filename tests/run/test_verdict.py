"""The verdict of whole runs: exit code, words, and the files that go with it."""

import json
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from fleet.run.broker import find_mosquitto
from tests.brokers import Mosquitto
from tests.cli.commands import fleet_command
from tests.run.runs import BRISK, LIMIT_S, running

pytestmark = [
    pytest.mark.alone,
    pytest.mark.slow,
    pytest.mark.skipif(find_mosquitto() is None, reason="mosquitto is not there"),
]


def test_a_broken_objective_ends_the_run_if_asked_for(tmp_path: Path, free_port: int) -> None:
    """With `--abort-on-slo` a run of ten minutes ends soon, with exit code 3, table and files."""
    profile, junit, hdr = (tmp_path / name for name in ("brisk.toml", "junit.xml", "log.hlog"))
    profile.write_text(BRISK)
    objectives = ("--slo", "sign_in.p50 < 1us", "--slo", "connected.ratio > 0.5")
    files = ("--junit", str(junit), "--hdr", str(hdr))
    start = time.monotonic()
    options = (*objectives, *files, "--abort-on-slo", "--duration", "10m")
    with running(profile, tmp_path, free_port, *options) as run:
        code, out, err = run.end()
    assert code == 3, err
    assert time.monotonic() - start < LIMIT_S
    words = " ".join(out.split())
    assert "SLO broken" in words
    assert "the run was given up before its time, as asked for: broken is sign_in.p50" in words
    summary = run.summary()
    assert summary["verdict"] == summary["run"]["verdict"] == "slo_broken"
    broken, held = summary["objectives"]
    assert (broken["held"], held["held"]) == (False, True)
    assert broken["first_ms"] <= broken["last_ms"]
    assert summary["health"]["complaints"] == []
    suite = ET.fromstring(junit.read_text()).find("testsuite")  # noqa: S314 - our own
    assert suite is not None
    assert suite.get("failures") == "1"
    assert "Tag=sign_in.response," in hdr.read_text()


def test_a_late_generator_makes_a_run_invalid(tmp_path: Path, free_port: int) -> None:
    """Beyond a bound of its health a run is invalid: exit code 4, with the reason in words."""
    profile = tmp_path / "brisk.toml"
    profile.write_text(BRISK.replace('lag_p99_max = "1h"', 'lag_p99_max = "1ms"'))
    options = ("--slo", "sign_in.p50 < 1us", "--duration", "5s")
    with running(profile, tmp_path, free_port, *options) as run:
        code, out, err = run.end()
    assert code == 4, err
    words = " ".join(out.split())
    assert "invalid: the generator was the bottleneck" in words
    assert "late at the 99th percentile, allowed are 1.00 ms" in words
    assert "which says nothing of the server: sign_in.p50 < 1us" in words
    assert run.summary()["exit_code"] == 4


def test_a_run_that_nobody_answers_has_passed_nothing(tmp_path: Path, mosquitto: Mosquitto) -> None:
    """Bare load on a broker is no mistake, exit code 0; but at first sight it is no success."""
    profile, out, junit = (tmp_path / name for name in ("brisk.toml", "record", "junit.xml"))
    profile.write_text(BRISK)
    done = fleet_command(
        "run", profile, "--broker", f"mqtt://{mosquitto.host}:{mosquitto.port}", "--terminals", "3",
        "--duration", "5s", "--metrics", "off", "--out", out, "--junit", junit,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = "nobody answered a single request (register 3"
    words = " ".join(done.stdout.split())
    assert words.startswith("not judged: no objective was set 3 terminals")
    assert told in words.partition("durations")[0]
    assert "passed" not in done.stdout
    summary = json.loads((out / "summary.json").read_text())
    assert summary["verdict"] == summary["run"]["verdict"] == "unjudged"
    for place in (summary["reasons"][0], junit.read_text(), (out / "report.html").read_text()):
        assert told in place
        assert "is there a TMS behind the broker?" in place
