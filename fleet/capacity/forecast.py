"""What is coming: the virtual world plays a profile before anything is loaded.

A terminal's story is a function of seed, serial and profile, in virtual time as in a live run. So
the load of a run can be known beforehand: every message, every connect and every state, an instant
at a time. What a forecast cannot know is the server: it plays one that answers at once.

Time is counted in *bins* of wall time, as a run's timeline is.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, get_args

import numpy as np
from numpy.typing import NDArray

from fleet.life.pulse import Pulse
from fleet.life.states import State, Step
from fleet.life.truth import Truth
from fleet.life.vitals import Vitals
from fleet.profile.clock import origin_ms
from fleet.profile.members import members
from fleet.profile.profile import Profile
from fleet.tms.desk import Desk
from fleet.units import HOUR_MS, MINUTE_MS, SECOND_MS, Millis
from fleet.wire import codec, topics
from fleet.wire.messages import (
    DOWN,
    UP,
    Heartbeat,
    HeartbeatAcknowledged,
    Message,
    Presence,
)
from fleet.worlds.crew import put_to_life
from fleet.worlds.virtual import VirtualEstate

Numbers = NDArray[np.float64]

# As few as can be told apart in a chart, as long as people think in.
_BINS_MAX: Final = 300
_BIN_MS: Final = (
    SECOND_MS, 2 * SECOND_MS, 5 * SECOND_MS, 10 * SECOND_MS, 30 * SECOND_MS, MINUTE_MS,
    5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS,
)  # fmt: skip
# Of a PUBLISH: header, and the packet id at QoS 1; the topic is counted apart.
_HEADER_BYTES: Final = 5
# A heartbeat with its topic, as printed: 336 to 381 bytes by the length of its versions.
_HEARTBEAT_BYTES: Final = 365
_STARTING: Final = frozenset({State.REGISTERING, State.BOOTING})
_STARTED: Final = frozenset({State.STANDBY, State.READY})
_STATES: Final = {state: number for number, state in enumerate(State)}
_DOWN_TYPES: Final = tuple(
    kind for each in DOWN for kind in (get_args(each) or (each,)) if isinstance(kind, type)
)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The load of a run, bin by bin.

    Attributes:
        end_s: Wall time of the last bin's end, float64[bins]; it may be cut short by the run's end.
        states: Terminals in each state at the end of each bin, those that are ever in use.
        connects: Connects in each bin, by what made terminals connect: an event of theirs that had
            them start, or `reconnected` where only the link was gone.
        up: Messages from terminals, by kind.
        down: Messages to terminals, by kind.
        bytes_up: Bytes of all PUBLISH packets from terminals.
        events: Steps of all lives together.
        terminals: How many.
    """

    end_s: Numbers
    states: Mapping[str, Numbers]
    connects: Mapping[str, Numbers]
    up: Mapping[str, Numbers]
    down: Mapping[str, Numbers]
    bytes_up: Numbers
    events: int
    terminals: int

    @property
    def connected(self) -> Numbers:
        """A bound on the terminals that are connected: those that are switched on."""
        off = {State.INVENTORY.value, State.POWERED_OFF.value, State.RETIRED.value}
        zeros = np.zeros(len(self.end_s))
        return sum((v for name, v in self.states.items() if name not in off), zeros)


def bin_ms_of(duration_ms: Millis) -> Millis:
    """Return how long a bin is, for a run of this wall time."""
    fine = (each for each in _BIN_MS if duration_ms <= each * _BINS_MAX)
    return next(fine, _BIN_MS[-1])


class _Counts:
    """Counts what happens in a virtual estate; a `fleet.worlds.virtual.Chronicle`."""

    heeded: Final = frozenset(UP)

    def __init__(self, profile: Profile, bins: int, bin_ms: Millis) -> None:
        self.bins: Final = bins
        self.events = 0
        self.up: dict[str, Numbers] = defaultdict(self._zeros)
        self.down: dict[str, Numbers] = defaultdict(self._zeros)
        self.connects: dict[str, Numbers] = defaultdict(self._zeros)
        self.bytes_up = self._zeros()
        self.moves = np.zeros((len(State), bins))
        self._business_ms = bin_ms * profile.run.speed
        # Why a terminal starts, by its index, until it has started.
        self._starting: dict[int, str] = {}
        self._acknowledged = profile.heartbeat.acknowledged
        topic = topics.build(profile.estate.tenant, "0" * 8, "up", Heartbeat.kind)
        self._topic_bytes = len(topic) - len(Heartbeat.kind)

    def _zeros(self) -> Numbers:
        return np.zeros(self.bins)

    def _bin(self, at: Millis) -> int:
        return min(self.bins - 1, int(at / self._business_ms))

    def step(self, pulse: Pulse, step: Step) -> None:
        self.events += 1
        if step.target in _STARTING:
            self._starting[pulse.index] = step.event.value.replace("_", " ")
        elif step.target in _STARTED:
            self._starting.pop(pulse.index, None)
        if step.source is not step.target:
            place = self._bin(step.at_ms)
            self.moves[_STATES[step.source], place] -= 1
            self.moves[_STATES[step.target], place] += 1

    def note(self, pulse: Pulse, truth: Truth) -> None:
        """What only the simulator knows is no load."""

    def heard(self, pulse: Pulse, at: Millis, message: Message) -> None:
        place = self._bin(at)
        if isinstance(message, _DOWN_TYPES):
            self.down[message.kind][place] += 1
            return
        self.up[message.kind][place] += 1
        size = len(codec.encode(message)) + self._topic_bytes + len(message.kind) + _HEADER_BYTES
        self.bytes_up[place] += size
        if isinstance(message, Presence) and message.online:
            self.connects[self._starting.pop(pulse.index, "reconnected")][place] += 1

    def beaten(self, pulse: Pulse, begin: Millis, every: Millis, count: int) -> None:  # noqa: ARG002
        at = begin + every * np.arange(count)
        places = np.minimum((at / self._business_ms).astype(np.int64), self.bins - 1)
        np.add.at(self.up[Heartbeat.kind], places, 1)
        if self._acknowledged:
            np.add.at(self.down[HeartbeatAcknowledged.kind], places, 1)


def forecast(
    profile: Profile, seed: int, progress: Callable[[float], None] | None = None
) -> Forecast:
    """Play a profile in virtual time and count.

    Args:
        profile: What a run would be given.
        seed: The run's.
        progress: Told how far it has come, 0 to 1.
    """
    duration_ms = profile.run.duration
    bin_ms = bin_ms_of(duration_ms)
    bins = max(1, -(-duration_ms // bin_ms))
    counts = _Counts(profile, bins, bin_ms)
    _play(profile, seed, counts, progress or _unseen)
    counts.bytes_up += counts.up[Heartbeat.kind] * _HEARTBEAT_BYTES
    first = np.zeros((len(State), 1))
    first[_STATES[State.INVENTORY]] = profile.estate.terminals
    states = first + counts.moves.cumsum(axis=1)
    ends = np.minimum(np.arange(1, bins + 1) * bin_ms, duration_ms) / SECOND_MS
    return Forecast(
        end_s=ends,
        states={state.value: states[n] for state, n in _STATES.items() if states[n].any()},
        connects=dict(counts.connects),
        up=dict(counts.up),
        down=dict(counts.down),
        bytes_up=counts.bytes_up,
        events=counts.events,
        terminals=profile.estate.terminals,
    )


def _unseen(share: float) -> None:
    """Nobody watches."""
    del share


def _play(profile: Profile, seed: int, counts: _Counts, progress: Callable[[float], None]) -> None:
    tenant, speed = profile.estate.tenant, profile.run.speed
    estate = VirtualEstate(Desk(profile, seed), counts, tenant, origin_ms(profile.run), speed)
    crew = list(members(profile.estate, seed))
    vitals = Vitals(seed, np.array([each.index for each in crew], np.uint64))
    lives = put_to_life(profile, seed, crew, vitals, estate)
    end = int(profile.run.duration * profile.run.speed)
    tick = max(1, min(end // 50, 10 * MINUTE_MS))
    for horizon in (*range(tick, end, tick), end):
        estate.live_until(horizon)
        progress(horizon / end)
    for world, _ in lives:
        world.end()
