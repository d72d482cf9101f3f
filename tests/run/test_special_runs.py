"""Whole runs with what few need: several desks, a laboratory's certificate, a very long profile."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from fleet.run.broker import find_mosquitto
from tests.brokers import Mosquitto
from tests.cli.commands import environment, fleet_command, refused
from tests.run.runs import LIMIT_S, TERMINALS, running
from tests.run.settings import self_signed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_mosquitto() is None, reason="mosquitto is not there"),
]

Start = Callable[[Sequence[str]], Mosquitto]

ASKING = re.compile(r"Received PUBLISH from (\d{8}) .*/up/(?:register|sync|sign_in|heartbeat)'")
HEARD = re.compile(r"Sending PUBLISH to fleet-tms-(\d)-.*/up/(?:register|sync|sign_in|heartbeat)'")


def with_desks(profile: Path, instances: int) -> Path:
    """Ask in a profile for so many instances of the TMS."""
    profile.write_text(f"{profile.read_text()}[tms]\ninstances = {instances}\n")
    return profile


def test_two_desks_share_an_estate(
    profile: Path, tmp_path: Path, free_port: int, start_mosquitto: Start
) -> None:
    """Two instances hear each message once between them, both have work, and all is answered."""
    broker = start_mosquitto(["log_type all"])
    url = f"mqtt://127.0.0.1:{broker.port}"
    options = ("--broker", url, "--tms")
    with running(with_desks(profile, 2), tmp_path, free_port, *options) as run:
        run.wait_for("fleet_heartbeats_total", 1)
        assert len(run.children_of("fleet.tms")) == 2
        code, _, err = run.end()
        assert code == 0, err
        counts = run.summary()["counts"]
        assert counts["fleet_messages_received_total"]["register"] == TERMINALS
    log = broker.log.read_text()
    heard = HEARD.findall(log)
    assert set(heard) == {"0", "1"}
    assert len(heard) == len(ASKING.findall(log))
    assert min(heard.count("0"), heard.count("1")) > len(heard) / 10


def test_several_desks_need_a_broker_that_shares(profile: Path) -> None:
    """With amqtt, more than one instance is refused before anything starts; without TMS it goes."""
    several = with_desks(profile, 2)
    told = refused(1, "run", several, "--metrics", "off", FLEET_BROKER="amqtt")
    assert "asks for 2 instances of the TMS" in told
    options = ("--no-tms", "--dry-run", "--metrics", "off")
    dry = fleet_command("run", several, *options, FLEET_BROKER="amqtt")
    assert dry.returncode == 0, dry.stderr


def test_a_laboratory_s_certificate_is_accepted_on_request_alone(
    profile: Path, tmp_path: Path, free_port: int, start_mosquitto: Start
) -> None:
    """A self-signed broker is refused, but with `--insecure` shards and TMS speak with it."""
    url = f"mqtts://127.0.0.1:{start_mosquitto(self_signed(tmp_path)).port}"
    told = refused(1, "run", profile, "--broker", url, "--metrics", "off")
    assert "is not trusted" in told
    options = ("--broker", url, "--tms", "--insecure")
    with running(profile, tmp_path, free_port, *options) as run:
        code, _, err = run.end()
        assert code == 0, err
        counts = run.summary()["counts"]
        assert counts["fleet_connects_total"]["ok"] >= TERMINALS
        assert counts["fleet_messages_received_total"]["register"] == TERMINALS


def test_the_tms_alone_may_be_insecure_too(
    profile: Path, tmp_path: Path, start_mosquitto: Start
) -> None:
    """`fleet tms --insecure` answers at a broker with a self-signed certificate."""
    url = f"mqtts://127.0.0.1:{start_mosquitto(self_signed(tmp_path)).port}"
    with subprocess.Popen(
        [sys.executable, "-m", "fleet", "tms", profile, "--broker", url, "--insecure"],
        stderr=subprocess.PIPE, text=True, env=environment(),
    ) as tms:  # fmt: skip
        assert tms.stderr is not None
        assert f"the TMS answers at {url}" in tms.stderr.readline()
        tms.send_signal(signal.SIGINT)
        assert tms.wait(LIMIT_S) == 130


def test_a_very_long_profile_reaches_every_process(profile: Path) -> None:
    """A profile of some hundred KiB, as many orders make one, is handed to shards and TMS."""
    order = '[[orders]]\nat = "1h"\norder = "reboot"\nshare = 0.001\n'
    profile.write_text(profile.read_text() + 4_999 * order)
    assert profile.stat().st_size > 200_000
    done = fleet_command("run", profile, "--metrics", "off", "--duration", "1s")
    assert done.returncode == 0, done.stderr
    assert "heartbeat ack" in done.stdout
