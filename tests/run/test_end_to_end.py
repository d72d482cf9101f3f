"""Whole runs: real broker, real TMS, real shards; what they leave behind, however they end."""

import json
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import pytest

from fleet.run.broker import find_mosquitto
from tests.brokers import Mosquitto
from tests.cli.commands import environment, fleet_command
from tests.processes import stopped
from tests.run.runs import LIMIT_S, TERMINALS, running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_mosquitto() is None, reason="mosquitto is not there"),
]


def gone(processes: list[psutil.Process]) -> bool:
    """Return whether all processes are dead, after a little time to die in."""
    _, alive = psutil.wait_procs(processes, timeout=5)
    return not [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]


def test_a_run_leaves_a_whole_record(profile: Path, tmp_path: Path) -> None:
    """A run to its end exits 0; every terminal connected, and the record agrees with itself."""
    out = tmp_path / "record"
    done = fleet_command("run", profile, "--out", out, "--metrics", "off", "--shards", "2")
    assert done.returncode == 0, done.stderr
    assert "not judged: no objective was set" in done.stdout
    assert sorted(path.name for path in out.iterdir()) == [
        "events.parquet", "profile.toml", "report.html", "summary.json", "timeline.parquet",
    ]  # fmt: skip
    summary = json.loads((out / "summary.json").read_text())
    assert summary["run"]["verdict"] == "unjudged"
    assert summary["counts"]["fleet_connects_total"]["ok"] >= TERMINALS
    assert sum(summary["states"].values()) == TERMINALS
    assert summary["counts"]["fleet_heartbeats_total"][""] > 0
    assert tomllib.loads((out / "profile.toml").read_text())["name"] == "tiny"
    events = pq.read_table(out / "events.parquet")
    registered = [event == "registered" for event in events["event"].to_pylist()]
    assert sum(registered) == TERMINALS
    assert len(set(events["terminal"].to_pylist())) == TERMINALS


def test_what_cannot_be_written_costs_no_verdict(
    profile: Path, tmp_path: Path, free_port: int
) -> None:
    """Where a file cannot be written in the end, the figures are shown all the same; exit 1."""
    reports = tmp_path / "reports"
    reports.mkdir()
    with running(profile, tmp_path, free_port, "--junit", str(reports / "run.xml")) as run:
        run.wait_for("fleet_heartbeats_total", 1)
        reports.rmdir()
        code, shown, told = run.end()
    assert code == 1
    assert f"Error: cannot write {reports / 'run.xml'}: No such file or directory" in told
    assert shown.startswith("not judged")
    assert "heartbeats" in shown
    assert (tmp_path / "record" / "summary.json").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_drains_and_writes_the_record(
    profile: Path, tmp_path: Path, free_port: int, number: signal.Signals
) -> None:
    """An interrupted run exits 130; terminals detached in order, and the record is written."""
    with running(profile, tmp_path, free_port, "--duration", "10m") as run:
        run.wait_for("fleet_heartbeats_total", 1)
        children = run.children
        run.process.send_signal(number)
        code, out, _ = run.end()
        assert code == 130
        assert "interrupted; drained cleanly, the record is complete" in out
        assert gone(children)
        summary = run.summary()
        assert summary["run"]["verdict"] == "interrupted"
        assert summary["counts"]["fleet_connects_total"]["ok"] == TERMINALS
        assert not (run.out / ".work").exists()


def test_a_second_signal_hurries(profile: Path, tmp_path: Path, free_port: int) -> None:
    """Shards that would not drain are ended by the second signal; the record is still written."""
    with running(profile, tmp_path, free_port, "--duration", "10m") as run:
        run.wait_for("fleet_heartbeats_total", 1)
        shard = run.child("fleet.run.shard")
        with stopped(shard.pid):
            run.process.send_signal(signal.SIGINT)
            time.sleep(0.5)
            assert run.process.poll() is None
            start = time.monotonic()
            run.process.send_signal(signal.SIGINT)
            code, out, _ = run.end()
            assert code == 130
            assert time.monotonic() - start < 10
            assert gone([shard])
        told = "1 of 1 shard was ended by force, the record is incomplete"
        assert f"interrupted; {told}" in " ".join(out.split())
        assert run.summary()["run"]["verdict"] == "interrupted"
        assert run.summary()["run"]["ending"] == told


def test_a_death_ends_the_run(profile: Path, tmp_path: Path, free_port: int) -> None:
    """When the broker dies the others are drained, the message names it, and the exit code is 1."""
    with running(profile, tmp_path, free_port, "--duration", "10m") as run:
        run.wait_for("fleet_heartbeats_total", 1)
        children = run.children
        run.child("mosquitto").kill()
        code, _, err = run.end()
        assert code == 1
        what, todo, where = err.splitlines()[-3:]
        assert what.startswith("Error: the embedded broker")
        assert what.endswith("was killed by SIGKILL")
        assert "run again; if it repeats, set FLEET_TRACEBACK=1" in todo
        assert str(run.out) in where
        assert "Traceback" not in err
        assert gone(children)
        assert run.summary()["run"]["verdict"] == "failed"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the leash is Linux's")
def test_killing_the_run_leaves_no_process(profile: Path, tmp_path: Path, free_port: int) -> None:
    """Even `kill -9` of the run ends everything that it has started."""
    with running(profile, tmp_path, free_port, "--duration", "10m") as run:
        run.wait_for("fleet_connected_terminals", 1)
        children = run.children
        assert len(children) == 3
        run.process.kill()
        run.process.wait(LIMIT_S)
        assert gone(children)


def _wait_idle(process: psutil.Process) -> None:
    """Wait until a program that has started does nothing: it waits for what it is to do."""
    deadline, before = time.monotonic() + LIMIT_S, -1.0
    while (spent := process.cpu_times().user) != before or not spent:
        assert time.monotonic() < deadline
        before = spent
        time.sleep(0.5)


def test_a_slow_tms_is_waited_for(profile: Path, tmp_path: Path, free_port: int) -> None:
    """Nobody speaks before the TMS listens: each terminal registers at the first attempt."""
    with running(profile, tmp_path, free_port) as run:
        shard = run.child("fleet.run.shard")
        with stopped(run.child("fleet.tms").pid):
            _wait_idle(shard)
            assert run.total("fleet_connects_total") == 0
        code, _, err = run.end()
    assert code == 0, err
    counts = run.summary()["counts"]
    assert counts["fleet_messages_sent_total"]["register"] == TERMINALS


def test_a_broker_of_ones_own(
    profile: Path, tmp_path: Path, free_port: int, mosquitto: Mosquitto
) -> None:
    """With a URL there is no broker of ours, and the TMS only if it is asked for."""
    url = f"mqtt://127.0.0.1:{mosquitto.port}"
    with running(profile, tmp_path, free_port, "--broker", url, "--tms") as run:
        run.wait_for("fleet_heartbeats_total", 1)
        programs = [" ".join(each.cmdline()) for each in run.children]
        assert [word in program for word, program in zip(
            ("fleet.tms", "fleet.run.shard"), programs, strict=True
        )] == [True, True]  # fmt: skip
        code, _, err = run.end()
        assert code == 0, err
        assert err.splitlines()[1] == (
            f"broker {url}, TMS ours, metrics http://127.0.0.1:{free_port}/metrics"
        )
        assert run.summary()["run"]["broker"] == url


def test_the_tms_alone_serves_a_run_elsewhere(
    profile: Path, tmp_path: Path, free_port: int, mosquitto: Mosquitto
) -> None:
    """`fleet tms` answers the terminals of another run; a signal ends it with exit code 130."""
    url = f"mqtt://127.0.0.1:{mosquitto.port}"
    with subprocess.Popen(
        [sys.executable, "-m", "fleet", "tms", str(profile), "--broker", url],
        stderr=subprocess.PIPE, text=True, env=environment(),
    ) as tms:  # fmt: skip
        assert tms.stderr is not None
        assert f"the TMS answers at {url}" in tms.stderr.readline()
        with running(profile, tmp_path, free_port, "--broker", url) as run:
            assert run.end()[0] == 0
            assert run.summary()["counts"]["fleet_messages_received_total"]["register"] >= TERMINALS
        tms.send_signal(signal.SIGINT)
        assert tms.wait(LIMIT_S) == 130


def test_the_demo_without_mosquitto(profile: Path, tmp_path: Path, free_port: int) -> None:
    """Where there is only amqtt the run works too, and says what it is good for."""
    with running(profile, tmp_path, free_port, FLEET_BROKER="amqtt") as run:
        code, _, err = run.end()
        assert code == 0, err
        assert "amqtt" in err
        assert run.summary()["counts"]["fleet_connects_total"]["ok"] >= TERMINALS
