"""What every link does, whatever carries it, against a real broker."""

import asyncio
import contextlib
import gc
import itertools
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from fleet.mqtt.down import DownReason
from fleet.mqtt.endpoint import Endpoint
from fleet.mqtt.errors import WindowFull
from fleet.mqtt.frames import PreparedTopic
from fleet.mqtt.link import Backpressure, Link, LinkDown
from fleet.mqtt.packets import Version, Will
from tests.brokers import HOST, Mosquitto, _free_port, launch_mosquitto
from tests.mqtt.links import CARRIERS, Carrier, Rig, scripted_broker

pytestmark = pytest.mark.broker

StartMosquitto = Callable[[Sequence[str]], Mosquitto]

_numbers = itertools.count()


def unique(name: str) -> str:
    """Return a client id, or a topic, which no other test uses."""
    return f"{name}-{next(_numbers)}"


@dataclass(frozen=True)
class Doors:
    """One broker's ports by scheme, and who vouches for it as "localhost"."""

    broker: Mosquitto
    ports: dict[str, int]
    ca_file: Path

    def url(self, scheme: str, host: str = HOST) -> str:
        """Return where to connect to."""
        return f"{scheme}://{host}:{self.ports[scheme]}"


def websocket_lines(port: int) -> list[str]:
    """Return the lines of mosquitto.conf which add a WebSocket listener."""
    return [f"listener {port} {HOST}", "protocol websockets"]


def wait_for_port(port: int) -> None:
    """Wait until somebody listens there."""
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.02)
    pytest.fail(f"nobody listens on port {port}")


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """A broker which listens in all four ways."""
    folder = tmp_path_factory.mktemp("doors")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    certificate = authority.issue_cert("localhost")
    certificate.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
    tls_lines = [f"certfile {folder / 'cert.pem'}", f"keyfile {folder / 'key.pem'}"]
    ports = {scheme: _free_port() for scheme in ("ws", "mqtts", "wss")}
    lines = [
        *websocket_lines(ports["ws"]),
        f"listener {ports['mqtts']} {HOST}",
        *tls_lines,
        *websocket_lines(ports["wss"]),
        *tls_lines,
    ]
    broker = launch_mosquitto(folder, lines)
    for port in ports.values():
        wait_for_port(port)
    yield Doors(broker, {**ports, "mqtt": broker.port}, folder / "ca.pem")
    broker.stop()


@pytest.fixture(params=CARRIERS)
def carrier(request: pytest.FixtureRequest) -> Iterator[Carrier]:
    """Every way to carry MQTT, in every version."""
    yield request.param
    gc.collect()  # so that what was left open is found in the test which left it


@pytest.fixture
def own_url(carrier: Carrier, start_mosquitto: StartMosquitto) -> Callable[..., tuple[str, int]]:
    """Start a broker for one test alone; return its URL for the carrier, and its process id."""

    def start(*config_lines: str) -> tuple[str, int]:
        if carrier.scheme != "ws":
            broker = start_mosquitto(config_lines)
            return f"mqtt://{HOST}:{broker.port}", broker.pid
        port = _free_port()
        broker = start_mosquitto([*config_lines, *websocket_lines(port)])
        wait_for_port(port)
        return f"ws://{HOST}:{port}", broker.pid

    return start


def test_messages_go_out_and_come_in(carrier: Carrier, doors: Doors) -> None:
    """What is sent at any QoS is heard by whoever subscribed, to the byte and in order."""

    async def scenario(rig: Rig) -> None:
        topic = unique("talk")
        plan = rig.plan(doors.url(carrier.scheme))
        _, hearer = await rig.linked(plan, unique("hearer"), subscriptions=[(f"{topic}/#", 2)])
        link, sayer = await rig.linked(plan, unique("sayer"))
        payloads = [bytes(range(256)), b"", b"x" * 10_000]
        ids = [
            link.send(rig.topic(f"{topic}/{qos}"), payload, qos)
            for payload in payloads
            for qos in (0, 1, 2)
        ]
        await hearer.until(lambda diary: len(diary.heard_messages) == len(ids))
        await sayer.until(lambda diary: len(diary.acknowledged_ids) == len(ids) * 2 // 3)
        for qos in (0, 1, 2):
            of_qos = [said for name, said in hearer.heard_messages if name == f"{topic}/{qos}"]
            assert of_qos == payloads
        assert sorted(sayer.acknowledged_ids) == sorted(filter(None, ids))
        assert ids.count(0) == len(payloads)

    carrier.run(scenario)


def test_retained_message_waits_for_a_later_hearer(carrier: Carrier, doors: Doors) -> None:
    """A message sent with `retain` is heard by who subscribes afterwards."""

    async def scenario(rig: Rig) -> None:
        topic = unique("retained")
        plan = rig.plan(doors.url(carrier.scheme))
        link, sayer = await rig.linked(plan, unique("sayer"))
        link.send(rig.topic(topic), b"kept", 1, retain=True)
        await sayer.until(lambda diary: diary.acknowledged_ids)
        _, hearer = await rig.linked(plan, unique("hearer"), subscriptions=[(topic, 0)])
        await hearer.until(lambda diary: diary.heard_messages)
        assert hearer.heard_messages == [(topic, b"kept")]

    carrier.run(scenario)


def test_window_bounds_unacknowledged_messages(
    carrier: Carrier, own_url: Callable[..., tuple[str, int]]
) -> None:
    """Beyond the window `send` raises `WindowFull`; acknowledgements open it again."""

    async def scenario(rig: Rig) -> None:
        url, pid = own_url()
        link, diary = await rig.linked(rig.plan(url, receive_maximum=3), unique("window"))
        topic = rig.topic(unique("window"))
        os.kill(pid, signal.SIGSTOP)
        ids = [link.send(topic, b"x", 1) for _ in range(3)]
        with pytest.raises(WindowFull, match="3"):
            link.send(topic, b"x", 1)
        assert link.send(topic, b"x") == 0
        os.kill(pid, signal.SIGCONT)
        await diary.until(lambda diary: len(diary.acknowledged_ids) == len(ids))
        assert link.send(topic, b"x", 1) > 0

    carrier.run(scenario)


@pytest.mark.parametrize("clean", [True, False], ids=["clean", "dirty"])
def test_last_will_follows_a_dirty_end_only(carrier: Carrier, doors: Doors, clean: bool) -> None:  # noqa: FBT001
    """The broker publishes the last will after a cut, and not after a DISCONNECT."""

    async def scenario(rig: Rig) -> None:
        topic = unique("will")
        will = Will(topic, b"dead", qos=1, retain=True)
        plan = rig.plan(doors.url(carrier.scheme))
        _, observer = await rig.linked(plan, unique("observer"), subscriptions=[(f"{topic}/#", 1)])
        link, mortal = await rig.linked(plan, unique("mortal"), will=will)
        link.send(rig.topic(f"{topic}/farewell"), b"last words")
        await observer.until(lambda diary: diary.heard_messages)
        link.close(clean=clean)
        if clean:
            await asyncio.sleep(0.3)
            _, later = await rig.linked(plan, unique("later"), subscriptions=[(topic, 1)])
            await asyncio.sleep(0.2)
            assert not later.heard_messages
        else:
            await observer.until(lambda diary: len(diary.heard_messages) > 1)
            _, later = await rig.linked(plan, unique("later"), subscriptions=[(topic, 1)])
            await later.until(lambda diary: diary.heard_messages)
            assert later.heard_messages == [(topic, b"dead")]
        assert not mortal.downs

    carrier.run(scenario)


def test_what_was_sent_before_a_clean_close_arrives(carrier: Carrier, doors: Doors) -> None:
    """A clean close comes after the messages which were sent before it."""

    async def scenario(rig: Rig) -> None:
        topic = unique("hurry")
        plan = rig.plan(doors.url(carrier.scheme))
        _, observer = await rig.linked(plan, unique("observer"), subscriptions=[(topic, 0)])
        link, _ = await rig.linked(plan, unique("hasty"))
        for number in range(20):
            link.send(rig.topic(topic), b"%d" % number)
        link.close(clean=True)
        await observer.until(lambda diary: len(diary.heard_messages) == 20)

    carrier.run(scenario)


def test_wrong_password_is_told(
    carrier: Carrier, own_url: Callable[..., tuple[str, int]], tmp_path: Path
) -> None:
    """A wrong password brings the link down for that reason; the right one brings it up."""
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", passwords, "terminal", "right"], check=True)

    async def scenario(rig: Rig) -> None:
        url, _ = own_url("allow_anonymous false", f"password_file {passwords}")
        plan = rig.plan(url)
        link, diary = rig.link(plan, unique("thief"), username="terminal", password=b"wrong")
        link.open()
        reason, text = await diary.until_down()
        assert reason in {DownReason.BAD_CREDENTIALS, DownReason.NOT_AUTHORISED}
        assert "not authori" in text.lower()
        await rig.linked(plan, unique("honest"), username="terminal", password=b"right")

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


def test_killed_broker_brings_the_link_down_once(
    carrier: Carrier, own_url: Callable[..., tuple[str, int]]
) -> None:
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
        # Mosquitto 2.0.11 hangs up without the DISCONNECT which later ones send in MQTT 5.
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


def test_tls_with_the_right_authority_and_name(carrier: Carrier, doors: Doors) -> None:
    """TLS carries messages when authority and name are right."""

    async def scenario(rig: Rig) -> None:
        url = doors.url(f"{carrier.scheme}s", host="localhost")
        endpoint = Endpoint.parse(url).with_tls(ca_file=doors.ca_file)
        topic = unique("secret")
        plan = rig.plan(endpoint)
        link, diary = await rig.linked(plan, unique("private"), subscriptions=[(topic, 1)])
        link.send(rig.topic(topic), b"x" * 100_000, 1)
        await diary.until(lambda diary: diary.heard_messages and diary.acknowledged_ids)
        link.close(clean=True)

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


async def flood(count: int, link: Link, topic: PreparedTopic) -> None:
    """Send more than anybody buffers."""
    for _ in range(count):
        link.send(topic, b"x" * 10_000)
        await asyncio.sleep(0)


def test_memory_is_bounded_when_the_peer_does_not_read(
    carrier: Carrier, own_url: Callable[..., tuple[str, int]]
) -> None:
    """Beyond the plan's bound `send` raises `Backpressure`, and goes on once the peer reads."""

    async def scenario(rig: Rig) -> None:
        url, pid = own_url()
        link, diary = await rig.linked(rig.plan(url), unique("flood"))
        topic = rig.topic(unique("flood"))
        os.kill(pid, signal.SIGSTOP)
        # The system's own buffers on both sides of the loopback take up to some 10 MiB before.
        with pytest.raises(Backpressure):
            await flood(3_000, link, topic)
        os.kill(pid, signal.SIGCONT)
        while not diary.acknowledged_ids:
            with contextlib.suppress(Backpressure, WindowFull):
                link.send(topic, b"x", 1)
            await asyncio.sleep(0.01)
        assert not diary.downs

    carrier.run(scenario)


@pytest.mark.slow
def test_dead_broker_is_found_by_keep_alive(
    carrier: Carrier, own_url: Callable[..., tuple[str, int]]
) -> None:
    """A broker which holds the connection but does not answer pings brings the link down."""

    async def scenario(rig: Rig) -> None:
        url, pid = own_url()
        _, diary = await rig.linked(rig.plan(url, keep_alive_s=1), unique("watchful"))
        os.kill(pid, signal.SIGSTOP)
        try:
            reason, _ = await diary.until_down()
        finally:
            os.kill(pid, signal.SIGCONT)
        assert reason is DownReason.KEEP_ALIVE

    carrier.run(scenario)


@pytest.mark.slow
def test_pings_keep_an_idle_link_up(carrier: Carrier, doors: Doors) -> None:
    """A link with nothing to say outlives the broker's patience of one and a half keep-alives."""

    async def scenario(rig: Rig) -> None:
        plan = rig.plan(doors.url(carrier.scheme), keep_alive_s=1)
        _, diary = await rig.linked(plan, unique("quiet"))
        await asyncio.sleep(3)
        assert not diary.downs

    carrier.run(scenario)


def test_source_addresses_are_spread_by_index(carrier: Carrier) -> None:
    """Each client connects from the source address which its index gives it."""

    async def scenario(rig: Rig) -> None:
        sources = ("127.0.0.2", "127.0.0.3")
        with socket.create_server((HOST, 0)) as server:
            server.settimeout(0)
            url = f"{carrier.scheme}://{HOST}:{server.getsockname()[1]}"
            plan = rig.plan(url, source_addresses=sources, connect_timeout_ms=500)
            for index in range(4):
                link, _ = rig.link(plan, unique("source"), index=index)
                link.open()
                loop = asyncio.get_running_loop()
                peer, (address, _) = await asyncio.wait_for(loop.sock_accept(server), 5)
                peer.close()
                link.close(clean=False)
                assert address == sources[index % 2]

    carrier.run(scenario)


def test_nothing_is_told_after_close(carrier: Carrier, doors: Doors) -> None:
    """Closing, even from inside a callback or before the link is up, silences it."""

    async def scenario(rig: Rig) -> None:
        topic = unique("silence")
        plan = rig.plan(doors.url(carrier.scheme))
        hasty_link, hasty = rig.link(plan, unique("hasty"))
        hasty_link.open()
        hasty_link.close(clean=True)
        brief_link, brief = rig.link(plan, unique("brief"))
        brief.on_up = lambda: brief_link.close(clean=False)
        brief_link.open()
        deaf_link, deaf = await rig.linked(plan, unique("deaf"), subscriptions=[(topic, 0)])
        deaf.on_heard = lambda: deaf_link.close(clean=True)
        sayer, _ = await rig.linked(plan, unique("sayer"))
        for _ in range(10):
            sayer.send(rig.topic(topic), b"x")
        await deaf.until(lambda diary: diary.heard_messages)
        await asyncio.sleep(0.3)
        assert (hasty.ups, hasty.downs) == (0, [])
        assert (brief.ups, brief.downs) == (1, [])
        assert (len(deaf.heard_messages), deaf.downs) == (1, [])

    carrier.run(scenario)


def test_link_opens_again_after_close(carrier: Carrier, doors: Doors) -> None:
    """A link can be opened again as soon as it was closed, in either way."""

    async def scenario(rig: Rig) -> None:
        link, diary = await rig.linked(rig.plan(doors.url(carrier.scheme)), unique("again"))
        for clean in (True, False):
            link.close(clean=clean)
            diary.ups = 0
            link.open()
            await diary.until_up()
            await asyncio.sleep(0.2)  # an echo of the connection before would come now
            assert not diary.downs

    carrier.run(scenario)


def test_link_says_no_before_it_is_up(carrier: Carrier, doors: Doors) -> None:
    """Sending on a link that is not up raises `LinkDown`; opening an open one is a mistake."""

    async def scenario(rig: Rig) -> None:
        link, diary = rig.link(rig.plan(doors.url(carrier.scheme)), unique("early"))
        with pytest.raises(LinkDown):
            link.send(rig.topic("t"), b"x")
        link.open()
        with pytest.raises(LinkDown):
            link.send(rig.topic("t"), b"x")
        with pytest.raises(RuntimeError, match="already"):
            link.open()
        await diary.until_up()

    carrier.run(scenario)
