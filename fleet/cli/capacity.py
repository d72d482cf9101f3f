"""`fleet capacity`: how much the server can take."""

import time
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from fleet.capacity.curve import curve_table
from fleet.capacity.junit import search_junit_xml
from fleet.capacity.search import Search, conclusion
from fleet.cli import values
from fleet.cli.failures import INTERRUPTED, warn
from fleet.cli.final_report import write_beside
from fleet.cli.options import (
    broker_option,
    connect,
    credential_options,
    junit_option,
    metrics_option,
    profile_argument,
    report_option,
    seed_option,
    shards_option,
    slo_option,
    speed_option,
    tms_option,
    with_objectives,
)
from fleet.profile import Profile, load
from fleet.profile.unreached import told_of_step
from fleet.run.ascent import Ascent, BrokenOff
from fleet.run.handouts import check_file, write_file
from fleet.run.plan import RunPlan

SLO_BROKEN, INVALID = 3, 4


@click.command()
@profile_argument
@broker_option
@tms_option
@click.option("--from", "lowest", type=click.IntRange(1), required=True, help="Fewest terminals.")
@click.option("--to", "highest", type=click.IntRange(1), required=True, help="Most terminals.")
@click.option(
    "--precision",
    metavar="SHARE",
    callback=values.share,
    default="5%",
    show_default=True,
    help="How near the load that held and the one that gave way must be.",
)
@click.option(
    "--warm-up",
    metavar="DURATION",
    callback=values.wait,
    default="20s",
    show_default=True,
    help="Of each step: wall time that is not judged.",
)
@click.option(
    "--hold",
    metavar="DURATION",
    callback=values.duration,
    default="30s",
    show_default=True,
    help="Of each step: wall time that is.",
)
@slo_option
@seed_option
@speed_option
@shards_option
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder of the search; one that was broken off there goes on.",
)
@report_option
@junit_option
@metrics_option("off", "the steps, each with counters of its own")
@credential_options
@click.pass_context
def capacity(
    ctx: click.Context, /, profile_name: str, *, report: bool, junit: Path | None, **options: Any
) -> None:
    """Find the largest estate that a server can take.

    That is one with which it keeps the objectives. PROFILE is a name (see `fleet profile list`) or
    a TOML file; without it, it is `demo`. Each step takes its warm-up, its hold and a few seconds.

    \b
    fleet capacity steady --from 100 --to 5000 --slo 'sign_in.p99 < 2s'

    Exit codes: 0 found, 1 could not be done, 2 wrong usage or profile, 3 not even the fewest
    terminals kept the objectives, 4 the generator gave way before the server did, 130 interrupted.
    """  # noqa: D301 - click reads the escape
    ascent = _ascent(profile_name, options)
    warn(told_of_step(ascent.profile_at(ascent.highest)))
    if junit:
        check_file(junit, "--junit")
    began_s = time.monotonic()
    try:
        search, why = ascent.carry_out(), None
    except BrokenOff as broken_off:
        search, why = broken_off.search, broken_off.why
    if search.steps:
        _show(search, ascent.plan.profile.slo.objectives)
    if junit:
        suite = f"fleet capacity {ascent.plan.profile.name}"
        took_s = time.monotonic() - began_s
        write_file(junit, "--junit", search_junit_xml(search, suite, took_s, str(why or "")))
    if ascent.out and report and search.steps:
        _write_report(ascent.out)
    if not search.over:
        how = "broken off" if why else "interrupted"
        click.echo(how + ("; the same command goes on with it" if ascent.out else ""), err=True)
    if why is not None:
        raise why
    ctx.exit(_exit_code(search))


def _show(search: Search, objectives: tuple[str, ...]) -> None:
    console = Console()
    console.print(curve_table(search, objectives))
    console.print(conclusion(search), highlight=False, soft_wrap=not console.is_terminal)


def _ascent(profile_name: str, options: dict[str, Any]) -> Ascent:
    lowest, highest = options["lowest"], options["highest"]
    if lowest > highest:
        msg = (
            f"--from {lowest} is above --to {highest}; write the fewest first: "
            f"--from {highest} --to {lowest}"
        )
        raise click.UsageError(msg)
    asked = {name: options[name] for name in ("precision", "warm_up", "hold", "out")}
    return Ascent(
        plan=_plan(profile_name, options), lowest=lowest, highest=highest, say=_say, **asked
    )


def _plan(profile_name: str, options: dict[str, Any]) -> RunPlan:
    profile = _profile(profile_name, options)
    connection, tms = connect(options["brokers"], options), options["tms"]
    return RunPlan(
        profile=profile,
        connection=connection,
        tms=connection is None if tms is None else tms,
        live=False,
        **{name: options[name] for name in ("seed", "shards", "metrics")},
    )


def _profile(profile_name: str, options: dict[str, Any]) -> Profile:
    """Return the profile of the fewest terminals; that of the most must be sound as well."""
    wishes = {
        "run.speed": options["speed"],
        "slo.objectives": with_objectives(profile_name, options["slo"]),
        "estate.terminals": options["lowest"],
    }
    profile = load(profile_name, wishes)
    if not profile.slo.objectives:
        msg = "there is no objective to keep; name one, such as --slo 'sign_in.p99 < 2s'"
        raise click.UsageError(msg)
    load(profile_name, wishes | {"estate.terminals": options["highest"]})
    return profile


def _write_report(folder: Path) -> None:
    # Only who keeps a folder pays for these imports.
    from fleet.report.search_page import search_page  # noqa: PLC0415

    write_beside(folder, lambda: search_page(folder))


def _say(text: str) -> None:
    click.echo(text, err=True)


def _exit_code(search: Search) -> int:
    if not search.over:
        return INTERRUPTED
    broken = search.broken
    if broken is not None and broken.outcome == "generator":
        return INVALID
    return 0 if search.held else SLO_BROKEN
