"""Ours: the real shard process, its terminals signed in at the real desk, and nothing else.

Theory of operation
-------------------
Terminals that are on duty beat seldom, as the desk tells them at registration, until all are; else
a busy machine's broker would have no time for those who still sign in, and the last would never get
there. Then each is ordered to beat at the rate that is to be measured, and the desk is ended, so
that what is measured is the shard and the broker.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from benchmarks.broker import DESK, Broker
from benchmarks.errors import BenchError
from benchmarks.program import Program
from fleet.profile import Profile, load, resolved_toml
from fleet.profile.members import members
from fleet.run.layout import layout_of
from fleet.run.task import ShardTask
from fleet.tms.task import TmsTask
from fleet.watch.tally import Board, Reading, create_counts
from fleet.wire import codec, topics
from fleet.wire.messages import SetParameters

PROFILE: Final = Path(__file__).with_name("profile.toml")
_SEED: Final = 7
# How long all may take beside their ramp, and how long no more of them may have got there.
_ON_DUTY_S: Final = 180.0
_STUCK_S: Final = 40.0
_SELDOM_MS: Final = 5_000
# Until the epoch: what a shard takes to start, and to make a terminal.
_START_NS: Final = 2_000_000_000
_MAKE_NS: Final = 300_000
# What signed-in terminals are at when nothing is wrong: waiting for a customer, or serving one.
_AT_WORK: Final = ("ready", "in_transaction")


class Estate:
    """A shard at work.

    Attributes:
        program: Its process.
    """

    def __init__(self, program: Program, board: Board) -> None:
        self.program = program
        self._board = board

    def read(self) -> Reading:
        """Return the shard's own counts."""
        return self._board.read()

    def await_duty(self, terminals: int, within_s: float) -> None:
        """Wait until all terminals are signed in and at work.

        Raises:
            BenchError: They are not, in good time; the text says where the others are.
        """
        deadline = time.monotonic() + within_s
        best, progress_by = 0, time.monotonic() + within_s
        while time.monotonic() < min(deadline, progress_by):
            self.program.alive()
            states = self.read().series("fleet_terminals")
            ready = sum(states[state] for state in _AT_WORK)
            if ready == terminals:
                return
            if ready > best:
                best, progress_by = ready, time.monotonic() + _STUCK_S
            time.sleep(0.1)
        msg = f"only {best} of {terminals} terminals got to work: {self._whereabouts()}"
        raise BenchError(msg)

    def _whereabouts(self) -> str:
        """Return where the terminals are, and what kept them, in words."""
        reading = self.read()
        told = {
            "states": reading.series("fleet_terminals"),
            "dropped": reading.series("fleet_dropped_total"),
            "links lost": reading.series("fleet_links_lost_total"),
            "connects": reading.series("fleet_connects_total"),
        }
        return "; ".join(
            f"{what}: " + (", ".join(f"{n} {word}" for word, n in counts.items() if n) or "none")
            for what, counts in told.items()
        )


class Habits(NamedTuple):
    """How terminals behave.

    Attributes:
        interval_ms: Between two heartbeats of one.
        qos: Of heartbeats.
        ramp_ms: In which they are switched on.
        keep_alive_s: Seconds without an answer after which one pings.
    """

    interval_ms: int
    qos: int = 0
    ramp_ms: int = 2_000
    keep_alive_s: int = 60


@contextmanager
def on_duty(broker: Broker, terminals: int, habits: Habits) -> Iterator[Estate]:
    """Run an estate whose terminals are all signed in, for the time of the body.

    Raises:
        BenchError: It does not get there.
    """
    interval_ms = habits.interval_ms
    profile = load(
        PROFILE,
        {
            "estate.terminals": terminals,
            "heartbeat.interval": f"{interval_ms}ms",
            "heartbeat.qos": habits.qos,
            "ramp.over": f"{habits.ramp_ms}ms",
            "mqtt.keep_alive": f"{habits.keep_alive_s}s",
        },
    )
    seldom_ms = max(interval_ms, _SELDOM_MS)
    unhurried = profile.model_copy(
        update={"tms": profile.tms.model_copy(update={"heartbeat_interval": seldom_ms})}
    )
    epoch_ns = time.monotonic_ns() + _START_NS + terminals * _MAKE_NS
    with TemporaryDirectory(prefix="fleet-bench-") as folder:
        tally = Path(folder) / "tally"
        layout = layout_of(profile)
        create_counts(tally, layout)
        desk = _desk(broker, unhurried, epoch_ns)
        with desk, _shard(broker, profile, epoch_ns, tally) as program:
            estate = Estate(program, Board(layout, [tally]))
            estate.await_duty(terminals, habits.ramp_ms / 1_000 + _ON_DUTY_S)
            if seldom_ms > interval_ms:
                _order(broker, profile, interval_ms)
            desk.end()
            yield estate


def _order(broker: Broker, profile: Profile, interval_ms: int) -> None:
    """Let every terminal beat at this interval from now on."""
    order = codec.encode(SetParameters(plan=1, heartbeat_ms=interval_ms))
    tenant = profile.estate.tenant
    for member in members(profile.estate, _SEED, 0, 1):
        broker.say(topics.build(tenant, member.tid, "down", "order"), order)


def _desk(broker: Broker, profile: Profile, epoch_ns: int) -> Program:
    task = TmsTask(
        brokers=(broker.url,),
        profile_toml=resolved_toml(profile),
        seed=_SEED,
        epoch_monotonic_ns=epoch_ns,
        username=DESK,
    )
    return Program("fleet.tms", task)


def _shard(broker: Broker, profile: Profile, epoch_ns: int, tally: Path) -> Program:
    task = ShardTask(
        brokers=(broker.url,),
        index=0,
        of=1,
        seed=_SEED,
        terminals=profile.estate.terminals,
        profile_toml=resolved_toml(profile),
        epoch_monotonic_ns=epoch_ns,
        duration_ms=0,
        tally_path=str(tally),
    )
    return Program("fleet.run.shard", task)
