"""The highest rate that a generator holds on time, and what gives out beyond it.

Theory of operation
-------------------
The rate climbs until a window has a schedule lag of 10 ms or more at the 99th percentile, or less
than 97 % of the messages that were asked for arrive at the broker; a second try is allowed for each
rate. A peer climbs likewise, with messages that are ready-made and on the cheapest pacing.

At the first rate that is not held, what the processes used of the machine tells what gave out: its
cores together, else the core of the generator or the broker's, which use one each; and where no
core was full it was the generator's schedule, which something kept waiting.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

from benchmarks import machine
from benchmarks.errors import BenchError
from benchmarks.heartbeats import HELD, OURS, Load, Subject, Window, turn
from benchmarks.peers import roster
from benchmarks.report import Claim, Result, Row

RATES: Final = tuple(range(10_000, 110_000, 10_000))
_LOAD: Final = Load(2_000, 0, 0)
_WINDOW_S: Final = 3.5
_LAG_MS_MAX: Final = 10.0
_TRIES: Final = 2
_TARGET: Final = 90_000.0
# From here on a core, or all of them, count as used up: what is left goes to the switching.
_FULL: Final = 0.92


class Step(NamedTuple):
    """A rate that was tried.

    Attributes:
        rate: Messages per second that were asked for.
        seen: A window for each try; if one held, it is the last.
        failure: Why there was none any more, where the generator or the broker failed.
    """

    rate: int
    seen: Sequence[Window]
    failure: str = ""

    @property
    def held(self) -> bool:
        """Whether it was held."""
        return bool(self.seen) and _holds(self.seen[-1], self.rate)


def measure(rates: Sequence[int], progress: Callable[[str], None]) -> Result:
    """Run the benchmark: ours first, then gmqtt, paced like the floor."""
    subjects = (Subject(OURS, _LOAD), Subject(roster.GMQTT.name, _LOAD, roster.GMQTT))
    climbs = {each.name: list(climb(partial(_window, each, progress), rates)) for each in subjects}
    return judge(climbs, os.cpu_count() or 1)


def climb(window: Callable[[int], Window], rates: Iterable[int]) -> Iterator[Step]:
    """Yield a step for each rate, up to the first that is not held."""
    for rate in rates:
        step = _try(window, rate)
        yield step
        if not step.held:
            return


def judge(climbs: Mapping[str, Sequence[Step]], cores: int) -> Result:
    """Return the table, the claim of ours, and who held what and what gave out, in words."""
    title = f"Heartbeats of QoS 0 on {_LOAD.clients:,} connections from one process, ever more"
    rows = [_row(name, step) for name, steps in climbs.items() for step in steps if step.seen]
    claim = Claim(
        "messages/s with a lag below 10 ms", _highest(climbs[OURS]), _TARGET, at_least=True
    )
    notes = [_summary(name, steps, cores) for name, steps in climbs.items()]
    for name, steps in climbs.items():
        for step in steps:
            shares = [each.others for each in step.seen]
            notes += machine.doubts(_subject(name, step), shares)
    return Result("highest", title, rows, [claim], notes)


def _try(window: Callable[[int], Window], rate: int) -> Step:
    seen: list[Window] = []
    while len(seen) < _TRIES and not any(_holds(each, rate) for each in seen):
        try:
            seen.append(window(rate))
        except BenchError as error:
            return Step(rate, seen, str(error))
    return Step(rate, seen)


def _window(subject: Subject, progress: Callable[[str], None], rate: int) -> Window:
    progress(f"highest: {subject.name} at {rate:,}/s")
    return turn(subject._replace(load=_LOAD._replace(rate=rate)), _WINDOW_S)


def _holds(window: Window, rate: int) -> bool:
    late = window.lag_p99_ms is None or window.lag_p99_ms >= _LAG_MS_MAX
    return not late and window.rate >= HELD * rate


def _highest(steps: Sequence[Step]) -> float:
    return float(max((step.rate for step in steps if step.held), default=0))


def _summary(name: str, steps: Sequence[Step], cores: int) -> str:
    held, last = _highest(steps), steps[-1]
    text = f"{name}: held {held:,.0f}/s" if held else f"{name}: held none of these rates"
    if last.held:
        return f"{text}, the highest that was tried"
    return f"{text}; at {last.rate:,}/s {_gave_out(last, cores)}"


def _gave_out(step: Step, cores: int) -> str:
    """Return in words what gave out at a rate that was not held."""
    if step.failure:
        return step.failure
    window = step.seen[-1]
    own, its = (each_us * window.rate / 1e6 for each_us in (window.cpu_us, window.broker_us))
    used = f"of a core: itself {own:.0%}, broker {its:.0%}, others {window.others:.0%}"
    if own + its + window.others >= _FULL * cores:
        return f"the machine's {cores} cores gave out ({used})"
    if own >= _FULL:
        return f"its own core gave out ({used})"
    if its >= _FULL:
        return f"the broker's core gave out ({used})"
    return f"its schedule gave out, though no core was full ({used})"


def _subject(name: str, step: Step) -> str:
    return f"{name}, {step.rate:,}/s"


def _row(name: str, step: Step) -> Row:
    seen = step.seen
    figures = {
        "messages/s": [each.rate for each in seen],
        "lag p99 ms": [each.lag_p99_ms for each in seen if each.lag_p99_ms is not None],
        "CPU us/message": [each.cpu_us for each in seen],
        "own CPU %": [each.cpu_us * each.rate / 1e4 for each in seen],
        "broker CPU %": [each.broker_us * each.rate / 1e4 for each in seen],
        "others' CPU %": [100 * each.others for each in seen],
    }
    return Row(_subject(name, step), figures)
