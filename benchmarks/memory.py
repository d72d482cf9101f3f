"""Memory per connected client: a process with many of them, minus the same process with fewer.

Theory of operation
-------------------
It is counted twice. *KiB/client* takes off the same process with one client: libraries, code, what
it keeps for itself. But a start also leaves free what it needed for a while, in which the first
clients find room, so that few of them seem cheaper than they are. *KiB for one more* takes off the
same process with a tenth of the clients, who have filled that room already. Ours is held to the
greater of the two, and peers to what they seem to take beside one.

Memory is anonymous memory: what a process has for itself, without files and libraries. The kernel's
memory for sockets is in nobody's figure. Peers that collect garbage have done so when it is read.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, NamedTuple

from benchmarks import broker, estate, machine
from benchmarks.broker import Broker
from benchmarks.heartbeats import OURS, READY_S
from benchmarks.peers import roster
from benchmarks.peers.roster import Peer
from benchmarks.peers.task import PeerTask
from benchmarks.program import Program
from benchmarks.report import Claim, Result, Row

_INTERVAL_MS: Final = 900_000
# So slowly that few sign in at once: what a storm needs for a while is no terminal's own.
_RAMP_MS_PER_TERMINAL: Final = 4
_SETTLE_S: Final = 3.0
_KIB: Final = 1_024
_EACH: Final = "KiB/client"
_ONE_MORE: Final = "KiB for one more"
_PART: Final = 10
_BARE: Final = ", bare connection"
_KIB_MAX: Final = 10.0


class Sizes(NamedTuple):
    """How many clients ours has, each of the peers, and aiomqtt, whose wake once a second."""

    ours: int
    peers: int
    aiomqtt: int


def measure(sizes: Sizes, progress: Callable[[str], None]) -> Result:
    """Run the benchmark.

    Raises:
        BenchError: A generator or the broker failed.
    """
    peers = [roster.GMQTT, roster.MQTTJS, roster.PAHO_GO, roster.AIOMQTT]
    progress(f"memory: {OURS}")
    rows = [_row(OURS, sizes.ours, _ours)]
    for peer in roster.present(peers):
        progress(f"memory: {peer.name}")
        clients = sizes.aiomqtt if peer == roster.AIOMQTT else sizes.peers
        rows.append(_row(f"{peer.name}{_BARE}", clients, partial(_peer, peer)))
    return judge(rows, roster.absences(peers))


def judge(rows: Sequence[Row], notes: Sequence[str] = ()) -> Result:
    """Return the table and the claims; ours is the first row."""
    ours, *others = rows
    best = min(others, key=lambda row: row.median(_EACH))
    each_kib = max(ours.median(_EACH), ours.median(_ONE_MORE))
    times = f"times the least of the peers that ran, {best.subject}"
    claims = [
        Claim("KiB per signed-in terminal", each_kib, _KIB_MAX),
        Claim(times, each_kib / best.median(_EACH), 1.0),
    ]
    title = "Memory per connected client, ours signed in"
    return Result("memory", title, list(rows), claims, list(notes))


def _row(name: str, clients: int, used: Callable[[Broker, int], int]) -> Row:
    few = clients // _PART
    alone, some, crowd = (_beside_broker(used, count) for count in (1, few, clients))
    figures = {
        _EACH: [(crowd - alone) / (clients - 1) / _KIB],
        _ONE_MORE: [(crowd - some) / (clients - few) / _KIB],
        "clients": [float(clients)],
        "MiB with one": [alone / _KIB**2],
        "MiB with a tenth": [some / _KIB**2],
        "MiB with all": [crowd / _KIB**2],
    }
    return Row(name, figures)


def _beside_broker(used: Callable[[Broker, int], int], clients: int) -> int:
    with broker.running() as running:
        return used(running, clients)


def _ours(running: Broker, clients: int) -> int:
    ramp_ms = clients * _RAMP_MS_PER_TERMINAL
    habits = estate.Habits(_INTERVAL_MS, ramp_ms=ramp_ms)
    with estate.on_duty(running, clients, habits) as crew:
        return _settled(crew.program)


def _peer(peer: Peer, running: Broker, clients: int) -> int:
    with roster.start(peer, PeerTask(port=running.port, clients=clients)) as program:
        program.line(READY_S)
        return _settled(program)


def _settled(program: Program) -> int:
    time.sleep(_SETTLE_S)
    return machine.memory_bytes(program.pid)
