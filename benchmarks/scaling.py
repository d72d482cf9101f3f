"""Does a terminal cost the same among many: CPU per heartbeat and memory per terminal, by number.

Theory of operation
-------------------
The rate is the same at every size, so that only the number of connections differs: more terminals
beat less often. What a process costs whoever lives in it (its wake-ups, its libraries) is so the
same in all rows, too.

Of CPU the floor, bare sends over as many sockets, is measured beside ours at every size: what more
sockets cost the kernel is in both.

Memory is counted twice, at every size. *KiB/terminal* takes off what a shard with one terminal has,
at rest: libraries, code, the shard's own books. But 5,000 messages a second need something
themselves, about 1 MiB whoever sends them; and a start leaves something free, in which the first
terminals find room. *KiB for one more* takes off a shard of 250 that sends as many messages, and
has to be flat.
"""

import time
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from benchmarks import broker, estate, machine
from benchmarks.errors import BenchError
from benchmarks.heartbeats import Load, peer, settle, watch
from benchmarks.peers import roster
from benchmarks.report import Claim, Result, Row

SIZES: Final = (1_000, 5_000, 10_000, 19_000)
# After so long no round is begun any more: with the last one it is some eight minutes.
BUDGET_S: Final = 300.0
_RATE: Final = 5_000
_WINDOW_S: Final = 5.5
# A storm of sign-ins leaves memory behind, which is many bytes for each of few terminals.
_RAMP_MS_MIN: Final = 5_000
_RAMP_MS_PER_TERMINAL: Final = 2
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
    memory_bytes: int
    rate: float
    others: float


def measure(sizes: Sequence[int], rounds: int, progress: Callable[[str], None]) -> Result:
    """Run the benchmark; of the rounds as many as there is time for, one at least.

    Raises:
        BenchError: The broker failed, or no size came to its end.
    """
    began = time.monotonic()
    seen: dict[int, list[Seen]] = {size: [] for size in sizes}
    notes: list[str] = []
    progress(f"scaling: one terminal alone, then {_BASE}")
    bases = {1: _alone(), _BASE: _measure(_BASE).memory_bytes}
    for number in range(rounds):
        for size in sizes:
            spent_s = time.monotonic() - began
            progress(f"scaling: round {number + 1}, {size:,} terminals ({spent_s:.0f} s so far)")
            try:
                seen[size].append(_measure(size))
            except BenchError as error:
                notes.append(f"{size:,} terminals, round {number + 1}: {error}")
        if time.monotonic() - began > BUDGET_S:
            break
    return _result({size: rounds for size, rounds in seen.items() if rounds}, bases, notes)


def _result(seen: dict[int, list[Seen]], bases: dict[int, int], notes: list[str]) -> Result:
    if not seen:
        raise BenchError("; ".join(notes))
    rows = [_row(size, rounds, bases) for size, rounds in seen.items()]
    title = f"Cost by number of terminals, heartbeats of QoS 0 at {_RATE:,}/s in all"
    claims = [_spread(rows, column) for column in ("CPU us/message", _ONE_MORE)]
    doubts = [
        doubt
        for size, rounds in seen.items()
        for doubt in machine.doubts(f"{size:,} terminals", [each.others for each in rounds])
    ]
    return Result("scaling", title, rows, claims, [*notes, *doubts])


def _row(size: int, rounds: Sequence[Seen], bases: dict[int, int]) -> Row:
    def each_kib(base: int) -> list[float]:
        beyond = (each.memory_bytes - bases[base] for each in rounds)
        return [memory_bytes / (size - base) / _KIB for memory_bytes in beyond]

    figures = {
        "CPU us/message": [each.cpu_us for each in rounds],
        "floor us": [each.floor_us for each in rounds],
        "x floor": [each.cpu_us / each.floor_us for each in rounds],
        _PLAIN: each_kib(1),
        _ONE_MORE: each_kib(_BASE),
        "MiB in all": [each.memory_bytes / _KIB**2 for each in rounds],
        "messages/s": [each.rate for each in rounds],
        "others' CPU %": [100 * each.others for each in rounds],
    }
    return Row(f"{size:,} terminals", figures)


def _spread(rows: Sequence[Row], column: str) -> Claim:
    medians = [row.median(column) for row in rows]
    return Claim(f"{column}: highest by lowest", max(medians) / min(medians), _SPREAD_MAX)


def _alone() -> int:
    """Return the memory of a shard with one terminal."""
    with broker.running() as running, estate.on_duty(running, 1, _SELDOM_MS, qos=0) as crew:
        return machine.memory_bytes(crew.program.pid)


def _measure(terminals: int) -> Seen:
    with broker.running() as running:
        floor = peer(roster.FLOOR, running, Load(terminals, _RATE, 0), _WINDOW_S)
    interval_ms = round(1_000 * terminals / _RATE)
    ramp_ms = max(_RAMP_MS_MIN, terminals * _RAMP_MS_PER_TERMINAL)
    with (
        broker.running() as running,
        estate.on_duty(running, terminals, interval_ms, qos=0, ramp_ms=ramp_ms) as crew,
    ):
        settle(running, crew, _RATE)
        window = watch(running, crew.program, _WINDOW_S)
        memory_bytes = machine.memory_bytes(crew.program.pid)
    return Seen(window.cpu_us, floor.cpu_us, memory_bytes, window.rate, window.others)
