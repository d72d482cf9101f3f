"""Ready frames of QoS 1, numbered by their maker, fare as the session's own would."""

import pytest

from fleet.mqtt.encoding import encode
from fleet.mqtt.fast import FastLink
from fleet.mqtt.frames import PreparedTopic, frame_qos1
from fleet.mqtt.lane import Lane
from fleet.mqtt.packets import Publish, Version
from fleet.mqtt.session import Session, SessionOptions
from tests.mqtt.conftest import Doors, OwnUrl
from tests.mqtt.links import Carrier, Rig, scripted_broker, unique
from tests.processes import stopped

FRAME_BYTES = 1_024
OWN_IDS_MAX = 0x7FFF
FIRST = OWN_IDS_MAX + 1
CONNACK = b"\x20\x02\x00\x00"
CONNACK_AGAIN = b"\x20\x02\x01\x00"
# Of MQTT 5, with a Maximum QoS of 0.
CONNACK_QOS_0 = b"\x20\x05\x00\x00\x02\x24\x00"


def puback(packet_id: int) -> bytes:
    """Return a PUBACK."""
    return b"\x40\x02" + packet_id.to_bytes(2, "big")


def write(lane: Lane, packet_id: int, topic: PreparedTopic, payload: bytes) -> None:
    """Do what a maker of frames does."""
    frame = frame_qos1(topic, payload, packet_id)
    lane.held[packet_id] = frame
    lane.stream.write(frame)


@pytest.mark.broker
def test_frames_are_heard_and_acknowledged(carrier: Carrier, doors: Doors) -> None:
    """Frames beside messages of the link's own: all are heard, each id is told once, none is held.

    A link that makes its own frames has no lane.
    """

    async def scenario(rig: Rig) -> None:
        topic = rig.topic(unique("lane"))
        plan = rig.plan(doors.url(carrier.scheme), packet_id_max=OWN_IDS_MAX)
        _, hearer = await rig.linked(plan, unique("hearer"), subscriptions=[(topic.topic, 1)])
        link, sayer = await rig.linked(plan, unique("sayer"))
        lane = link.lane_for(FRAME_BYTES)
        if not isinstance(link, FastLink):
            assert lane is None
            return
        assert lane is not None
        said, ids = [], []
        for number in range(5):
            write(lane, FIRST + number, topic, b"ready %d" % number)
            ids += [FIRST + number, link.send(topic, b"own %d" % number, 1)]
            said += [b"ready %d" % number, b"own %d" % number]
        await sayer.until(lambda diary: len(diary.acknowledged_ids) == len(ids))
        await hearer.until(lambda diary: len(diary.heard_messages) == len(said))
        assert sayer.acknowledged_ids == ids
        assert [payload for _, payload in hearer.heard_messages] == said
        assert not lane.held

    carrier.run(scenario)


@pytest.mark.broker
def test_frames_count_in_the_window(carrier: Carrier, own_url: OwnUrl) -> None:
    """A frame that is held takes a place, whoever numbered it; its PUBACK gives the place back."""

    async def scenario(rig: Rig) -> None:
        url, pid = own_url()
        plan = rig.plan(url, receive_maximum=3)
        link, diary = await rig.linked(plan, unique("window"))
        if not isinstance(link, FastLink):
            return
        topic, lane = rig.topic(unique("window")), link.lane_for(FRAME_BYTES)
        assert lane is not None
        assert lane.window == 3
        with stopped(pid):
            write(lane, FIRST, topic, b"x")
            link.send(topic, b"x", 1)
            assert len(lane.held) == 2
        await diary.until(lambda diary: len(diary.acknowledged_ids) == 2)
        assert not lane.held

    carrier.run(scenario)


def test_there_is_no_lane_that_the_broker_would_not_have(carrier: Carrier) -> None:
    """Neither while the link is down, nor for too long a frame, nor without QoS 1."""

    async def scenario(rig: Rig) -> None:
        async with scripted_broker(CONNACK_QOS_0) as url:
            link, diary = rig.link(rig.plan(url), "a")
            assert link.lane_for(1) is None
            link.open()
            await diary.until_up()
            assert link.lane_for(1) is None

    if carrier.make is FastLink and carrier.version is Version.V5:
        carrier.run(scenario)


def test_held_frames_are_repeated_on_the_next_connection() -> None:
    """A session that survives says them again, in order and as duplicates, until they are settled.

    [MQTT-4.4.0-1]; and one that does not survive leaves them to whoever had the lane.
    """
    topic = PreparedTopic(Version.V311, "t")
    frames = {FIRST + number: frame_qos1(topic, b"x", FIRST + number) for number in range(2)}
    session = Session(SessionOptions(clean_start=False, packet_id_max=OWN_IDS_MAX), "a")
    session.connect()
    session.receive(CONNACK, 0)
    session.held.update(frames)
    assert session.connection_lost() == ()
    session.connect()
    session.receive(CONNACK_AGAIN, 0)
    again = [
        encode(Publish("t", b"x", 1, dup=True, packet_id=packet_id), Version.V311)
        for packet_id in frames
    ]
    assert session.take_output() == b"".join(again)
    assert session.settled_by(puback(FIRST) + puback(FIRST + 1), 0) == FIRST
    held = session.held
    session.connect()
    session.receive(CONNACK, 0)
    assert not session.held
    assert list(held) == [FIRST + 1]


def test_a_session_gives_no_id_that_is_its_caller_s() -> None:
    """Ids go round from the greatest of its own to 1."""
    options = SessionOptions(packet_id_max=3)
    session = Session(options, "a")
    session.connect()
    session.receive(CONNACK, 0)
    topic, given = PreparedTopic(Version.V311, "t"), []
    for _ in range(5):
        given.append(session.publish(topic, b"", 1)[1])
        session.receive(puback(given[-1]), 0)
    assert given == [1, 2, 3, 1, 2]


def test_many_pubacks_in_one_breath_are_each_told(carrier: Carrier) -> None:
    """Acknowledgements that come together, in pieces that end anywhere, are told one by one."""
    count = 6

    async def scenario(rig: Rig) -> None:
        pubacks = b"".join(puback(FIRST + number) for number in range(count))
        async with scripted_broker(CONNACK, pubacks[:10], pubacks[10:]) as url:
            link, diary = await rig.linked(rig.plan(url), "a")
            lane = link.lane_for(FRAME_BYTES)
            assert lane is not None
            for number in range(count):
                write(lane, FIRST + number, rig.topic("t"), b"x")
            await diary.until(lambda diary: diary.acknowledged_ids)
            link.send(rig.topic("t"), b"and on")
            await diary.until(lambda diary: len(diary.acknowledged_ids) == count)
            assert diary.acknowledged_ids == [FIRST + number for number in range(count)]
            assert not lane.held

    if carrier.make is FastLink and carrier.version is Version.V311:
        carrier.run(scenario)
