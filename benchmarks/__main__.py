"""Run the benchmarks: `python -m benchmarks [--quick] [NAME...]`."""

import re
import sys
from collections.abc import Callable, Mapping
from typing import Final

import click
from rich.console import Console
from rich.status import Status

from benchmarks import connects, dataset, heartbeats, highest, machine, memory, report, scaling
from benchmarks.errors import BenchError
from benchmarks.heartbeats import OURS, Load, Plan, Subject
from benchmarks.memory import Sizes
from benchmarks.peers import roster
from benchmarks.report import Result
from fleet.run.descriptors import raise_limit

_WIDTH: Final = 132
_CLIENTS: Final = 2_000
# What aiomqtt holds here with a client for each terminal; it was never seen above 6,500/s.
_AIOMQTT_RATE: Final = 2_000
# Beyond it clients with timers of their own have nothing to say, aiomqtt's nor others'.
_TIMERS_RATE_MAX: Final = 10_000

Progress = Callable[[str], None]
Bench = Callable[[bool, Progress], Result]


def _heartbeats(
    name: str, rate: int, qos: int, floor_times: float | None, peer_times: float
) -> Bench:
    load = Load(_CLIENTS, rate, qos)
    title = f"Heartbeats, QoS {qos}, {rate:,}/s on {_CLIENTS:,} connections"

    def bench(quick: bool, progress: Progress) -> Result:  # noqa: FBT001 - of all, the one switch
        rounds, window_s = (2, 1.5) if quick else (4, 3.5)
        subjects, absences = _subjects(load, quick=quick)
        plan = Plan(name, title, subjects, rounds, window_s, floor_times, peer_times, absences)
        return heartbeats.measure(plan, progress)

    return bench


def _subjects(load: Load, *, quick: bool) -> tuple[list[Subject], list[str]]:
    """Return who takes turns, and notes on who cannot."""
    peers = [roster.GMQTT, roster.MQTTJS, roster.PAHO_GO]
    here = roster.present(peers)
    subjects = [
        Subject(roster.FLOOR.name, load, roster.FLOOR),
        Subject(OURS, load),
        *(Subject(peer.name, load, peer) for peer in here),
    ]
    if load.rate <= _TIMERS_RATE_MAX:
        timers = [peer.with_timers for peer in here]
        subjects += [Subject(peer.name, load, peer) for peer in timers]
    if load.rate <= _TIMERS_RATE_MAX and not quick:
        slow = load._replace(rate=_AIOMQTT_RATE)
        name = f"{roster.AIOMQTT.name} at {_AIOMQTT_RATE:,}/s"
        subjects.append(Subject(name, slow, roster.AIOMQTT))
    return subjects, roster.absences(peers)


def _memory(quick: bool, progress: Progress) -> Result:  # noqa: FBT001
    sizes = Sizes(3_000, 3_000, 500) if quick else Sizes(10_000, 10_000, 2_000)
    return memory.measure(sizes, progress)


def _connects(quick: bool, progress: Progress) -> Result:  # noqa: FBT001
    return connects.measure(*((2_000, 2) if quick else (10_000, 5)), progress)


def _dataset(size: str) -> Bench:
    def bench(quick: bool, progress: Progress) -> Result:  # noqa: FBT001
        sizes = dataset.Size(1_000, 10, 200) if quick else dataset.Size(10_000, 90, 500)
        if size:
            terminals, days = map(int, size.split("x"))
            sizes = dataset.Size(terminals, days, min(terminals, sizes.lives))
        return dataset.measure(sizes, progress)

    return bench


def _scaling(quick: bool, progress: Progress) -> Result:  # noqa: FBT001
    sizes, rounds = ((1_000, 5_000), 1) if quick else (scaling.SIZES, 6)
    return scaling.measure(sizes, rounds, progress)


def _highest(quick: bool, progress: Progress) -> Result:  # noqa: FBT001
    return highest.measure(highest.RATES[::2] if quick else highest.RATES, progress)


BENCHES: Final[Mapping[str, Bench]] = {
    "heartbeat": _heartbeats("heartbeat", 10_000, 0, 1.5, 0.65),
    "heartbeat-qos1": _heartbeats("heartbeat-qos1", 10_000, 1, None, 0.6),
    "heartbeat-fast": _heartbeats("heartbeat-fast", 50_000, 0, 2.0, 0.65),
    "highest": _highest,
    "memory": _memory,
    "connects": _connects,
    "dataset": _dataset(""),
    "scaling": _scaling,
}


def _size(_: click.Context, __: click.Parameter, value: str) -> str:
    if value and not re.fullmatch(r"[1-9]\d*x[1-9]\d*", value):
        msg = f"{value!r} is no size; say terminals and days, such as 2000x30"
        raise click.BadParameter(msg)
    return value


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(BENCHES)))
@click.option("--quick", is_flag=True, help="Fewer and shorter rounds: a glance, not a figure.")
@click.option(
    "--size",
    metavar="TERMINALSxDAYS",
    default="",
    callback=_size,
    help="Of the dataset, such as 2000x30; 10000x90 unless given.",
)
def main(names: tuple[str, ...], *, quick: bool, size: str) -> None:
    """Measure every claim of speed, or those NAMES, beside its peers in the same run."""
    console = Console()
    console = Console(width=max(console.width, _WIDTH))
    if complaint := machine.check():
        raise click.ClickException(complaint)
    raise_limit()
    results, benches = [], {**BENCHES, "dataset": _dataset(size)}
    with console.status("") as status:
        for name in names or benches:
            results.append(_run(benches[name], quick, status))
            report.show(console, results[-1])
    report.save(results, machine.describe() | {"peers": roster.versions()})


def _run(bench: Bench, quick: bool, status: Status) -> Result:  # noqa: FBT001
    try:
        return bench(quick, status.update)
    except BenchError as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    sys.exit(main())
