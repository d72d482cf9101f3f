"""`fleet plan`: what is coming, before anything is loaded."""

from pathlib import Path
from typing import Any

import click
import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from fleet.capacity.forecast import Forecast, Numbers, forecast
from fleet.capacity.outlook import need, peaks, rates
from fleet.cli.failures import warn
from fleet.cli.options import (
    NEW_FILE,
    duration_option,
    profile_argument,
    seed_option,
    speed_option,
    terminals_option,
    wishes_of,
)
from fleet.profile import Profile, load
from fleet.profile.unreached import told_of_run
from fleet.report.write import check_place, write_page
from fleet.units import SECOND_MS, format_duration

_BLOCKS = " ▁▂▃▄▅▆▇█"
_WIDTH = 40


@click.command()
@profile_argument
@terminals_option
@seed_option
@duration_option
@speed_option
@click.option(
    "--html",
    type=NEW_FILE,
    metavar="FILE",
    help="Also draw it, on a page of its own.",
)
def plan(profile_name: str, *, seed: int, html: Path | None, **options: Any) -> None:
    """Predict the load of a run: what, how much, and when.

    PROFILE is played in virtual time; it is a name (see `fleet profile list`) or a TOML file;
    without it, it is `demo`.
    """
    profile = load(profile_name, wishes_of(options))
    if html is not None:
        check_place(html)
    warn(told_of_run(profile))
    seen = _play(profile, seed)
    console = Console()
    console.print(_headline(profile.name, seed, seen), highlight=False)
    console.print(_curves(seen))
    console.print(_peaks(seen))
    console.print(_needs(seen), highlight=False)
    if html is not None:
        from fleet.report.plan_page import plan_page  # noqa: PLC0415 - matplotlib is slow to import

        write_page(plan_page(profile, seed, seen), html)
        click.echo(html)


def _play(profile: Profile, seed: int) -> Forecast:
    shown = Console(stderr=True)
    # Where nothing can be taken back, its traces would stay.
    with Progress(console=shown, transient=True, disable=not shown.is_terminal) as progress:
        task = progress.add_task(f"playing {profile.name}", total=1.0)
        return forecast(profile, seed, lambda share: progress.update(task, completed=share))


def _headline(name: str, seed: int, seen: Forecast) -> str:
    return (
        f"{name}, seed {seed}: {seen.terminals:,} terminals, "
        f"{format_duration(round(seen.end_s[-1] * SECOND_MS))} of wall time, "
        f"{seen.events:,} steps of life\n"
    )


def _curves(seen: Forecast) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("over time", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("peak", justify="right", no_wrap=True)
    for name, (unit, values_) in rates(seen).items():
        table.add_row(name, sparkline(values_), f"{values_.max():,.1f} {unit}")
    for name in ("ready", "updating", "out_of_order"):
        if name in seen.states:
            curve = seen.states[name]
            table.add_row(f"terminals {name}", sparkline(curve), f"{curve.max():,.0f}")
    return table


def _peaks(seen: Forecast) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("\npeaks", no_wrap=True)
    for heading in ("\npeak", "\nmean", "\nat"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("\nmostly", overflow="fold")
    for peak in peaks(seen):
        when = format_duration(round(peak.at_s * SECOND_MS))
        value, mean = (f"{v:,.1f} {peak.unit}".rstrip() for v in (peak.value, peak.mean))
        table.add_row(peak.name, value, mean, when, peak.why)
    return table


def _needs(seen: Forecast) -> str:
    wanted = need(seen)
    shards = "1 shard is" if wanted.shards == 1 else f"{wanted.shards} shards are"
    return (
        f"\nThe generator will need about {wanted.cpu:.2f} cores at the busiest moment, "
        f"{wanted.memory_mib:,.0f} MiB and {wanted.descriptors:,} connections: {shards} enough."
    )


def sparkline(curve: Numbers) -> str:
    """Return a curve as a line of blocks; each stands for the greatest of its bins."""
    pieces = np.array_split(curve, min(_WIDTH, len(curve)))
    tops = np.array([piece.max() for piece in pieces])
    top = tops.max()
    steps = np.ceil(tops / top * (len(_BLOCKS) - 1)).astype(int) if top > 0 else tops.astype(int)
    return "".join(_BLOCKS[step] for step in steps)
