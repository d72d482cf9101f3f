"""How every link fails, whatever carries it: once, and for the right reason."""

import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from fleet.mqtt.down import DownReason
from fleet.mqtt.endpoint import Endpoint
from fleet.mqtt.link import LinkDown
from fleet.mqtt.packets import Version
from tests.brokers import HOST, _free_port
from tests.mqtt.conftest import Doors, OwnUrl
from tests.mqtt.links import Carrier, Rig, scripted_broker, unique
from tests.processes import stopped

pytestmark = pytest.mark.broker


def test_wrong_password_is_told(carrier: Carrier, own_url: OwnUrl, tmp_path: Path) -> None:
    """A wrong password brings the link down for that reason; the right one brings it up."""
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", passwords, "terminal", "right"], check=True)

    async def scenario(rig: Rig) -> None:
        url, _ = own_url("allow_anonymous false", f"password_file {passwords}")
        plan = rig.plan(url, username="terminal", password=b"wrong")
        link, diary = rig.link(plan, unique("thief"))
        link.open()
        reason, text = await diary.until_down()
        assert reason in {DownReason.BAD_CREDENTIALS, DownReason.NOT_AUTHORISED}
        assert "not authori" in text.lower()
        await rig.linked(rig.plan(url, username="terminal", password=b"right"), unique("honest"))

    carrier.run(scenario)


def test_closed_port_is_unreachable(carrier: Carrier) -> None:
    """A port where nobody listens brings the link down at once, and names the endpoint."""

    async def scenario(rig: Rig) -> None:
        url = f"{carrier.scheme}://{HOST}:{_free_port()}"
        link, diary = rig.link(rig.plan(url), unique("lonely"))
        link.open()
        reason, text = await diary.until_down()
        assert reason is DownReason.UNREACHABLE
        assert "refused" in text
        assert url in text

    carrier.run(scenario)


def test_silent_peer_times_out(carrier: Carrier) -> None:
    """A peer which accepts TCP and says nothing brings the link down after the time-out."""

    async def scenario(rig: Rig) -> None:
        with socket.create_server((HOST, 0)) as silent:
            url = f"{carrier.scheme}://{HOST}:{silent.getsockname()[1]}"
            link, diary = rig.link(rig.plan(url, connect_timeout_ms=300), unique("patient"))
            link.open()
            reason, text = await diary.until_down()
        assert reason is DownReason.TIMEOUT
        assert url in text

    carrier.run(scenario)


def test_killed_broker_brings_the_link_down_once(carrier: Carrier, own_url: OwnUrl) -> None:
    """The end of the broker is told once; then nothing can be sent, and the link can be opened."""

    async def scenario(rig: Rig) -> None:
        url, pid = own_url()
        link, diary = await rig.linked(rig.plan(url), unique("bereft"))
        os.kill(pid, signal.SIGKILL)
        reason, _ = await diary.until_down()
        assert reason is DownReason.LOST
        with pytest.raises(LinkDown):
            link.send(rig.topic("t"), b"x")
        diary.downs.clear()
        link.open()
        assert (await diary.until_down())[0] is DownReason.UNREACHABLE

    carrier.run(scenario)


def test_takeover_brings_the_first_link_down(carrier: Carrier, doors: Doors) -> None:
    """A second client of the same id takes the connection of the first, who is told once."""

    async def scenario(rig: Rig) -> None:
        plan = rig.plan(doors.url(carrier.scheme))
        client_id = unique("twin")
        _, first = await rig.linked(plan, client_id)
        _, second = await rig.linked(plan, client_id)
        reason, _ = await first.until_down()
        assert not second.downs
        # Mosquitto 2.0.11 hangs up without a DISCONNECT, in MQTT 5 too.
        assert reason in {DownReason.KICKED, DownReason.LOST}

    carrier.run(scenario)


def test_disconnect_by_the_broker_is_told_with_its_reason(carrier: Carrier) -> None:
    """A broker which says DISCONNECT has kicked the client, and its reason is in the text."""
    if carrier.version is Version.V311 or carrier.scheme == "ws":
        pytest.skip("only a broker of MQTT 5 says DISCONNECT; the scripted one has no WebSocket")

    async def scenario(rig: Rig) -> None:
        connack, suback, disconnect = b"\x20\3\0\0\0", b"\x90\4\0\1\0\0", b"\xe0\2\x8e\0"
        async with scripted_broker(connack, suback + disconnect) as url:
            link, diary = rig.link(rig.plan(url), unique("kicked"), subscriptions=[("t", 0)])
            link.open()
            reason, text = await diary.until_down()
        assert reason is DownReason.KICKED
        assert "session taken over" in text.lower()

    carrier.run(scenario)


def test_hanging_up_right_after_connack_is_told(carrier: Carrier) -> None:
    """A broker which accepts and ends the connection in one breath brings the link down."""
    if carrier.scheme == "ws":
        pytest.skip("the scripted broker has no WebSocket")

    async def scenario(rig: Rig) -> None:
        connack = b"\x20\2\0\0" if carrier.version is Version.V311 else b"\x20\3\0\0\0"
        async with scripted_broker(connack, then_cut=True) as url:
            link, diary = rig.link(rig.plan(url), unique("brief"))
            link.open()
            reason, _ = await diary.until_down()
        assert reason is DownReason.LOST

    carrier.run(scenario)


@pytest.mark.parametrize(
    ("host", "trusting", "complaint"),
    [(HOST, True, "IP address mismatch"), ("localhost", False, "unable to get local issuer")],
    ids=["wrong name", "unknown authority"],
)
def test_tls_failure_is_explained(
    carrier: Carrier,
    doors: Doors,
    host: str,
    trusting: bool,  # noqa: FBT001
    complaint: str,
) -> None:
    """A certificate of another name, or of an unknown authority, is refused in words."""

    async def scenario(rig: Rig) -> None:
        endpoint = Endpoint.parse(doors.url(f"{carrier.scheme}s", host=host))
        if trusting:
            endpoint = endpoint.with_tls(ca_file=doors.ca_file)
        link, diary = rig.link(rig.plan(endpoint), unique("wary"))
        link.open()
        reason, text = await diary.until_down()
        assert reason is DownReason.TLS
        assert complaint in text

    carrier.run(scenario)


@pytest.mark.slow
def test_dead_broker_is_found_by_keep_alive(carrier: Carrier, own_url: OwnUrl) -> None:
    """A broker which holds the connection but does not answer pings brings the link down."""

    async def scenario(rig: Rig) -> None:
        url, pid = own_url()
        _, diary = await rig.linked(rig.plan(url, keep_alive_s=1), unique("watchful"))
        with stopped(pid):
            reason, _ = await diary.until_down()
        assert reason is DownReason.KEEP_ALIVE

    carrier.run(scenario)
