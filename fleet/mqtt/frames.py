"""The hot path: PUBLISH frames from topics which were encoded once."""

from fleet.mqtt.packets import Version


class PreparedTopic:
    """A topic name, checked and encoded once for one protocol version."""

    __slots__ = ("encoded", "no_properties", "size")

    def __init__(self, version: Version, topic: str) -> None:
        raise NotImplementedError


def frame(prepared: PreparedTopic, payload: bytes, *, retain: bool = False) -> bytes:
    """Return a QoS 0 PUBLISH."""
    raise NotImplementedError


def frame_qos1(
    prepared: PreparedTopic, payload: bytes, packet_id: int, *, dup: bool = False, retain: bool = False
) -> bytes:
    """Return a QoS 1 PUBLISH."""
    raise NotImplementedError
