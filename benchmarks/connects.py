"""Connecting as fast as one process can: TCP, CONNECT and CONNACK; then with SUBSCRIBE, SUBACK."""

from collections.abc import Callable
from typing import Final, NamedTuple

from benchmarks import broker, machine
from benchmarks.broker import Broker
from benchmarks.errors import BenchError
from benchmarks.heartbeats import GMQTT, READY_S
from benchmarks.peers.task import PeerTask
from benchmarks.program import Program
from benchmarks.report import Claim, Result, Row

OURS: Final = "fleet (FastLink)"
# mosquitto listens with a backlog of 100; beyond it Linux lets a SYN wait for a second.
_PENDING: Final = 100
_SUBSCRIBED: Final = " + SUBSCRIBE"
_EACH_US: Final = 65.0
_PER_S: Final = 14_000.0
_PER_S_SUBSCRIBED: Final = 9_000.0


class Turn(NamedTuple):
    """What one generator did in one round."""

    per_s: float
    cpu_us: float
    others: float


def measure(clients: int, rounds: int, progress: Callable[[str], None]) -> Result:
    """Run the benchmark.

    Raises:
        BenchError: A generator or the broker failed.
    """
    subjects = {
        OURS: ("fast_links", False),
        OURS + _SUBSCRIBED: ("fast_links", True),
        GMQTT: ("gmqtt_clients", False),
        GMQTT + _SUBSCRIBED: ("gmqtt_clients", True),
    }
    turns: dict[str, list[Turn]] = {name: [] for name in subjects}
    for number in range(rounds):
        for name, (module, subscribe) in subjects.items():
            progress(f"connects: round {number + 1} of {rounds}, {name}")
            turns[name].append(_turn(module, clients, subscribe=subscribe))
    rows = [_row(name, seen, turns[GMQTT]) for name, seen in turns.items()]
    title = f"Connecting {clients:,} clients to mosquitto, {_PENDING} at once"
    result = Result("connects", title, rows)
    result.claims = _claims(result)
    result.notes = [
        doubt
        for name, seen in turns.items()
        for doubt in machine.doubts(name, [turn.others for turn in seen])
    ]
    return result


def _turn(module: str, clients: int, *, subscribe: bool) -> Turn:
    with broker.running() as running:
        return _connect(running, module, clients, subscribe=subscribe)


def _connect(running: Broker, module: str, clients: int, *, subscribe: bool) -> Turn:
    task = PeerTask(port=running.port, clients=clients, subscribe=subscribe, pending=_PENDING)
    with Program(f"benchmarks.peers.{module}", task) as program:
        neighbours = machine.Neighbours(running.pid, program.pid)
        told = program.line(READY_S)
        others = neighbours.share()
        connected = running.connections() - 1  # the observer
        if connected != clients:
            msg = f"{module} says that {clients} clients are connected, the system {connected}"
            raise BenchError(msg)
    return Turn(clients / told["seconds"], told["cpu_s"] / clients * 1e6, others)


def _row(name: str, seen: list[Turn], beside: list[Turn]) -> Row:
    figures = {
        "connects/s": [turn.per_s for turn in seen],
        "CPU us each": [turn.cpu_us for turn in seen],
        "x gmqtt": [a.cpu_us / b.cpu_us for a, b in zip(seen, beside, strict=True)],
        "others' CPU %": [100 * turn.others for turn in seen],
    }
    return Row(name, figures)


def _claims(result: Result) -> list[Claim]:
    bare, subscribed = result.row(OURS), result.row(OURS + _SUBSCRIBED)
    return [
        Claim("CPU us per connect", bare.median("CPU us each"), _EACH_US),
        Claim("connects/s", bare.median("connects/s"), _PER_S, at_least=True),
        Claim(
            "connects/s with SUBSCRIBE",
            subscribed.median("connects/s"),
            _PER_S_SUBSCRIBED,
            at_least=True,
        ),
    ]
