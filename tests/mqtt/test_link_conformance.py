"""What every link does, whatever carries it, against a real broker."""

import asyncio
import contextlib
import socket

import pytest

from fleet.mqtt.endpoint import Endpoint
from fleet.mqtt.errors import WindowFull
from fleet.mqtt.frames import PreparedTopic
from fleet.mqtt.link import Backpressure, Link, LinkDown
from fleet.mqtt.packets import Will
from tests.brokers import HOST
from tests.mqtt.conftest import Doors, OwnUrl
from tests.mqtt.links import Carrier, Rig, unique
from tests.processes import stopped

pytestmark = pytest.mark.broker


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


def test_window_bounds_unacknowledged_messages(carrier: Carrier, own_url: OwnUrl) -> None:
    """Beyond the window `send` raises `WindowFull`; acknowledgements open it again."""

    async def scenario(rig: Rig) -> None:
        url, pid = own_url()
        link, diary = await rig.linked(rig.plan(url, receive_maximum=3), unique("window"))
        topic = rig.topic(unique("window"))
        with stopped(pid):
            ids = [link.send(topic, b"x", 1) for _ in range(3)]
            with pytest.raises(WindowFull, match="3"):
                link.send(topic, b"x", 1)
            assert link.send(topic, b"x") == 0
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


async def flood(count: int, link: Link, topic: PreparedTopic) -> None:
    """Send more than anybody buffers."""
    for _ in range(count):
        link.send(topic, b"x" * 10_000)
        await asyncio.sleep(0)


def test_memory_is_bounded_when_the_peer_does_not_read(carrier: Carrier, own_url: OwnUrl) -> None:
    """Beyond the plan's bound `send` raises `Backpressure`, and goes on once the peer reads."""

    async def scenario(rig: Rig) -> None:
        url, pid = own_url()
        link, diary = await rig.linked(rig.plan(url), unique("flood"))
        topic = rig.topic(unique("flood"))
        # The system's own buffers on both sides of the loopback take up to some 10 MiB before.
        with stopped(pid), pytest.raises(Backpressure):
            await flood(3_000, link, topic)
        while not diary.acknowledged_ids:
            with contextlib.suppress(Backpressure, WindowFull):
                link.send(topic, b"x", 1)
            await asyncio.sleep(0.01)
        assert not diary.downs

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
