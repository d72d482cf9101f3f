"""Wires: where the ready frames of each terminal go, past its link.

Theory of operation
-------------------
A plain stream with nothing unsent takes a frame as it is, so the frame is written straight to its
file descriptor, by a number from a list. To go there by the stream and its socket touches two more
objects, which between two heartbeats of a terminal have left the processor's caches: of 10 us that
2,000 sockets in turn cost a frame, 0.4 (10,000/s to mosquitto; ways that took turns tick by tick).

    stream                  wire            a frame
    none                    NO_WIRE         is refused: the link sends it in its own way, or cannot
    plain, nothing unsent   its descriptor  is written to the wire
    plain, something unsent NO_WIRE         is refused
    TLS                     NO_WIRE         is written to the stream, or refused likewise

It is the stream that keeps its wire right: descriptors that are closed are given out again, and a
frame must not come between the halves of another message. What a wire does not take whole goes on
by the stream, which keeps the rest.
"""

from collections.abc import Sequence
from os import write
from typing import Final

from fleet.mqtt.lane import Lane
from fleet.mqtt.link import Link
from fleet.mqtt.stream import NO_WIRE, Stream

# More than any heartbeat takes, with the longest tenant and version.
_FRAME_BYTES_MAX: Final = 1_024

Unsent = tuple[int, bytes]
"""A row's frame."""


class Wires:
    """The wires of a shard, by the rows of its terminals.

    Attributes:
        lanes: Where frames of QoS 1 are kept until they are acknowledged.
    """

    def __init__(self, terminals: int, qos: int) -> None:
        """Start with nobody who has one; `qos` is that of all frames, 0 or 1."""
        self.lanes: list[Lane | None] = [None] * terminals
        self._streams: list[Stream | None] = [None] * terminals
        self._wires = [NO_WIRE] * terminals
        self._qos = qos

    def carry_by(self, link: Link | None, row: int) -> None:
        """Note the link by which a terminal's frames go from now on; None for none."""
        self._wires[row] = NO_WIRE
        if self._qos:
            lane = self.lanes[row] = None if link is None else link.lane_for(_FRAME_BYTES_MAX)
            stream = None if lane is None else lane.stream
        else:
            stream = None if link is None else link.stream_for(_FRAME_BYTES_MAX)
        self._streams[row] = stream
        if stream is not None:
            stream.lay(self._wires, row)

    def send(self, rows: Sequence[int], frames: Sequence[bytes]) -> list[Unsent]:
        """Send frames of QoS 0; return those that are refused."""
        wires, refused = self._wires, []
        for row, frame in zip(rows, frames, strict=True):
            wire = wires[row]
            try:
                sent = write(wire, frame) if wire != NO_WIRE else 0
            except OSError:
                sent = 0
            if sent != len(frame) and not self._went_on(row, frame, sent):
                refused.append((row, frame))
        return refused

    def send_held(
        self, rows: Sequence[int], frames: Sequence[bytes], ids: Sequence[int]
    ) -> list[Unsent]:
        """Do the same with frames of QoS 1; `ids` are their packet ids."""
        wires, lanes, refused = self._wires, self.lanes, []
        for row, frame, packet_id in zip(rows, frames, ids, strict=True):
            lane, wire = lanes[row], wires[row]
            if lane is None or len(lane.held) >= lane.window or packet_id in lane.held:
                refused.append((row, frame))
                continue
            lane.held[packet_id] = frame
            try:
                sent = write(wire, frame) if wire != NO_WIRE else 0
            except OSError:
                sent = 0
            if sent != len(frame) and not self._went_on(row, frame, sent):
                del lane.held[packet_id]
                refused.append((row, frame))
        return refused

    def _went_on(self, row: int, frame: bytes, sent: int) -> bool:
        """Let the stream send what the wire did not take; return whether the frame is on its way.

        A broken connection takes everything, see `Stream.write`.
        """
        stream = self._streams[row]
        if stream is None or stream.unsent:
            return False
        stream.write(frame[sent:])
        return True
