"""The hot path of QoS 1: ready frames, numbered by whoever made them, written as they are.

A session that gives a number to each message and makes its frame costs more than all else that a
small message costs. Who prints frames by the thousand can number them by the thousand, too, from
packet ids that the session itself does not give (`SessionOptions.packet_id_max`). What the norm
asks for stays the session's: a frame entered in `held` is repeated after a reconnect, counts in the
window, and leaves when its PUBACK comes, which is told by `LinkOwner.acknowledged`.
"""

from typing import NamedTuple

from fleet.mqtt.stream import Stream


class Lane(NamedTuple):
    """Where ready frames of QoS 1 go, until the link is down; see `Link.lane_for`.

    Attributes:
        stream: The way, while nothing on it is unsent.
        held: Unacknowledged frames by their packet ids. A frame is entered before it is written,
            under an id that is not in it. When the link is down for good, it keeps what was never
            acknowledged.
        window: How many there may be.
    """

    stream: Stream
    held: dict[int, bytes]
    window: int
