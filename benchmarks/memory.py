"""Memory per connected client: a process with many of them, minus the same process with one.

Memory is anonymous memory: what a process has for itself, without files and libraries. The kernel's
memory for sockets is in nobody's figure.
"""

import time
from collections.abc import Callable
from typing import Final, NamedTuple

from benchmarks import broker, estate, machine
from benchmarks.broker import Broker
from benchmarks.heartbeats import GMQTT, OURS, READY_S
from benchmarks.peers.task import PeerTask
from benchmarks.program import Program
from benchmarks.report import Claim, Result, Row

_INTERVAL_MS: Final = 900_000
_RAMP_MS_PER_TERMINAL: Final = 2
_SETTLE_S: Final = 3.0
_KIB: Final = 1_024
_KIB_MAX: Final = 10.0


class Sizes(NamedTuple):
    """How many clients each subject has."""

    ours: int
    gmqtt: int
    aiomqtt: int


def measure(sizes: Sizes, progress: Callable[[str], None]) -> Result:
    """Run the benchmark.

    Raises:
        BenchError: A generator or the broker failed.
    """
    subjects: tuple[tuple[str, int, Callable[[Broker, int], int]], ...] = (
        (OURS, sizes.ours, _ours),
        (f"{GMQTT}, bare connection", sizes.gmqtt, _peer("gmqtt_clients")),
        ("aiomqtt, bare connection", sizes.aiomqtt, _peer("aiomqtt_clients")),
    )
    rows = []
    for name, clients, used in subjects:
        progress(f"memory: {name}")
        alone, crowd = (_beside_broker(used, count) for count in (1, clients))
        each_kib = (crowd - alone) / (clients - 1) / _KIB
        figures = {
            "KiB/client": [each_kib],
            "clients": [float(clients)],
            "MiB with one": [alone / _KIB**2],
            "MiB with all": [crowd / _KIB**2],
        }
        rows.append(Row(name, figures))
    result = Result("memory", "Memory per connected client, ours signed in", rows)
    each_kib = result.row(OURS).median("KiB/client")
    result.claims = [Claim("KiB per signed-in terminal", each_kib, _KIB_MAX)]
    return result


def _beside_broker(used: Callable[[Broker, int], int], clients: int) -> int:
    with broker.running() as running:
        return used(running, clients)


def _ours(running: Broker, clients: int) -> int:
    ramp_ms = clients * _RAMP_MS_PER_TERMINAL
    with estate.on_duty(running, clients, _INTERVAL_MS, qos=0, ramp_ms=ramp_ms) as crew:
        return _settled(crew.program)


def _peer(module: str) -> Callable[[Broker, int], int]:
    def used(running: Broker, clients: int) -> int:
        task = PeerTask(port=running.port, clients=clients)
        with Program(f"benchmarks.peers.{module}", task) as program:
            program.line(READY_S)
            return _settled(program)

    return used


def _settled(program: Program) -> int:
    time.sleep(_SETTLE_S)
    return machine.memory_bytes(program.pid)
