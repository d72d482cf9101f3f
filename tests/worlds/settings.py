"""Worlds for the same coroutine, and the strings to pull: solitude, the virtual one, a twin's."""

from collections.abc import Container, Coroutine
from typing import Any, Protocol

from fleet.life.pulse import Pulse
from fleet.life.states import Step
from fleet.life.truth import Truth
from fleet.life.world import World, WorldEnded
from fleet.profile import load
from fleet.profile.clock import origin_ms
from fleet.tms.desk import Desk, Reply
from fleet.wire.messages import AnyOrder, Message, Request
from fleet.worlds.twins import Seat, TwinWorld
from fleet.worlds.virtual import VirtualEstate, VirtualWorld
from tests.life.solitude import Solitude, settle

PROFILE = load("steady", {"faults": {}, "campaigns": [], "orders": [], "estate.terminals": 1})
ORIGIN_MS = origin_ms(PROFILE.run)
TID = "10000000"


class Setting(Protocol):
    """A world and the strings to pull."""

    world: World

    def run(self, coroutine: Coroutine[Any, Any, None], until: int) -> None:
        """Let the coroutine live until it is done or the story reaches `until`."""

    def post(self, order: AnyOrder) -> None:
        """Send an order now; its `at` says when it takes effect."""

    def cut(self) -> None:
        """Break the link, and let none come up."""

    def mute(self) -> None:
        """Let no request be answered."""

    def beats(self) -> list[int]:
        """Return the instants of the heartbeats sent."""


class Alone:
    """Solitude."""

    def __init__(self) -> None:
        self._solitude: Solitude = settle(PROFILE, hours=10**6)
        self.world: World = self._solitude

    def run(self, coroutine: Coroutine[Any, Any, None], until: int) -> None:
        self._solitude.end = until
        try:
            coroutine.send(None)
        except (StopIteration, WorldEnded):
            return

    def post(self, order: AnyOrder) -> None:
        at = order.at - ORIGIN_MS if order.at else self._solitude.story
        self._solitude.orders.append((at, order))

    def cut(self) -> None:
        self._solitude.outages.append((0, 10**15))

    def mute(self) -> None:
        self._solitude.mute |= {"register", "sync", "sign_in"}

    def beats(self) -> list[int]:
        return [at for at, _ in self._solitude.beats]


class Notes:
    """A chronicle that keeps the instants of heartbeats, and lets all else go."""

    heeded: Container[type[Message]] = ()

    def __init__(self) -> None:
        self.beats: list[int] = []

    def step(self, pulse: Pulse, step: Step) -> None: ...

    def note(self, pulse: Pulse, truth: Truth) -> None: ...

    def heard(self, pulse: Pulse, at: int, message: Message) -> None: ...

    def beaten(self, pulse: Pulse, begin: int, every: int, count: int) -> None:
        del pulse
        self.beats += [begin + number * every for number in range(count)]


class MuteDesk(Desk):
    """Has nothing to say."""

    def hear(self, tenant: str, terminal: str, message: Message, server_ts: int) -> list[Reply]:
        del tenant, terminal, message, server_ts
        return []

    def answer(self, tenant: str, terminal: str, request: Request, now: int) -> None:
        del tenant, terminal, request, now


class Virtual:
    """The virtual world, whose horizon moves on in steps that fit nothing else."""

    STEP_MS = 1_300

    def __init__(self) -> None:
        self._notes = Notes()
        self._estate = VirtualEstate(Desk(PROFILE, 7), self._notes, "demo", ORIGIN_MS, 1.0)
        self._world = self._make(Pulse(0, "1.0.0", has_battery=False))
        self.world: World = self._world

    def _make(self, pulse: Pulse) -> VirtualWorld:
        return VirtualWorld(self._estate, TID, pulse)

    def run(self, coroutine: Coroutine[Any, Any, None], until: int) -> None:
        try:
            self._world.begin(coroutine)
            for horizon in range(0, min(until, 100_000), self.STEP_MS):
                self._estate.live_until(horizon)
            self._estate.live_until(until)
            self._world.end()
        except StopIteration:
            return

    def post(self, order: AnyOrder) -> None:
        self._world.order(order)

    def cut(self) -> None:
        self._estate.reachable = False

    def mute(self) -> None:
        self._estate.desk = MuteDesk(PROFILE, 7)

    def beats(self) -> list[int]:
        return self._notes.beats


class Twin(Virtual):
    """The world of a twin whose other unit was never switched on."""

    def _make(self, pulse: Pulse) -> VirtualWorld:
        return TwinWorld(self._estate, TID, pulse, Seat())
