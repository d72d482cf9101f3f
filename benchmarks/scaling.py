"""Does a terminal cost the same among many: CPU per heartbeat and memory per terminal, by number.

Theory of operation
-------------------
The rate is the same at every size, so that only the number of connections differs: more terminals
beat less often. What a process costs whoever lives in it (its wake-ups, its libraries) is so the
same in all rows, too.

All sizes are there from the beginning, each with a broker of its own, and beside each the floor,
bare sends over as many sockets; but one at a time is at work, and the others are stopped (SIGSTOP).
The machine's mood changes within minutes, by as much as what is looked for here: turns of some ten
seconds put all of them into the same moods, and starting anew would not. Who goes on sends what it
has missed first; only then does its window begin.

Memory is counted twice, at every size. *KiB/terminal* takes off what a shard with one terminal has,
at rest: libraries, code, the shard's own books. But 5,000 messages a second need something
themselves, about 1 MiB whoever sends them; and a start leaves something free, in which the first
terminals find room. *KiB for one more* takes off a shard of 250 that sends as many messages, and
has to be flat.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final, NamedTuple

from msgspec.structs import replace

from benchmarks import broker, estate, machine
from benchmarks.broker import Broker
from benchmarks.estate import Estate, Habits
from benchmarks.heartbeats import HELD, READY_S, Window, settle, watch
from benchmarks.peers import roster
from benchmarks.peers.task import PeerTask
from benchmarks.program import Program
from benchmarks.report import Claim, Result, Row

SIZES: Final = (1_000, 5_000, 10_000, 19_000)
# After so long no round is begun any more: with the last one it is a quarter of an hour.
BUDGET_S: Final = 720.0
_RATE: Final = 5_000
_WINDOW_S: Final = 5.5
# How many counts of the broker, two seconds apart, are waited for until bare sends have caught up.
_CAUGHT_UP_COUNTS: Final = 10
# A storm of sign-ins leaves memory behind, which is many bytes for each of few terminals.
_RAMP_MS_MIN: Final = 5_000
_RAMP_MS_PER_TERMINAL: Final = 2
# A ping is a message too, which the broker does not count among the heartbeats: with one a minute,
# 19,000 terminals sent 317 beside 5,000 of them, and 1,000 sent 17. So here nobody pings.
_KEEP_ALIVE_S: Final = 3_600
_SELDOM_MS: Final = 60_000
_KIB: Final = 1_024
_SPREAD_MAX: Final = 1.15
_BASE: Final = 250
_PLAIN: Final = "KiB/terminal"
_ONE_MORE: Final = "KiB for one more"


class Seen(NamedTuple):
    """What was seen of one size in one round."""

    cpu_us: float
    floor_us: float
    rate: float
    others: float


class Field(NamedTuple):
    """One size: ours and the floor, stopped until it is their turn.

    Attributes:
        crew: Ours.
        floor: As many sockets.
        brokers: Of ours and of the floor.
        memory_bytes: Of ours, when all had signed in.
    """

    crew: Estate
    floor: Program
    brokers: tuple[Broker, Broker]
    memory_bytes: int

    def turn(self) -> Seen:
        """Measure both, one after the other."""
        ours_by, floor_by = self.brokers
        with machine.at_work(ours_by.pid, self.crew.program.pid):
            settle(ours_by, self.crew, _RATE)
            ours = _window(ours_by, self.crew.program)
        with machine.at_work(floor_by.pid, self.floor.pid):
            _catch_up(floor_by)
            floor = _window(floor_by, self.floor)
        return Seen(ours.cpu_us, floor.cpu_us, ours.rate, max(ours.others, floor.others))


def measure(sizes: Sequence[int], rounds: int, progress: Callable[[str], None]) -> Result:
    """Run the benchmark; of the rounds as many as there is time for, one at least.

    Raises:
        BenchError: The broker failed, or not all terminals got to work.
    """
    began = time.monotonic()
    seen: dict[int, list[Seen]] = {size: [] for size in sizes}
    progress(f"scaling: one terminal alone, then {_BASE}")
    bases = {1: _alone(), _BASE: _few()}
    with ExitStack() as stack:
        fields = {}
        for size in sizes:
            progress(f"scaling: {size:,} terminals sign in")
            fields[size] = stack.enter_context(_field(size))
        for number in range(rounds):
            for size in sizes:
                spent_s = time.monotonic() - began
                progress(
                    f"scaling: round {number + 1}, {size:,} terminals ({spent_s:.0f} s so far)"
                )
                seen[size].append(fields[size].turn())
            if time.monotonic() - began > BUDGET_S:
                break
        memory = {size: field.memory_bytes for size, field in fields.items()}
    return _result(seen, memory, bases)


def _result(seen: dict[int, list[Seen]], memory: dict[int, int], bases: dict[int, int]) -> Result:
    rows = [_row(size, rounds, memory[size], bases) for size, rounds in seen.items()]
    title = f"Cost by number of terminals, heartbeats of QoS 0 at {_RATE:,}/s in all"
    claims = [_spread(rows, column) for column in ("CPU us/message", _ONE_MORE)]
    doubts = [
        doubt
        for size, rounds in seen.items()
        for doubt in machine.doubts(f"{size:,} terminals", [each.others for each in rounds])
    ]
    return Result("scaling", title, rows, claims, doubts)


def _row(size: int, rounds: Sequence[Seen], memory_bytes: int, bases: dict[int, int]) -> Row:
    figures = {
        "CPU us/message": [each.cpu_us for each in rounds],
        "floor us": [each.floor_us for each in rounds],
        "x floor": [each.cpu_us / each.floor_us for each in rounds],
        _PLAIN: [(memory_bytes - bases[1]) / (size - 1) / _KIB],
        _ONE_MORE: [(memory_bytes - bases[_BASE]) / (size - _BASE) / _KIB],
        "MiB in all": [memory_bytes / _KIB**2],
        "messages/s": [each.rate for each in rounds],
        "others' CPU %": [100 * each.others for each in rounds],
    }
    return Row(f"{size:,} terminals", figures)


def _spread(rows: Sequence[Row], column: str) -> Claim:
    medians = [row.median(column) for row in rows]
    return Claim(f"{column}: highest by lowest", max(medians) / min(medians), _SPREAD_MAX)


def _alone() -> int:
    """Return the memory of a shard with one terminal."""
    habits = Habits(_SELDOM_MS, keep_alive_s=_KEEP_ALIVE_S)
    with broker.running() as running, estate.on_duty(running, 1, habits) as crew:
        return machine.memory_bytes(crew.program.pid)


def _few() -> int:
    """Return the memory of one with `_BASE` terminals that send as many messages as the others."""
    with broker.running() as running, _crew(running, _BASE) as (_, memory_bytes):
        return memory_bytes


@contextmanager
def _field(size: int) -> Iterator[Field]:
    """Let everybody of one size begin, and stop."""
    task = PeerTask(port=0, clients=size, rate=_RATE)
    with ExitStack() as stack:
        theirs = stack.enter_context(broker.running())
        floor = stack.enter_context(roster.start(roster.FLOOR, replace(task, port=theirs.port)))
        floor.line(READY_S)
        stack.enter_context(machine.stopped(theirs.pid, floor.pid))
        ours = stack.enter_context(broker.running())
        crew, memory_bytes = stack.enter_context(_crew(ours, size))
        stack.enter_context(machine.stopped(ours.pid, crew.program.pid))
        yield Field(crew, floor, (ours, theirs), memory_bytes)


@contextmanager
def _crew(running: Broker, size: int) -> Iterator[tuple[Estate, int]]:
    """Let a shard's terminals sign in, and beat for a while; it comes with its memory then."""
    ramp_ms = max(_RAMP_MS_MIN, size * _RAMP_MS_PER_TERMINAL)
    habits = Habits(round(1_000 * size / _RATE), 0, ramp_ms, _KEEP_ALIVE_S)
    with estate.on_duty(running, size, habits) as crew:
        settle(running, crew, _RATE)
        _window(running, crew.program)
        yield crew, machine.memory_bytes(crew.program.pid)


def _catch_up(running: Broker) -> None:
    """Wait until no more is sent than was asked for."""
    first = running.next_count()
    for _ in range(_CAUGHT_UP_COUNTS):
        second = running.next_count()
        if second.messages - first.messages < _RATE * (second.at_s - first.at_s) / HELD:
            return
        first = second


def _window(running: Broker, generator: Program) -> Window:
    return watch(running, generator, _WINDOW_S)
