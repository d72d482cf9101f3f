"""`fleet tms` as a user meets it: at a broker that has it, and at those that do not."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from paho.mqtt import publish

from fleet.wire.codec import encode
from tests.brokers import HOST, Mosquitto
from tests.cli.commands import LIMIT_S, environment, refused
from tests.processes import leashed
from tests.run.settings import with_password, with_tls
from tests.tms.estates import HOUR_MS, TID, heartbeat
from tests.tms.services import profile_toml

Start = Callable[[Sequence[str]], Mosquitto]

pytestmark = pytest.mark.broker

# A probe says no at once; the TMS alone would try for half a minute.
AT_ONCE_S = 10.0
SOON_S = 10.0


@contextmanager
def serving(url: str, *options: str, first: str = "") -> Iterator[subprocess.Popen[str]]:
    """Run `fleet tms` at a broker; it answers when this begins, and says `first` before."""
    with subprocess.Popen(
        leashed(sys.executable, "-m", "fleet", "tms", "--broker", url, *options),
        stderr=subprocess.PIPE, text=True, env=environment(),
    ) as tms:  # fmt: skip
        try:
            assert tms.stderr is not None
            assert not first or tms.stderr.readline() == f"{first}\n"
            assert tms.stderr.readline() == f"the TMS answers at {url}; Ctrl-C ends it\n"
            yield tms
        finally:
            tms.kill()


def end(tms: subprocess.Popen[str]) -> list[str]:
    """Interrupt it, and return the rest of what it says."""
    tms.send_signal(signal.SIGINT)
    _, told = tms.communicate(timeout=LIMIT_S)
    assert tms.returncode == 130
    return told.splitlines()


def refused_at_once(*arguments: str | Path, **more: str) -> str:
    """Return the one line that `fleet tms` says when a broker would not have it."""
    start_s = time.monotonic()
    told = refused(1, "tms", *arguments, **more)
    assert time.monotonic() - start_s < AT_ONCE_S
    assert len(told.splitlines()) == 1
    return told


def test_a_port_where_nobody_listens() -> None:
    """Without a broker it says so once, and ends at once; exit code 1."""
    with socket.socket() as nobody:
        nobody.bind((HOST, 0))
        url = f"mqtt://{HOST}:{nobody.getsockname()[1]}"
        told = refused_at_once("--broker", url)
    assert told.startswith(f"Error: cannot reach the broker {url}: Connection refused")


def test_a_wrong_password(tmp_path: Path, start_mosquitto: Start) -> None:
    """A wrong password is told as refused, with the user's name and without the password."""
    broker = start_mosquitto(with_password(tmp_path, "alice", "right"))
    url = f"mqtt://{HOST}:{broker.port}"
    wrong = {"FLEET_MQTT_PASSWORD": "hunter2"}
    told = refused_at_once("--broker", url, "--username", "alice", **wrong)
    assert "refuses user 'alice'" in told
    assert "hunter2" not in told


def test_a_wrong_tls_name(tmp_path: Path, start_mosquitto: Start) -> None:
    """A certificate for another name is told as that, not in OpenSSL's words."""
    lines, ca = with_tls(tmp_path, "broker.example")
    url = f"mqtts://{HOST}:{start_mosquitto(lines).port}"
    told = refused_at_once("--broker", url, "--ca-file", ca)
    assert f"the certificate of the broker {url} is for another name" in told
    assert "CERTIFICATE_VERIFY_FAILED" not in told


def test_the_farewell_tells_what_went_wrong(start_mosquitto: Start) -> None:
    """What it could not read is told at the end, and nothing that did not happen."""
    broker = start_mosquitto([])
    with serving(f"mqtt://{HOST}:{broker.port}") as tms:
        topic = "fleet/v1/demo/10000001/up/heartbeat"
        for _ in range(2):
            publish.single(topic, b"{}", qos=1, hostname=HOST, port=broker.port)
        assert end(tms) == [
            "the TMS has ended; it heard 0 messages",
            "the TMS heard 2 messages that nobody can read",
        ]


def test_a_lost_broker_is_told_once_for_each_reason(start_mosquitto: Start) -> None:
    """However often it tries to reach a broker that is gone, it says the same thing only once."""
    broker = start_mosquitto([])
    with serving(f"mqtt://{HOST}:{broker.port}") as tms:
        broker.stop()
        # Attempts come after 0.1, 0.2, 0.4 and 0.8 s.
        time.sleep(2)
        told = end(tms)
    assert sum("Connection refused" in line for line in told) == 1
    assert len(told) == len(set(told))


def test_a_killed_tms_goes_on_with_its_journal(start_mosquitto: Start, tmp_path: Path) -> None:
    """`fleet tms --journal` takes up what it had decided, and when its business had begun."""
    broker = start_mosquitto([])
    journal, profile = tmp_path / "tms.journal", tmp_path / "desk.toml"
    profile.write_text(profile_toml("demo"))
    url, options = f"mqtt://{HOST}:{broker.port}", (str(profile), "--journal", str(journal))
    with serving(url, *options) as tms:
        topic = f"fleet/v1/demo/{TID}/up/heartbeat"
        said = encode(heartbeat(3 * HOUR_MS))
        publish.single(topic, said, qos=1, hostname=HOST, port=broker.port)
        deadline_s = time.monotonic() + SOON_S
        while "decided" not in journal.read_text():
            assert time.monotonic() < deadline_s
            time.sleep(0.05)
        tms.kill()
    first = journal.read_text().splitlines()
    steps = len(first) - 1
    with serving(url, *options, first=f"going on with {journal}: {steps} step of its campaigns"):
        assert journal.read_text().splitlines()[0] == first[0]
    other = refused_at_once("--broker", url, *options, "--seed", "2")
    assert other.endswith("is the journal of another profile or seed; name another file\n")
