"""The live world on a scripted link to a real desk, and on a clock that is told what to show."""

from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from fleet.life.pulse import Pulse
from fleet.life.vitals import Vitals
from fleet.life.world import World
from fleet.mqtt.down import DownReason
from fleet.mqtt.frames import PreparedTopic
from fleet.mqtt.link import LinkDown as NotUp
from fleet.mqtt.link import LinkOwner, LinkPlan
from fleet.mqtt.options import SessionOptions
from fleet.mqtt.poller import Poller
from fleet.profile.clock import BusinessClock
from fleet.run.layout import layout_of
from fleet.tms.desk import Desk
from fleet.watch.tally import Tally
from fleet.wire import codec, topics
from fleet.wire.messages import AnyOrder, Heartbeat
from fleet.worlds.beats import Beats
from fleet.worlds.clock import LiveClock
from fleet.worlds.environment import Environment, Resident
from fleet.worlds.gate import Gate
from fleet.worlds.kernel import Kernel
from fleet.worlds.live import LiveWorld
from fleet.worlds.meters import Meters
from fleet.worlds.rounds import Rounds
from tests.worlds.settings import ORIGIN_MS, PROFILE, TID


class StoppedClock(LiveClock):
    """Shows what it is told."""

    def __init__(self) -> None:
        super().__init__(BusinessClock(ORIGIN_MS, 0, 1.0))
        self.shows = 0

    def now(self) -> int:
        return self.shows


@dataclass
class ScriptedLink:
    """A link to a real desk without a network; what would be a callback waits to be delivered."""

    owner: LinkOwner
    desk: Desk
    up: bool = False
    broken: bool = False
    muted: bool = False
    sent: list[tuple[str, bytes]] = field(default_factory=list)
    due: list[Any] = field(default_factory=list)

    def open(self) -> None:
        if self.broken:
            self.due.append(lambda: self.owner.link_down(DownReason.UNREACHABLE, "cut"))
        else:
            self.up = True
            self.due.append(self.owner.link_up)

    def send(
        self, topic: PreparedTopic, payload: bytes, qos: int = 0, *, retain: bool = False
    ) -> int:
        del qos, retain
        if not self.up:
            raise NotUp
        self.sent.append((topic.topic, payload))
        kind = topics.parse(topic.topic).kind
        if self.muted:
            return 0
        for reply in self.desk.hear("demo", TID, codec.decode_up(kind, payload), ORIGIN_MS):
            down = topics.build("demo", TID, "down", reply.message.kind)
            self.due.append(self._delivery(down, codec.encode(reply.message)))
        return 0

    def stream_for(self, frame_bytes: int) -> None:
        """It makes its own frames."""

    def lane_for(self, frame_bytes: int) -> None:
        """It makes its own frames."""

    def close(self, *, clean: bool) -> None:
        del clean
        self.up = False

    def tick(self, now_ms: int) -> int:
        """Nothing of it ages."""
        return now_ms

    def _delivery(self, topic: str, payload: bytes) -> Any:
        return lambda: self.owner.heard(topic, payload)


class Live:
    """The live world on a clock that jumps from deadline to deadline."""

    def __init__(self) -> None:
        self.clock = StoppedClock()
        self.kernel = Kernel()
        layout = layout_of(PROFILE)
        self.tally = Tally(layout, np.zeros(layout.size, np.int64))
        meters = Meters(self.tally)
        self._desk = Desk(PROFILE, 7)
        self._links: list[ScriptedLink] = []
        self._broken = self._muted = False
        self.environment = Environment(
            kernel=self.kernel,
            clock=self.clock,
            beats=Beats(Vitals(7, np.array([0], np.uint64)), self.clock, meters, 0, 900_000),
            gate=Gate(1),
            rounds=Rounds(1),
            meters=meters,
            plan=LinkPlan((), SessionOptions(), cast("Poller", None), lambda: 0),
            make_link=self._link,
            record=lambda _, __: None,
            tenant="demo",
            queue_max=4,
        )
        self._world = LiveWorld(self.environment, TID, 0, Pulse(0, "1.0.0", has_battery=False))
        self.world: World = self._world
        self.environment.beats.senders = (self._world,)

    def run(self, coroutine: Coroutine[Any, Any, None], until: int) -> None:
        try:
            self._world.begin(coroutine)
            while self._step(until):
                pass
            self._world.end()
        except StopIteration:
            return

    def dropped(self, reason: str) -> int:
        """Return how many messages were dropped for a reason."""
        return self.tally.counts[self.tally.slot("fleet_dropped_total", reason=reason)]

    def post(self, order: AnyOrder) -> None:
        self._world.heard(topics.build("demo", TID, "down", "order"), codec.encode(order))

    def cut(self) -> None:
        self._broken = True
        for link in self._links:
            if link.up:
                link.up = False
                self._world.link_down(DownReason.LOST, "cut")

    def mute(self) -> None:
        self._muted = True
        for link in self._links:
            link.muted = True

    def beats(self) -> list[int]:
        topic = topics.build("demo", TID, "up", "heartbeat")
        said = [payload for link in self._links for where, payload in link.sent if where == topic]
        beats = [codec.decode_up("heartbeat", payload) for payload in said]
        return [beat.ts - ORIGIN_MS for beat in beats if isinstance(beat, Heartbeat)]

    def _link(self, owner: Resident) -> ScriptedLink:
        self._links.append(ScriptedLink(owner, self._desk, broken=self._broken, muted=self._muted))
        return self._links[-1]

    def _step(self, until: int) -> bool:
        for link in self._links:
            if link.due:
                link.due.pop(0)()
                return True
        rhythm = self.environment.beats.rhythm
        heap = self.kernel._heap
        beat_at = int(rhythm._next[0]) if rhythm._limit[0] >= rhythm._next[0] else until + 1
        soonest = min(heap[0][0] if heap else until + 1, beat_at)
        if soonest > until:
            return False
        self.clock.shows = max(self.clock.shows, soonest)
        self.environment.beats.send_due(self.clock.shows)
        self.kernel.run_until(self.clock.shows)
        return True
