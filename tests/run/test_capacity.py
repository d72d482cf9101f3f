"""The capacity search on real runs: a slow TMS is found, a starved generator is found out."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
import pytest

from fleet.capacity.blame import Segments
from fleet.run.broker import find_mosquitto
from tests.brokers import Mosquitto
from tests.cli.commands import environment, fleet_here
from tests.processes import leashed
from tests.run.runs import BRISK

pytestmark = [
    pytest.mark.alone,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(find_mosquitto() is None, reason="mosquitto is not there"),
]

LIMIT_S = 240
ANSWERS_PER_S = 1_000
BEATS_PER_S = 20
# Each terminal wants 20 answers a second and one such TMS gives 1,000.
CAPACITY = ANSWERS_PER_S // BEATS_PER_S
OBJECTIVE = "heartbeat_ack.p50 < 120ms"
FAST = BRISK.replace('interval = "500ms"', 'interval = "50ms"\njitter = 0.0')
SLOW_TMS = FAST.replace("[tms]", f"[tms]\nanswers_per_second_max = {ANSWERS_PER_S}")
STEP = ("--warm-up", "3s", "--hold", "4s", "--slo", OBJECTIVE)
# Four steps at most: both ends, and two between them.
RANGE = ("--from", "44", "--to", "58", "--precision", "0.1")
SHORT_STEP = ("--warm-up", "2s", "--hold", "3s", "--slo", OBJECTIVE)
STARVED_S = 6
HOGS = 10
# A shard has some before its first terminal connects.
IDLE_FDS = 30


def search(profile: Path, *options: str | Path) -> subprocess.Popen[str]:
    """Start `fleet capacity`."""
    return subprocess.Popen(
        leashed(sys.executable, "-m", "fleet", "capacity", profile, *options),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip


def test_the_limit_of_a_slow_tms_is_found(tmp_path: Path) -> None:
    """A TMS of 1,000 answers a second carries 50 such terminals; the search finds 45 to 55."""
    profile, out = tmp_path / "slow.toml", tmp_path / "out"
    profile.write_text(SLOW_TMS)
    junit = tmp_path / "capacity.xml"
    with search(profile, *STEP, *RANGE, "--out", out, "--junit", junit) as process:
        told, err = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, err
    state = json.loads((out / "capacity.json").read_text())
    assert state["capacity"] == pytest.approx(CAPACITY, rel=0.1), told
    assert state["done"]
    assert "the server gave way" in " ".join(told.split())
    assert "its TMS: answers took" in " ".join(told.split())
    assert "<circle" in (out / "curve.svg").read_text()
    assert f'name="capacity" value="{state["capacity"]}"' in junit.read_text()
    assert f"{state['capacity']} terminals" in (out / "report.html").read_text()
    # The same command has nothing left to do, and another search may not have the folder.
    again = fleet_here("capacity", profile, *STEP, *RANGE, "--out", out)
    assert again.returncode == 0
    assert "step" not in again.stderr.replace("steps found", "")
    other = fleet_here("capacity", profile, *STEP, "--from", "9", "--to", "70", "--out", out)
    assert other.returncode == 1
    assert "holds a search with another profile, range" in other.stderr


def await_folders(place: Path, pattern: str, count: int) -> None:
    """Wait until there are so many."""
    deadline = time.monotonic() + LIMIT_S
    while len(list(place.glob(pattern))) < count:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_an_interrupted_search_tells_what_it_has_found(tmp_path: Path) -> None:
    """Ctrl-C: exit code 130, and table, JUnit and page of the steps until then, by their names."""
    profile, out, junit = (tmp_path / name for name in ("slow.toml", "out", "capacity.xml"))
    profile.write_text(FAST)
    command = (*SHORT_STEP, "--from", "2", "--to", "40", "--out", out, "--junit", junit)
    for interruption in range(3):
        with search(profile, *command) as process:
            assert process.stderr is not None
            for line in process.stderr:
                if line.startswith("step 2:"):
                    break
            await_folders(out / "steps", "02-4*", 1 + interruption)
            process.send_signal(signal.SIGINT)
            told, err = process.communicate(timeout=LIMIT_S)
        assert process.returncode == 130, err
        assert "interrupted; the same command goes on with it\n" in err
        assert "not over: 2 terminals have kept all objectives so far" in told
        assert '<error type="interrupted" message="not over: 2 terminals' in junit.read_text()
        assert "Not finished" in (out / "report.html").read_text()
        assert len(list((out / "steps").glob("02-4*"))) == 1 + interruption


def test_a_search_that_cannot_go_on_tells_what_it_has_found(
    tmp_path: Path, start_mosquitto: Callable[[Sequence[str]], Mosquitto]
) -> None:
    """A broker that has gone before the next step: exit code 1, why, and the steps until then."""
    profile, junit = tmp_path / "slow.toml", tmp_path / "capacity.xml"
    profile.write_text(FAST)
    broker = start_mosquitto(())
    url = f"mqtt://{broker.host}:{broker.port}"
    where = ("--broker", url, "--tms", "--from", "2", "--to", "40", "--junit", junit)
    with search(profile, *SHORT_STEP, *where) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("step 1:"):
                break
        for line in process.stderr:
            if line.startswith("  held"):
                break
        broker.stop()
        told, err = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 1, err
    assert f"the broker {url}" in err.partition("\nError: ")[2]
    assert "not over: 2 terminals have kept all objectives so far" in told
    assert '<error type="failed" message="' in junit.read_text()


def starve_shards(process: subprocess.Popen[str]) -> None:
    """Pin each shard that connects to one core, put it last there, and keep that core busy."""
    core, starved = min(os.sched_getaffinity(0)), set[int]()
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(process.pid).children():
                connects = "fleet.run.shard" in child.cmdline() and child.num_fds() > IDLE_FDS
                if connects and child.pid not in starved:
                    starved.add(child.pid)
                    child.cpu_affinity([core])
                    child.nice(19)
                    _hog(core)
        time.sleep(0.05)


def _hog(core: int) -> None:
    loop = f"import os, time; os.sched_setaffinity(0, [{core}]); end = time.time() + {STARVED_S}\n"
    # Linux shares a core between sessions first: `nice` counts among the processes of one only.
    hogs = [
        subprocess.Popen(
            [sys.executable, "-c", loop + "while time.time() < end: pass"], start_new_session=True
        )
        for _ in range(HOGS)
    ]
    for hog in hogs:
        hog.wait()


def test_a_starved_generator_is_no_server_s_limit(tmp_path: Path) -> None:
    """A generator whose core others have is the one that gave way: exit code 4, in words."""
    profile = tmp_path / "starved.toml"
    profile.write_text(re.sub(r"\[health\][^[]*", "", FAST))
    with search(profile, *SHORT_STEP, "--from", "150", "--to", "150") as process:
        threading.Thread(target=starve_shards, args=(process,), daemon=True).start()
        told, err = process.communicate(timeout=LIMIT_S)
    words = " ".join(told.split())
    assert process.returncode == 4, told + err
    assert "the generator gave way" in words
    assert "the server gave way" not in words
    assert "the generator was the bottleneck: heartbeats were sent" in words
    assert "late at the 99th percentile" in words


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the counters are Linux's")
def test_the_kernel_tells_what_was_sent_again() -> None:
    """TCP's counters are read, and only rise."""
    before = Segments.now()
    assert before.sent >= before.resent
    assert 0 <= Segments.now().resent_since(before) <= 1
