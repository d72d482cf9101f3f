"""What all live worlds of a shard share."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol

from fleet.life.pulse import Pulse
from fleet.life.states import Step
from fleet.mqtt.link import Link, LinkOwner, LinkPlan
from fleet.worlds.beats import Beats
from fleet.worlds.clock import LiveClock
from fleet.worlds.gate import Gate
from fleet.worlds.kernel import Kernel
from fleet.worlds.meters import Meters
from fleet.worlds.rounds import Rounds


class Resident(LinkOwner, Protocol):
    """A terminal, to those who make its link and write its steps down; see `Waiter`."""

    tid: str
    index: int
    pulse: Pulse
    region: str


MakeLink = Callable[[Resident], Link]
Record = Callable[[Resident, Step], None]


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
