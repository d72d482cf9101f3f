"""What every message has."""

from typing import ClassVar

from msgspec import Struct


class Message(Struct, frozen=True, forbid_unknown_fields=True):
    """What every message has: a kind, which names its topic, a QoS, and whether it is retained."""

    kind: ClassVar[str]
    qos: ClassVar[int] = 1
    retain: ClassVar[bool] = False
