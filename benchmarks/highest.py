"""The highest rate that one shard holds on time, and who gives out beyond it.

The rate climbs until a window has a schedule lag of 10 ms or more at the 99th percentile, or less
than 97 % of the messages that were asked for arrive at the broker. What the shard and the broker
each used of a core is told beside it: above some 70,000/s two cores are too few for both.
"""

from collections.abc import Callable, Sequence
from typing import Final

from benchmarks import broker
from benchmarks.errors import BenchError
from benchmarks.heartbeats import Load, Window, ours
from benchmarks.report import Claim, Result, Row

RATES: Final = (40_000, 50_000, 60_000, 70_000, 80_000, 90_000, 100_000)
_CLIENTS: Final = 2_000
_WINDOW_S: Final = 3.5
_LAG_MS_MAX: Final = 10.0
_HELD: Final = 0.97
_TRIES: Final = 2
_TARGET: Final = 90_000.0


def measure(rates: Sequence[int], progress: Callable[[str], None]) -> Result:
    """Run the benchmark: up to the first rate that is not held, tried twice.

    Raises:
        BenchError: The shard or the broker failed at the lowest rate.
    """
    rows, notes, highest = [], [], 0
    for rate in rates:
        seen: list[Window] = []
        while len(seen) < _TRIES and not any(_holds(each, rate) for each in seen):
            progress(f"highest: {rate:,}/s, try {len(seen) + 1}")
            try:
                seen.append(_measure(rate))
            except BenchError as error:
                notes.append(f"{rate:,}/s: {error}")
                break
        rows += [_row(rate, seen)] if seen else []
        if not any(_holds(each, rate) for each in seen):
            break
        highest = rate
    if not rows:
        raise BenchError("; ".join(notes))
    title = f"Heartbeats of QoS 0 from one shard with {_CLIENTS:,} terminals, ever more"
    claim = Claim("messages/s with a lag below 10 ms", float(highest), _TARGET, at_least=True)
    return Result("highest", title, rows, [claim], notes)


def _measure(rate: int) -> Window:
    with broker.running() as running:
        return ours(running, Load(_CLIENTS, rate, 0), _WINDOW_S)


def _holds(window: Window, rate: int) -> bool:
    return (window.lag_p99_ms or 0.0) < _LAG_MS_MAX and window.rate >= _HELD * rate


def _row(rate: int, seen: Sequence[Window]) -> Row:
    figures = {
        "messages/s": [each.rate for each in seen],
        "lag p99 ms": [each.lag_p99_ms or 0.0 for each in seen],
        "CPU us/message": [each.cpu_us for each in seen],
        "shard, % of a core": [each.cpu_us * each.rate / 1e4 for each in seen],
        "broker, % of a core": [each.broker_us * each.rate / 1e4 for each in seen],
        "others' CPU %": [100 * each.others for each in seen],
    }
    return Row(f"{rate:,}/s", figures)
