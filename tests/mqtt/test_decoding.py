"""The codec: what is written is read, however it is cut; what is broken is refused, and only so."""

import contextlib
import itertools
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.mqtt.decoding import Decoder
from fleet.mqtt.encoding import encode
from fleet.mqtt.errors import MalformedPacket
from fleet.mqtt.packets import KINDS, ConnAck, Connect, Packet, PingResp, Properties, Version
from fleet.mqtt.properties import TABLE
from tests.mqtt.strategies import connects, packets

VERSIONS = pytest.mark.parametrize("version", list(Version))


def _feed(version: Version | None, data: bytes, cuts: list[int]) -> list[Packet]:
    decoder = Decoder(version)
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    found = [
        packet
        for start, end in itertools.pairwise(edges)
        for packet in decoder.feed(data[start:end])
    ]
    assert decoder.buffered == 0
    return found


def test_the_strategies_make_every_packet() -> None:
    """There is a reader, a writer and a kind for each of the fifteen packets."""
    assert sorted(KINDS.values()) == list(range(1, 16))


def test_the_property_table_is_the_norms() -> None:
    """The table has the 27 properties of MQTT 5, each a field of `Properties`, none twice."""
    names = [row.name for row in TABLE]
    assert len({row.identifier for row in TABLE}) == len(TABLE) == 27
    assert tuple(names) == Properties.__slots__


@VERSIONS
@given(data=st.data())
def test_every_packet_survives_the_wire(version: Version, data: st.DataObject) -> None:
    """What `encode` writes, the decoder reads back as the same value."""
    packet = data.draw(packets(version))
    assert Decoder(version).feed(encode(packet, version)) == [packet]


@VERSIONS
@given(data=st.data())
def test_chunks_do_not_matter(version: Version, data: st.DataObject) -> None:
    """However a stream is cut, the same packets come out."""
    sent = data.draw(st.lists(packets(version), max_size=5))
    stream = b"".join(encode(packet, version) for packet in sent)
    cuts = data.draw(st.lists(st.integers(0, 10_000), max_size=20))
    assert _feed(version, stream, cuts) == sent


@VERSIONS
def test_a_stream_byte_by_byte(version: Version) -> None:
    """A packet comes out with its last byte, not before."""
    stream = encode(ConnAck(), version)
    decoder = Decoder(version)
    assert [decoder.feed(bytes([byte])) for byte in stream[:-1]] == [[]] * (len(stream) - 1)
    assert decoder.feed(stream[-1:]) == [ConnAck()]


@VERSIONS
@given(data=st.data())
def test_a_brokers_side_learns_the_version(version: Version, data: st.DataObject) -> None:
    """A decoder without a version takes it from the CONNECT."""
    connect = data.draw(connects(version))
    decoder = Decoder(None)
    assert decoder.feed(encode(connect, version)) == [connect]
    assert decoder.version is version


def test_a_brokers_side_wants_connect_first() -> None:
    """A stream that begins with anything but CONNECT is refused."""
    with pytest.raises(MalformedPacket, match="must be CONNECT"):
        Decoder(None).feed(encode(PingResp(), Version.V5))


def _only_malformed(version: Version | None, data: bytes) -> None:
    with contextlib.suppress(MalformedPacket):
        Decoder(version, 10_000).feed(data)


@VERSIONS
@settings(max_examples=300)
@given(data=st.data())
def test_mutated_bytes_raise_only_malformed_packet(version: Version, data: st.DataObject) -> None:
    """A packet with bytes changed, lost or added is read or refused, never anything else."""
    stream = bytearray(encode(data.draw(packets(version)), version))
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(stream)))
        replacement = data.draw(st.binary(max_size=3))
        stream[position : position + data.draw(st.integers(0, 2))] = replacement
    _only_malformed(version, bytes(stream))


@pytest.mark.parametrize("version", [*Version, None])
@settings(max_examples=300)
@given(header=st.integers(0, 255), body=st.binary(max_size=60), noise=st.binary(max_size=10))
def test_random_bytes_raise_only_malformed_packet(
    version: Version | None, header: int, body: bytes, noise: bytes
) -> None:
    """Random bodies under every header, and random streams, are read or refused."""
    _only_malformed(version, bytes([header, len(body)]) + body)
    _only_malformed(version, noise + body)


@VERSIONS
@given(data=st.data())
def test_a_shortened_body_is_never_another_packet_by_accident(
    version: Version, data: st.DataObject
) -> None:
    """A body read to its end is what a writer makes: reading, writing, reading changes nothing."""
    stream = encode(data.draw(packets(version)), version)
    body = stream[2 : data.draw(st.integers(2, len(stream)))][:127]
    try:
        found = Decoder(version).feed(bytes([stream[0], len(body)]) + body)
    except MalformedPacket:
        return
    again = b"".join(encode(packet, version) for packet in found)
    assert Decoder(version).feed(again) == found


def test_a_broken_stream_stays_broken() -> None:
    """After a malformed packet nothing is read any more."""
    decoder = Decoder(Version.V5)
    with pytest.raises(MalformedPacket) as first:
        decoder.feed(b"\x00\x00")
    with pytest.raises(MalformedPacket) as second:
        decoder.feed(encode(PingResp(), Version.V5))
    assert second.value is first.value
    assert decoder.buffered == 0


def test_a_huge_announcement_is_refused_before_it_comes() -> None:
    """A packet larger than accepted is refused by its header, and nothing is set aside for it."""
    with pytest.raises(MalformedPacket, match="at most 1000 are accepted") as caught:
        Decoder(Version.V5, 1000).feed(b"\x30\xff\xff\xff\x7f")
    assert caught.value.code == 0x95


def test_memory_follows_what_came_not_what_was_announced() -> None:
    """An announced length of 256 MiB, accepted, takes no memory by itself."""
    tracemalloc.start()
    decoder = Decoder(Version.V5)
    assert decoder.feed(b"\x30\xff\xff\xff\x7f") == []
    assert decoder.feed(b"x" * 1000) == []
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000


def test_the_limit_counts_the_whole_packet() -> None:
    """A packet of exactly the limit is read; one byte less of a limit refuses it."""
    data = encode(Connect("abc"), Version.V311)
    assert Decoder(None, len(data)).feed(data)
    with pytest.raises(MalformedPacket):
        Decoder(None, len(data) - 1).feed(data)
