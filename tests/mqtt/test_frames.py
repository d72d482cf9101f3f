"""The hot path says and understands exactly what the codec does."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.mqtt.decoding import Decoder
from fleet.mqtt.encoding import encode
from fleet.mqtt.errors import MalformedPacket
from fleet.mqtt.events import Received
from fleet.mqtt.frames import (
    PreparedTopic,
    frame,
    frame_qos1,
    frame_qos2,
    read_frame,
    repeated,
)
from fleet.mqtt.packets import Publish, Version
from tests.mqtt.strategies import PACKET_IDS, TOPICS, publishes

VERSIONS = pytest.mark.parametrize("version", list(Version))
SIZES = st.sampled_from([0, 1, 120, 127, 128, 2000, 2047, 2048, 2049, 16383, 16384, 20000])
PAYLOADS = st.binary(max_size=40) | SIZES.map(bytes)


@VERSIONS
@given(topic=TOPICS, payload=PAYLOADS)
def test_a_qos_0_frame_is_the_codecs(version: Version, topic: str, payload: bytes) -> None:
    """`frame` gives the bytes which `encode` gives."""
    prepared = PreparedTopic(version, topic)
    assert prepared.topic == topic
    for retain in (False, True):
        expected = encode(Publish(topic, payload, retain=retain), version)
        assert frame(prepared, payload, retain=retain) == expected


@VERSIONS
@given(topic=TOPICS, payload=PAYLOADS, packet_id=PACKET_IDS, retain=st.booleans())
def test_numbered_frames_are_the_codecs(
    version: Version, topic: str, payload: bytes, packet_id: int, *, retain: bool
) -> None:
    """`frame_qos1`, `frame_qos2` and `repeated` give the bytes which `encode` gives."""
    prepared = PreparedTopic(version, topic)
    for qos, make in ((1, frame_qos1), (2, frame_qos2)):
        once = make(prepared, payload, packet_id, retain=retain)
        packet = Publish(topic, payload, qos, retain, packet_id=packet_id)
        assert once == encode(packet, version)
        assert repeated(once) == encode(replace(packet, dup=True), version)


@pytest.mark.parametrize("topic", ["", "a/#", "+", "a\0", "x" * 65536, "\ud800"])
def test_only_topic_names_are_prepared(topic: str) -> None:
    """A topic which no PUBLISH may have is refused when it is prepared."""
    with pytest.raises(MalformedPacket):
        PreparedTopic(Version.V5, topic)


def _received(publish: Publish) -> tuple[Received, int]:
    message = Received(
        publish.topic,
        publish.payload,
        publish.qos,
        publish.retain,
        publish.dup,
        publish.properties,
    )
    return message, publish.packet_id


@VERSIONS
@given(topic=TOPICS, payload=PAYLOADS, packet_id=PACKET_IDS)
def test_plain_frames_are_read(
    version: Version, topic: str, payload: bytes, packet_id: int
) -> None:
    """A plain PUBLISH of QoS 0 or 1 of up to 16 KiB is read, to the codec's result."""
    for packet in (
        Publish(topic, payload),
        Publish(topic, payload, 1, packet_id=packet_id),
        Publish(topic, payload, 1, retain=True, dup=True, packet_id=packet_id),
    ):
        data = encode(packet, version)
        found = read_frame(data, version)
        assert found == (_received(packet) if len(data) < 16_387 else None)


def _judge(data: bytes, version: Version) -> None:
    found = read_frame(data, version)
    if found is not None:
        (packet,) = Decoder(version).feed(data)
        assert isinstance(packet, Publish)
        assert found == _received(packet)


@VERSIONS
@given(data=st.data())
def test_what_is_read_fast_is_what_is_read_slowly(version: Version, data: st.DataObject) -> None:
    """A mutated PUBLISH is never read by `read_frame` unless the decoder reads the same."""
    stream = bytearray(encode(data.draw(publishes(version)), version))
    for _ in range(data.draw(st.integers(0, 3))):
        position = data.draw(st.integers(0, min(len(stream) - 1, 12)))
        stream[position] = data.draw(st.integers(0, 255) | st.sampled_from([0, 1, 2, 128]))
    _judge(bytes(stream), version)
    _judge(bytes(stream[: data.draw(st.integers(5, 5 + len(stream)))]), version)


@VERSIONS
@given(first=st.sampled_from([0x30, 0x31, 0x32, 0x33, 0x34, 0x38, 0x3A]), body=st.binary())
def test_random_frames_are_read_as_the_decoder_reads_them(
    version: Version, first: int, body: bytes
) -> None:
    """Random bodies under a PUBLISH header are read as the decoder reads them, or not at all."""
    _judge(bytes([first, len(body) & 0x7F]) + body + b"\0\0\0", version)
    if len(body) < 128:
        _judge(bytes([first, len(body)]) + body + (b"" if len(body) > 2 else b"\0\0\0"), version)
