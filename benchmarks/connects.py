"""Connecting as fast as one process can: TCP, CONNECT and CONNACK; then with SUBSCRIBE, SUBACK."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from statistics import median
from typing import Final, NamedTuple

from benchmarks import broker, machine
from benchmarks.broker import Broker
from benchmarks.errors import BenchError
from benchmarks.heartbeats import READY_S
from benchmarks.peers import roster
from benchmarks.peers.roster import Peer
from benchmarks.peers.task import PeerTask
from benchmarks.report import Claim, Result, Row

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


class Subject(NamedTuple):
    """A generator, and whether its clients subscribe."""

    peer: Peer
    subscribe: bool

    @property
    def name(self) -> str:
        """For people."""
        return self.peer.name + _SUBSCRIBED * self.subscribe


Turns = Mapping[Subject, list[Turn]]


def measure(clients: int, rounds: int, progress: Callable[[str], None]) -> Result:
    """Run the benchmark.

    Raises:
        BenchError: The broker failed, or a generator that cannot be done without.
    """
    peers = [roster.FAST_LINKS, roster.GMQTT, roster.MQTTJS, roster.PAHO_GO]
    here, notes = roster.present(peers), roster.absences(peers)
    turns = {Subject(peer, subscribe): list[Turn]() for peer in here for subscribe in (False, True)}
    for number in range(rounds):
        for subject in list(turns):
            progress(f"connects: round {number + 1} of {rounds}, {subject.name}")
            try:
                turns[subject].append(_turn(subject, clients))
            except BenchError as error:
                if subject.peer in (roster.FAST_LINKS, roster.GMQTT):
                    raise
                del turns[subject]
                notes.append(f"{subject.name} is left out: {error}")
    title = f"Connecting {clients:,} clients to mosquitto, {_PENDING} at once"
    return judge(title, turns, notes)


def judge(title: str, turns: Turns, absences: Sequence[str] = ()) -> Result:
    """Return the table and the claims of what was seen."""
    rows = [_row(subject, turns) for subject in turns]
    result = Result("connects", title, rows, notes=list(absences))
    result.claims = _claims(result)
    for subscribe in (False, True):
        result.notes += _best(turns, subscribe=subscribe)
    for subject, seen in turns.items():
        result.notes += machine.doubts(subject.name, [turn.others for turn in seen])
    return result


def _turn(subject: Subject, clients: int) -> Turn:
    with broker.running() as running:
        return _connect(running, subject, clients)


def _connect(running: Broker, subject: Subject, clients: int) -> Turn:
    peer, subscribe = subject
    task = PeerTask(port=running.port, clients=clients, subscribe=subscribe, pending=_PENDING)
    with roster.start(peer, task) as program:
        neighbours = machine.Neighbours(running.pid, program.pid)
        told = program.line(READY_S)
        others = neighbours.share()
        connected = running.connections() - 1  # the observer
        if connected != clients:
            msg = f"{peer.name} says that {clients} clients are connected, the system {connected}"
            raise BenchError(msg)
    return Turn(clients / told["seconds"], told["cpu_s"] / clients * 1e6, others)


def _row(subject: Subject, turns: Turns) -> Row:
    seen, ours = turns[subject], turns[Subject(roster.FAST_LINKS, subject.subscribe)]
    pairs = [] if seen is ours else list(zip(ours, seen, strict=True))
    figures = {
        "connects/s": [turn.per_s for turn in seen],
        "CPU us each": [turn.cpu_us for turn in seen],
        "fleet's rate x its": [own.per_s / its.per_s for own, its in pairs],
        "fleet's CPU x its": [own.cpu_us / its.cpu_us for own, its in pairs],
        "others' CPU %": [100 * turn.others for turn in seen],
    }
    return Row(subject.name, figures)


def _claims(result: Result) -> list[Claim]:
    name = roster.FAST_LINKS.name
    bare, subscribed = result.row(name), result.row(name + _SUBSCRIBED)
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


def _best(turns: Turns, *, subscribe: bool) -> Iterator[str]:
    """Yield who of the peers was the fastest, and who took the least CPU."""
    rivals = [
        (subject.name, median(turn.per_s for turn in seen), median(turn.cpu_us for turn in seen))
        for subject, seen in turns.items()
        if subject.peer != roster.FAST_LINKS and subject.subscribe == subscribe
    ]
    fastest, cheapest = max(rivals, key=itemgetter(1)), min(rivals, key=itemgetter(2))
    yield f"the fastest peer that ran: {fastest[0]}, {fastest[1]:,.0f} connects/s"
    yield f"the cheapest peer that ran: {cheapest[0]}, {cheapest[2]:,.0f} us of CPU each"
