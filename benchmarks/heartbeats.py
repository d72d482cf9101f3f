"""Heartbeats at an equal rate: what a message costs each generator, counted at the broker.

Theory of operation
-------------------
Generators take turns, each with the machine to itself, and a round is one turn of each; so a change
of the machine's mood hits all of them, and ratios are taken within a round. A window begins and
ends with a count told by the broker. CPU is what the kernel charged to the generator's process
between the two; messages are what the broker received.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from benchmarks import broker, estate, machine
from benchmarks.broker import Broker
from benchmarks.estate import Estate
from benchmarks.peers.task import PeerTask
from benchmarks.program import Program
from benchmarks.report import Claim, Result, Row

OURS: Final = "fleet (whole life)"
FLOOR: Final = "floor (bare send)"
GMQTT: Final = "gmqtt on uvloop"
AIOMQTT: Final = "aiomqtt"
_X_FLOOR: Final = "x floor"
_X_GMQTT: Final = "x gmqtt"
LAG: Final = "fleet_schedule_lag_seconds"
READY_S: Final = 120.0
_SETTLE_COUNTS: Final = 20
_SETTLED_MS: Final = 50.0
_HELD: Final = 0.97


class Load(NamedTuple):
    """What is asked of every generator."""

    clients: int
    rate: int
    qos: int


class Window(NamedTuple):
    """What was seen of one generator in one round, by message where it says `us`."""

    cpu_us: float
    rate: float
    others: float
    lag_p99_ms: float | None
    broker_us: float


class Subject(NamedTuple):
    """A generator and how it is measured."""

    name: str
    load: Load
    measure: Callable[[Broker, Load, float], Window]


class Plan(NamedTuple):
    """A benchmark of heartbeats.

    Attributes:
        name: For the command line.
        title: For people.
        subjects: In the order of their turns; the floor is among them.
        rounds: How often each has its turn.
        window_s: Length of a window.
        floor_times: Target: how many times the floor ours may cost; None for no such target.
        gmqtt_times: Target: how many times gmqtt, the only fast peer that is always run.
    """

    name: str
    title: str
    subjects: Sequence[Subject]
    rounds: int
    window_s: float
    floor_times: float | None
    gmqtt_times: float


def measure(plan: Plan, progress: Callable[[str], None]) -> Result:
    """Run a benchmark of heartbeats.

    Raises:
        BenchError: A generator or the broker failed.
    """
    windows: dict[str, list[Window]] = {subject.name: [] for subject in plan.subjects}
    for number in range(plan.rounds):
        for subject in plan.subjects:
            progress(f"{plan.name}: round {number + 1} of {plan.rounds}, {subject.name}")
            with broker.running() as running:
                window = subject.measure(running, subject.load, plan.window_s)
            windows[subject.name].append(window)
    rows = [_row(subject, plan, windows) for subject in plan.subjects]
    result = Result(plan.name, plan.title, rows)
    ours = result.row(OURS)
    if plan.floor_times is not None:
        text = "times the floor of the same round"
        result.claims.append(Claim(text, ours.median(_X_FLOOR), plan.floor_times))
    text = "times gmqtt in the same round"
    result.claims.append(Claim(text, ours.median(_X_GMQTT), plan.gmqtt_times))
    result.notes = [*_notes(plan, windows)]
    return result


def _row(subject: Subject, plan: Plan, windows: dict[str, list[Window]]) -> Row:
    seen = windows[subject.name]
    figures = {"CPU us/message": [each.cpu_us for each in seen]}
    # Cost per message depends on the rate, so who was asked for another one is not compared.
    for column, other in ((_X_FLOOR, FLOOR), (_X_GMQTT, GMQTT)):
        if subject.load == next(each.load for each in plan.subjects if each.name == other):
            pairs = zip(seen, windows[other], strict=True)
            figures[column] = [each.cpu_us / beside.cpu_us for each, beside in pairs]
    figures["messages/s"] = [each.rate for each in seen]
    figures["lag p99 ms"] = [each.lag_p99_ms for each in seen if each.lag_p99_ms is not None]
    figures["others' CPU %"] = [100 * each.others for each in seen]
    return Row(subject.name, figures)


def _notes(plan: Plan, windows: dict[str, list[Window]]) -> Iterator[str]:
    for name, load, _ in plan.subjects:
        yield from machine.doubts(name, [window.others for window in windows[name]])
        least = min(window.rate for window in windows[name])
        if least < _HELD * load.rate:
            yield f"{name}: in one round only {least:,.0f} of {load.rate:,} messages/s"


def watch(running: Broker, generator: Program, window_s: float) -> Window:
    """Measure a generator that is at work."""
    running.next_count()  # whatever began before the first count is over with the second
    neighbours = machine.Neighbours(running.pid, generator.pid)
    first, cpu_ns = running.next_count(), generator.cpu_ns()
    broker_ns = machine.cpu_ns(running.pid)
    last = first
    while last.at_s - first.at_s < window_s:
        last = running.next_count()
    used_us = (generator.cpu_ns() - cpu_ns) / 1e3
    broker_us = (machine.cpu_ns(running.pid) - broker_ns) / 1e3
    messages, seconds = last.messages - first.messages, last.at_s - first.at_s
    others = neighbours.share()
    return Window(used_us / messages, messages / seconds, others, None, broker_us / messages)


def ours(running: Broker, load: Load, window_s: float) -> Window:
    """Measure the shard."""
    interval_ms = round(1_000 * load.clients / load.rate)
    with estate.on_duty(running, load.clients, interval_ms, load.qos) as crew:
        settle(running, crew, load.rate)
        before = crew.read().distribution(LAG)
        window = watch(running, crew.program, window_s)
        lag = crew.read().distribution(LAG).since(before).percentiles()
    return window._replace(lag_p99_ms=lag.p99_ms)


def settle(running: Broker, crew: Estate, rate: float) -> None:
    """Let it reach its rate, and catch up with what it fell behind while everybody signed in."""
    first = running.next_count()
    for _ in range(_SETTLE_COUNTS):
        before = crew.read().distribution(LAG)
        second = running.next_count()
        reached = (second.messages - first.messages) / (second.at_s - first.at_s)
        first, lag = second, crew.read().distribution(LAG).since(before)
        if lag.percentiles().p99_ms < _SETTLED_MS and _HELD * rate < reached < rate / _HELD:
            return


def peer(module: str) -> Callable[[Broker, Load, float], Window]:
    """Return how to measure a peer."""

    def run(running: Broker, load: Load, window_s: float) -> Window:
        task = PeerTask(port=running.port, clients=load.clients, rate=load.rate, qos=load.qos)
        with Program(f"benchmarks.peers.{module}", task) as generator:
            generator.line(READY_S)
            window = watch(running, generator, window_s)
            generator.end()
            return window._replace(lag_p99_ms=generator.line(READY_S)["lag_p99_ms"])

    return run
