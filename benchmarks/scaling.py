"""Does a terminal cost the same among many: CPU per heartbeat and memory per terminal, by number.

The rate is the same at every size, so that only the number of connections differs: more terminals
beat less often. Memory is the shard's, minus that of a shard with one terminal.
"""

from collections.abc import Callable, Sequence
from typing import Final

from benchmarks import broker, estate, machine
from benchmarks.heartbeats import settle, watch
from benchmarks.report import Claim, Result, Row

SIZES: Final = (1_000, 5_000, 10_000, 19_000)
_RATE: Final = 5_000
_WINDOW_S: Final = 5.5
_RAMP_MS_PER_TERMINAL: Final = 2
_SELDOM_MS: Final = 60_000
_KIB: Final = 1_024
_SPREAD_MAX: Final = 1.15


def measure(sizes: Sequence[int], rounds: int, progress: Callable[[str], None]) -> Result:
    """Run the benchmark.

    Raises:
        BenchError: The shard or the broker failed.
    """
    seen: dict[int, list[tuple[float, float]]] = {size: [] for size in sizes}
    progress("scaling: one terminal alone")
    alone = _measure(1)[1]
    for number in range(rounds):
        for size in sizes:
            progress(f"scaling: round {number + 1} of {rounds}, {size:,} terminals")
            cpu_us, memory_bytes = _measure(size)
            seen[size].append((cpu_us, (memory_bytes - alone) / (size - 1) / _KIB))
    rows = [
        Row(f"{size:,} terminals", {"CPU us/message": [cpu for cpu, _ in figures],
                                    "KiB/terminal": [kib for _, kib in figures]})
        for size, figures in seen.items()
    ]  # fmt: skip
    title = f"Cost by number of terminals, heartbeats of QoS 0 at {_RATE:,}/s in all"
    result = Result("scaling", title, rows)
    for column in ("CPU us/message", "KiB/terminal"):
        medians = [row.median(column) for row in rows]
        text = f"{column}: highest by lowest"
        result.claims.append(Claim(text, max(medians) / min(medians), _SPREAD_MAX))
    return result


def _measure(terminals: int) -> tuple[float, int]:
    """Return CPU in microseconds per message, and bytes of memory, of a shard at work."""
    interval_ms = round(1_000 * terminals / _RATE) if terminals > 1 else _SELDOM_MS
    ramp_ms = max(2_000, terminals * _RAMP_MS_PER_TERMINAL)
    with (
        broker.running() as running,
        estate.on_duty(running, terminals, interval_ms, qos=0, ramp_ms=ramp_ms) as crew,
    ):
        if terminals == 1:
            return 0.0, machine.memory_bytes(crew.program.pid)
        settle(running, crew, _RATE)
        window = watch(running, crew.program, _WINDOW_S)
        return window.cpu_us, machine.memory_bytes(crew.program.pid)
