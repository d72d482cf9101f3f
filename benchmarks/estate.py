"""Ours: the real shard process, its terminals signed in at the real desk, and nothing else.

The desk is ended when all are on duty, so that what is measured is the shard and the broker.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.broker import DESK, Broker
from benchmarks.errors import BenchError
from benchmarks.program import Program
from fleet.profile import Profile, load, resolved_toml
from fleet.run.layout import layout_of
from fleet.run.task import ShardTask
from fleet.tms.task import TmsTask
from fleet.watch.tally import Board, Reading, create_counts

PROFILE: Final = Path(__file__).with_name("profile.toml")
_SEED: Final = 7
_ON_DUTY_S: Final = 90.0
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

    def await_duty(self, terminals: int) -> None:
        """Wait until all terminals are signed in and at work.

        Raises:
            BenchError: They are not, in good time.
        """
        deadline = time.monotonic() + _ON_DUTY_S
        states: dict[str, int] = {}
        while time.monotonic() < deadline:
            self.program.alive()
            states = self.read().series("fleet_terminals")
            if sum(states[state] for state in _AT_WORK) == terminals:
                return
            time.sleep(0.1)
        found = ", ".join(f"{number} {state}" for state, number in states.items() if number)
        msg = f"after {_ON_DUTY_S:g} s not all of {terminals} terminals are at work: {found}"
        raise BenchError(msg)


@contextmanager
def on_duty(
    broker: Broker, terminals: int, interval_ms: int, qos: int, ramp_ms: int = 2_000
) -> Iterator[Estate]:
    """Run an estate whose terminals are all signed in, for the time of the body.

    Raises:
        BenchError: It does not get there.
    """
    profile = load(
        PROFILE,
        {
            "estate.terminals": terminals,
            "heartbeat.interval": f"{interval_ms}ms",
            "heartbeat.qos": qos,
            "ramp.over": f"{ramp_ms}ms",
        },
    )
    epoch_ns = time.monotonic_ns() + _START_NS + terminals * _MAKE_NS
    with TemporaryDirectory(prefix="fleet-bench-") as folder:
        tally = Path(folder) / "tally"
        layout = layout_of(profile)
        create_counts(tally, layout)
        desk = _desk(broker, profile, epoch_ns)
        with desk, _shard(broker, profile, epoch_ns, tally) as program:
            estate = Estate(program, Board(layout, [tally]))
            estate.await_duty(terminals)
            desk.end()
            yield estate


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
