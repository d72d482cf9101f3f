"""Frames on a wire arrive whole and in order, and none is written where no stream would take it."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

import pytest

from fleet.mqtt.lane import Lane
from fleet.mqtt.link import Link
from fleet.mqtt.poller import Poller
from fleet.mqtt.stream import NO_WIRE, PlainStream, Stream
from fleet.worlds.wires import Wires

TIMEOUT_S: Final = 10
FRAME: Final = b"f" * 300
OTHER: Final = b"o" * 4_000_000  # more than the buffers of both ends hold


class Carrier:
    """A link that is up."""

    def __init__(self, stream: Stream, window: int = 0) -> None:
        self.stream = stream
        self.held: dict[int, bytes] = {}
        self.window = window

    def stream_for(self, frame_bytes: int) -> Stream:
        assert frame_bytes >= len(FRAME)
        return self.stream

    def lane_for(self, frame_bytes: int) -> Lane:
        assert frame_bytes >= len(FRAME)
        return Lane(self.stream, self.held, self.window)


class Owner:
    """Whoever is told how the stream ends."""

    def __init__(self) -> None:
        self.over = asyncio.Event()

    def ready(self) -> None: ...

    def received(self, data: bytes) -> None: ...

    def lost(self, error: Exception | None) -> None:  # noqa: ARG002
        self.over.set()


class Rig:
    """Two rows, the second of which has a plain stream to a peer that reads when it is told to."""

    def __init__(self, poller: Poller, qos: int = 0) -> None:
        ours, self.peer = socket.socketpair()
        ours.setblocking(False)  # noqa: FBT003
        self.peer.setblocking(False)  # noqa: FBT003
        self.owner = Owner()
        self.stream = PlainStream(ours, poller, self.owner)
        self.carrier = Carrier(self.stream, window=2)
        self.wires = Wires(2, qos)
        self.wires.carry_by(cast("Link", self.carrier), 1)

    @property
    def wire(self) -> int:
        return self.wires._wires[1]

    async def read(self, size: int) -> bytes:
        """Read so many bytes, and see that no more come."""
        data = bytearray()
        while len(data) < size:
            data += await asyncio.get_running_loop().sock_recv(self.peer, 1 << 20)
        await asyncio.sleep(0.01)
        with pytest.raises(BlockingIOError):
            self.peer.recv(1)
        return bytes(data)


def story(tell: Callable[[Rig], Awaitable[None]], qos: int = 0) -> None:
    """Tell a story on a rig of its own."""

    async def told() -> None:
        with Poller() as poller:
            rig = Rig(poller, qos)
            with rig.peer:
                await tell(rig)
            await poller.all_parted(TIMEOUT_S)
            if rig.stream._socket.fileno() >= 0:
                rig.stream.abort()

    asyncio.run(asyncio.wait_for(told(), TIMEOUT_S))


def test_frames_go_to_those_who_have_a_wire() -> None:
    """Who has no link is refused; the others' frames arrive as they are."""

    async def tell(rig: Rig) -> None:
        assert rig.wires.send([1, 0, 1], [b"a", b"b", b"c"]) == [(0, b"b")]
        assert await rig.read(2) == b"ac"

    story(tell)


def test_no_frame_comes_between_the_halves_of_another_message() -> None:
    """While something is unsent, whoever wrote it, frames are refused; then they go on."""

    async def tell(rig: Rig) -> None:
        rig.stream.write(OTHER)
        assert rig.stream.unsent
        begun = rig.peer.recv(1 << 20)  # now there is room, and the stream does not know yet
        assert rig.wires.send([1], [FRAME]) == [(1, FRAME)]
        assert begun + await rig.read(len(OTHER) - len(begun)) == OTHER
        assert rig.wires.send([1], [FRAME]) == []
        assert await rig.read(len(FRAME)) == FRAME

    story(tell)


def test_what_the_wire_does_not_take_whole_is_not_lost() -> None:
    """The frame at which the buffers are full goes on by the stream, and the next are refused."""

    async def tell(rig: Rig) -> None:
        sent = 0
        while not rig.wires.send([1], [FRAME * 3]):
            sent += 1
        assert rig.wire == NO_WIRE
        assert await rig.read(sent * len(FRAME) * 3) == FRAME * 3 * sent
        assert rig.wire == rig.stream._socket.fileno()

    story(tell)


@pytest.mark.parametrize("end", ["close", "abort", "peer"])
def test_a_wire_ends_with_its_stream(end: str) -> None:
    """However a connection ends, nothing is written to a descriptor that may be another's now."""

    async def tell(rig: Rig) -> None:
        if end == "peer":
            rig.peer.close()
            await rig.owner.over.wait()
        else:
            getattr(rig.stream, end)()
        assert rig.wire == NO_WIRE
        # Whoever comes next is not disturbed by what becomes of the stream before.
        ours, peer = socket.socketpair()
        with ours, peer:
            rig.wires._wires[1] = ours.fileno()
            await asyncio.sleep(0.01)
            assert rig.wire == ours.fileno()

    story(tell)


def test_a_frame_of_qos_1_is_held_unless_it_is_refused() -> None:
    """It counts in the window from before it is written; who is refused is not held."""

    async def tell(rig: Rig) -> None:
        held = rig.carrier.held
        refused = rig.wires.send_held([1, 1, 1, 0], [b"a", b"b", b"c", b"d"], [7, 7, 8, 9])
        assert refused == [(1, b"b"), (0, b"d")]
        assert held == {7: b"a", 8: b"c"}
        assert rig.wires.send_held([1], [b"e"], [10]) == [(1, b"e")]  # the window is full
        assert await rig.read(2) == b"ac"
        held.clear()
        rig.stream.write(OTHER)
        assert rig.wires.send_held([1], [FRAME], [11]) == [(1, FRAME)]
        assert not held

    story(tell, qos=1)


def test_a_stream_without_a_wire_is_written_to() -> None:
    """TLS must see what is written: its frames go to the stream, or are refused likewise."""

    class Cipher:
        """Keeps what it is given."""

        unsent = 0

        def __init__(self) -> None:
            self.written: list[bytes] = []

        def lay(self, wires: list[int], place: int) -> None: ...

        def write(self, data: bytes) -> None:
            self.written.append(data)

    cipher: Any = Cipher()
    wires = Wires(1, 0)
    wires.carry_by(cast("Link", Carrier(cipher)), 0)
    assert wires.send([0], [FRAME]) == []
    cipher.unsent = 1
    assert wires.send([0], [b"more"]) == [(0, b"more")]
    assert cipher.written == [FRAME]
