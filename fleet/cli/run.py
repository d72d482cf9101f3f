"""`fleet run`: the main job."""

from pathlib import Path
from typing import Any

import click
from rich.console import Console

from fleet.cli.failures import warn
from fleet.cli.final_report import write_beside
from fleet.cli.options import (
    NEW_FILE,
    broker_option,
    connect,
    credential_options,
    duration_option,
    junit_option,
    metrics_option,
    profile_argument,
    report_option,
    seed_option,
    shards_option,
    slo_option,
    speed_option,
    terminals_option,
    tms_option,
    wishes_of,
    with_objectives,
)
from fleet.profile import load
from fleet.profile.unreached import told_of_run
from fleet.run.errors import Unwritten
from fleet.run.execution import execute
from fleet.run.plan import RunPlan
from fleet.run.rehearsal import rehearse
from fleet.watch.summary import Summary, render_summary


@click.command()
@profile_argument
@broker_option
@tms_option
@terminals_option
@seed_option
@duration_option
@speed_option
@shards_option
@metrics_option("127.0.0.1:9464", "the run")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="New folder for the run record: summary.json, events.parquet, timeline.parquet, "
    "profile.toml, report.html.",
)
@report_option
@slo_option
@click.option("--abort-on-slo", is_flag=True, help="End the run once an objective is broken.")
@junit_option
@click.option(
    "--hdr",
    type=NEW_FILE,
    metavar="FILE",
    help="Write the latencies as an HdrHistogram log.",
)
@click.option("--live/--no-live", default=True, help="Show the live view, if on a terminal.")
@credential_options
@click.option("--dry-run", is_flag=True, help="Check everything, tell what would run, and stop.")
@click.pass_context
def run(
    ctx: click.Context, /, profile_name: str, *, dry_run: bool, report: bool, **options: Any
) -> None:
    """Run an estate of terminals over MQTT.

    PROFILE is a name (see `fleet profile list`) or a TOML file; without it, it is `demo`. Ctrl-C
    ends a run early, with its summary and its record.

    \b
    fleet run demo --terminals 300 --duration 1m
    fleet run steady --broker mqtts://HOST:8883 --slo 'sign_in.p99 < 2s'

    Exit codes: 0 fine, 1 could not be done, 2 wrong usage or profile, 3 an objective was broken,
    4 the generator was the bottleneck, 130 interrupted.
    """  # noqa: D301 - click reads the escape
    plan = _plan(profile_name, options)
    warn(told_of_run(plan.profile))
    if dry_run:
        for line in rehearse(plan):
            click.echo(line)
        return
    summary = _execute(plan)
    if plan.out and report:
        _write_report(plan.out)
    ctx.exit(summary.exit_code)


def _execute(plan: RunPlan) -> Summary:
    """Run it, and show its summary, also if that is all that is left of it."""
    try:
        summary = execute(plan, Console(stderr=True))
    except Unwritten as error:
        Console().print(render_summary(error.summary))
        raise
    Console().print(render_summary(summary))
    return summary


def _write_report(folder: Path) -> None:
    # Only who keeps a record pays for these imports.
    from fleet.report.record import Record  # noqa: PLC0415
    from fleet.report.run_page import run_page  # noqa: PLC0415

    write_beside(folder, lambda: run_page(Record(folder)))


_PLANNED = ("seed", "shards", "metrics", "out", "live", "junit", "hdr")


def _plan(profile_name: str, options: dict[str, Any]) -> RunPlan:
    connection, tms = connect(options["brokers"], options), options["tms"]
    wishes = wishes_of(options) | {
        "slo.objectives": with_objectives(profile_name, options["slo"]),
        "slo.abort": options["abort_on_slo"] or None,
    }
    profile = load(profile_name, wishes)
    if options["abort_on_slo"] and not profile.slo.objectives:
        msg = "--abort-on-slo has no objective to watch; name one, such as --slo 'sign_in.p99 < 2s'"
        raise click.UsageError(msg)
    return RunPlan(
        profile=profile,
        connection=connection,
        tms=connection is None if tms is None else tms,
        **{name: options[name] for name in _PLANNED},
    )
