"""What all live worlds of a shard share."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from fleet.life.states import Step
from fleet.mqtt.link import Link, LinkPlan
from fleet.worlds.beats import Beats
from fleet.worlds.clock import LiveClock
from fleet.worlds.gate import Gate
from fleet.worlds.kernel import Kernel
from fleet.worlds.meters import Meters
from fleet.worlds.rounds import Rounds

if TYPE_CHECKING:
    from fleet.worlds.live import LiveWorld

MakeLink = Callable[["LiveWorld"], Link]
Record = Callable[["LiveWorld", Step], None]


class Environment(NamedTuple):
    """The kernel, the clock, the heartbeats, the gate, the meters, and how links are made."""

    kernel: Kernel
    clock: LiveClock
    beats: Beats
    gate: Gate
    rounds: Rounds
    meters: Meters
    plan: LinkPlan
    make_link: MakeLink
    record: Record
    tenant: str
    queue_max: int
    qos: Mapping[str, int] = MappingProxyType({})
    """Of those kinds of message for which the profile sets it."""
