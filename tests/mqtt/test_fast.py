"""What the fast link does with brokers that misbehave, and with bytes at the wrong moment."""

import asyncio
import gc
import resource
import socket
from dataclasses import replace

import pytest

from fleet.mqtt.down import DownReason
from fleet.mqtt.fast import FastLink
from fleet.mqtt.link import Phase
from fleet.mqtt.packets import Will
from tests.brokers import HOST, Mosquitto
from tests.mqtt.links import CARRIERS, Carrier, Rig, scripted_broker

FAST_311 = [each for each in CARRIERS if str(each.id).startswith("fast") and "V311" in str(each.id)]
CONNACK = b"\x20\x02\x00\x00"


@pytest.fixture(params=FAST_311)
def carrier(request: pytest.FixtureRequest) -> Carrier:
    """The fast link, on either loop."""
    chosen: Carrier = request.param
    return chosen


@pytest.mark.parametrize(
    ("answers", "then_cut", "expected", "complaint"),
    [
        ([b"\x20\x02\x00\x04"], False, DownReason.BAD_CREDENTIALS, "bad user name or password"),
        ([b"\x20\x02\x00\x05"], False, DownReason.NOT_AUTHORISED, "not authorized"),
        ([b"\x20\x02\x00\x03"], False, DownReason.REFUSED, "server unavailable"),
        ([b"\x20\x02\x00\x05"], True, DownReason.NOT_AUTHORISED, "not authorized"),
        ([b"HTTP/1.1 400 Bad Request"], False, DownReason.PROTOCOL, "broke the protocol"),
        ([b""], True, DownReason.LOST, "CONNECT was not answered"),
        ([CONNACK], False, DownReason.TIMEOUT, "SUBSCRIBE was not answered"),
        ([CONNACK, b""], True, DownReason.LOST, "SUBSCRIBE was not answered"),
        ([CONNACK, b"\x90\x03\x00\x01\x80"], False, DownReason.REFUSED, "subscribe to t"),
        ([CONNACK, b"\x90\x03\x00\x01\x00"], True, DownReason.LOST, "it was up"),
    ],
)
def test_every_end_has_its_reason(
    carrier: Carrier,
    answers: list[bytes],
    then_cut: bool,  # noqa: FBT001
    expected: DownReason,
    complaint: str,
) -> None:
    """However a broker ends a connection, the reason and what was awaited are told, once."""

    async def scenario(rig: Rig) -> None:
        async with scripted_broker(*answers, then_cut=then_cut) as url:
            plan = rig.plan(url, connect_timeout_ms=500)
            link, diary = rig.link(plan, "a", subscriptions=[("t", 0)])
            link.open()
            reason, text = await diary.until_down()
        assert reason is expected
        assert complaint in text

    carrier.run(scenario)


@pytest.mark.parametrize("size", [1, 65_535, 65_536, 65_537, 3_000_000])
def test_messages_of_all_sizes_come_through_the_reader(
    carrier: Carrier, mosquitto: Mosquitto, size: int
) -> None:
    """An edge-triggered reader leaves nothing behind, whatever the size of its buffer."""

    async def scenario(rig: Rig) -> None:
        plan = rig.plan(
            f"mqtt://{HOST}:{mosquitto.port}", max_packet_bytes=8_000_000, unsent_bytes_max=8 << 20
        )
        topic = f"sizes/{carrier.new_loop.__name__}/{size}"
        link, diary = await rig.linked(plan, topic.replace("/", "-"), subscriptions=[(topic, 1)])
        for _ in range(2):
            link.send(rig.topic(topic), bytes(size), 1)
        await diary.until(lambda diary: len(diary.heard_messages) == 2)
        assert diary.heard_messages == [(topic, bytes(size))] * 2

    carrier.run(scenario)


def test_what_cannot_be_said_is_told(carrier: Carrier, mosquitto: Mosquitto) -> None:
    """A will or a filter which MQTT forbids brings the link down with what is wrong about it."""

    async def scenario(rig: Rig) -> None:
        plan = rig.plan(f"mqtt://{HOST}:{mosquitto.port}")
        for traits in ({"will": Will("bad/#", b"")}, {"subscriptions": [("a#", 0)]}):
            link, diary = rig.link(plan, "wordless", **traits)
            link.open()
            reason, text = await diary.until_down()
            assert reason is DownReason.PROTOCOL
            assert "cannot say" in text

    carrier.run(scenario)


def test_lack_of_descriptors_is_our_own_fault(carrier: Carrier, mosquitto: Mosquitto) -> None:
    """A machine without descriptors left is told apart from a broker that cannot be reached."""

    async def scenario(rig: Rig) -> None:
        link, diary = rig.link(rig.plan(f"mqtt://{HOST}:{mosquitto.port}"), "poor")
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
        try:
            link.open()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        assert not diary.downs
        reason, text = await diary.until_down()
        assert reason is DownReason.EXHAUSTED
        assert "Too many open files" in text

    carrier.run(scenario)


def test_next_address_is_tried(carrier: Carrier, mosquitto: Mosquitto) -> None:
    """An address that refuses is followed by the next one of the same endpoint."""

    async def scenario(rig: Rig) -> None:
        with socket.create_server((HOST, 0)) as closed:
            dead_port = closed.getsockname()[1]
        plan = rig.plan(f"mqtt://{HOST}:{mosquitto.port}")
        (live,) = plan.routes[0].addresses
        addresses = (live._replace(sockaddr=(HOST, dead_port)), live)
        route = replace(plan.routes[0], addresses=addresses)
        await rig.linked(replace(plan, routes=(route,)), f"second-{carrier.new_loop.__name__}")

    carrier.run(scenario)


def test_closing_is_possible_in_every_phase(carrier: Carrier) -> None:
    """A link closed while dialling, greeting, subscribing or up leaves nothing open."""

    async def scenario(rig: Rig) -> None:
        for clean in (True, False):
            for phase in (Phase.DIALLING, Phase.GREETING, Phase.SUBSCRIBING, Phase.UP):
                answers = {Phase.SUBSCRIBING: [CONNACK], Phase.UP: [CONNACK, b"\x90\x03\0\1\0"]}
                async with scripted_broker(*answers.get(phase, [])) as url:
                    link, diary = rig.link(rig.plan(url), "a", subscriptions=[("t", 0)])
                    assert isinstance(link, FastLink)
                    link.open()
                    async with asyncio.timeout(5):
                        while link._phase is not phase:  # noqa: ASYNC110 - nobody tells it
                            await asyncio.sleep(0)
                    link.close(clean=clean)
                    await asyncio.sleep(0.05)
                    assert not diary.downs

    carrier.run(scenario)


@pytest.mark.parametrize("turns", [0, 1, 50])
def test_closing_is_possible_during_the_tls_handshake(carrier: Carrier, turns: int) -> None:
    """A link closed before or in the middle of a TLS handshake leaves nothing open."""

    async def scenario(rig: Rig) -> None:
        async with scripted_broker(b"") as url:
            link, diary = rig.link(rig.plan(url.replace("mqtt://", "mqtts://")), "a")
            assert isinstance(link, FastLink)
            link.open()
            async with asyncio.timeout(5):
                while link._stream is None:  # noqa: ASYNC110 - nobody tells it
                    await asyncio.sleep(0)
            for _ in range(turns):
                await asyncio.sleep(0)
            link.close(clean=True)
            await asyncio.sleep(0.05)
            assert not diary.downs
            gc.collect()

    carrier.run(scenario)


def test_foreign_source_address_is_exhaustion(carrier: Carrier, mosquitto: Mosquitto) -> None:
    """A source address which this machine does not have is our own fault, not the broker's."""

    async def scenario(rig: Rig) -> None:
        plan = rig.plan(f"mqtt://{HOST}:{mosquitto.port}", source_addresses=("192.0.2.1",))
        link, diary = rig.link(plan, "foreign")
        link.open()
        reason, text = await diary.until_down()
        assert reason is DownReason.EXHAUSTED
        assert "assign requested address" in text

    carrier.run(scenario)
