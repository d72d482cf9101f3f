"""Heartbeats at an equal rate: what a message costs each generator, counted at the broker.

Theory of operation
-------------------
Generators take turns, each with the machine to itself, and a round is one turn of each; so a change
of the machine's mood hits all of them, and ratios are taken within a round. A window begins and
ends with a count told by the broker. CPU is what the kernel charged to the generator's process
between the two; messages are what the broker received.

Which peer is the one to beat is not chosen beforehand: it is the one beside which ours looks worst,
of all that kept the rate, and again of those whose clients have timers of their own. gmqtt paced
like the floor is always claimed against, whoever else ran.
"""

from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import Final, NamedTuple

from benchmarks import broker, estate, machine
from benchmarks.broker import Broker
from benchmarks.errors import BenchError
from benchmarks.estate import Estate, Habits
from benchmarks.peers import roster
from benchmarks.peers.roster import Peer
from benchmarks.peers.task import PeerTask
from benchmarks.program import Program
from benchmarks.report import Claim, Result, Row

OURS: Final = "fleet (whole life)"
LAG: Final = "fleet_schedule_lag_seconds"
READY_S: Final = 120.0
_SETTLE_COUNTS: Final = 20
_SETTLED_MS: Final = 50.0
HELD: Final = 0.97


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
    """A generator, and the load that it is asked for; ours is no peer."""

    name: str
    load: Load
    peer: Peer | None = None


class Plan(NamedTuple):
    """A benchmark of heartbeats.

    Attributes:
        name: For the command line.
        title: For people.
        subjects: In the order of their turns; ours, the floor and gmqtt are among them.
        rounds: How often each has its turn.
        window_s: Length of a window.
        floor_times: Target: how many times the floor ours may cost; None for no such target.
        peer_times: Target: how many times a peer.
        absences: Notes on peers that are not here.
    """

    name: str
    title: str
    subjects: Sequence[Subject]
    rounds: int
    window_s: float
    floor_times: float | None
    peer_times: float
    absences: Sequence[str] = ()

    @property
    def load(self) -> Load:
        """What is asked of ours."""
        return next(each.load for each in self.subjects if each.peer is None)

    @property
    def compared(self) -> list[Subject]:
        """Those at our load: what a message costs depends on the rate."""
        return [each for each in self.subjects if each.load == self.load and each.peer is not None]

    def without(self, subject: Subject, error: BenchError) -> "Plan":
        """Return the plan without a peer that failed, and with a note that it did.

        Raises:
            BenchError: Nothing is worth measuring without this one.
        """
        if subject.peer in (None, roster.FLOOR, roster.GMQTT):
            raise error
        others = [each for each in self.subjects if each != subject]
        note = f"{subject.name} is left out: {error}"
        return self._replace(subjects=others, absences=[*self.absences, note])


Windows = dict[str, list[Window]]


def measure(plan: Plan, progress: Callable[[str], None]) -> Result:
    """Run a benchmark of heartbeats.

    Raises:
        BenchError: The broker failed, or a generator that cannot be done without.
    """
    windows: Windows = {subject.name: [] for subject in plan.subjects}
    for number in range(plan.rounds):
        for subject in plan.subjects:
            progress(f"{plan.name}: round {number + 1} of {plan.rounds}, {subject.name}")
            try:
                windows[subject.name].append(turn(subject, plan.window_s))
            except BenchError as error:
                plan = plan.without(subject, error)
    return judge(plan, windows)


def turn(subject: Subject, window_s: float) -> Window:
    """Measure one generator beside a broker of its own.

    Raises:
        BenchError: It or the broker failed.
    """
    with broker.running() as running:
        if subject.peer is None:
            return ours(running, subject.load, window_s)
        return peer(subject.peer, running, subject.load, window_s)


def judge(plan: Plan, windows: Windows) -> Result:
    """Return the table and the claims of what was seen."""
    rows = [
        _row(subject.name, windows, compared=subject in plan.compared) for subject in plan.subjects
    ]
    notes = [*plan.absences, *_notes(plan, windows)]
    return Result(plan.name, plan.title, rows, [*_claims(plan, windows)], notes)


def _row(name: str, windows: Windows, *, compared: bool) -> Row:
    seen = windows[name]
    figures = {"CPU us/message": [each.cpu_us for each in seen]}
    if compared:
        figures["fleet x it"] = _times(name, windows)
    figures["messages/s"] = [each.rate for each in seen]
    figures["lag p99 ms"] = [each.lag_p99_ms for each in seen if each.lag_p99_ms is not None]
    figures["others' CPU %"] = [100 * each.others for each in seen]
    return Row(name, figures)


def _times(name: str, windows: Windows) -> list[float]:
    """Return how many times this one ours cost, for each round."""
    pairs = zip(windows[OURS], windows[name], strict=True)
    return [ours.cpu_us / it.cpu_us for ours, it in pairs]


def _claims(plan: Plan, windows: Windows) -> Iterator[Claim]:
    def claim(name: str, what: str, limit: float) -> Claim:
        late = [each for each in (OURS, name) if not _kept(windows[each], plan.load)]
        void = f"{' and '.join(late)} did not keep the rate" if late else ""
        return Claim(f"times {name}{what}", median(_times(name, windows)), limit, void=void)

    if plan.floor_times is not None:
        yield claim(roster.FLOOR.name, "", plan.floor_times)
    titles = {roster.GMQTT.name: ""}
    for title, names in _fields(plan, windows):
        best = max(names, key=lambda name: median(_times(name, windows)), default=None)
        if best is not None:
            titles[best] = titles.get(best, "") + f", {title}"
    for name, title in titles.items():
        yield claim(name, title, plan.peer_times)


def _fields(plan: Plan, windows: Windows) -> Iterator[tuple[str, list[str]]]:
    """Yield in what a peer may be the best, and the names of those who kept the rate."""
    rivals = [
        each
        for each in plan.compared
        if each.peer != roster.FLOOR and _kept(windows[each.name], plan.load)
    ]
    yield "the best peer that ran", [each.name for each in rivals]
    timers = [each.name for each in rivals if each.peer is not None and each.peer.timers]
    yield "the best with timers of its own", timers


def _kept(seen: Sequence[Window], load: Load) -> bool:
    return median(window.rate for window in seen) >= HELD * load.rate


def _notes(plan: Plan, windows: Windows) -> Iterator[str]:
    for name, load, _ in plan.subjects:
        yield from machine.doubts(name, [window.others for window in windows[name]])
        least = min(window.rate for window in windows[name])
        if least < HELD * load.rate:
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
    with estate.on_duty(running, load.clients, Habits(interval_ms, load.qos)) as crew:
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
        if lag.percentiles().p99_ms < _SETTLED_MS and HELD * rate < reached < rate / HELD:
            return


def peer(who: Peer, running: Broker, load: Load, window_s: float) -> Window:
    """Measure a peer."""
    task = PeerTask(port=running.port, clients=load.clients, rate=load.rate, qos=load.qos)
    with roster.start(who, task) as generator:
        generator.line(READY_S)
        window = watch(running, generator, window_s)
        generator.end()
        return window._replace(lag_p99_ms=generator.line(READY_S)["lag_p99_ms"])
