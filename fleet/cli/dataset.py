"""`fleet dataset`: months in minutes."""

from collections.abc import Iterator
from datetime import MAXYEAR, date, timedelta
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from fleet.cli.failures import INTERRUPTED, warn
from fleet.cli.options import terminals_option
from fleet.dataset.difficulty import DIFFICULTIES
from fleet.dataset.files import FORMATS, Written
from fleet.dataset.hazards import codes_of
from fleet.dataset.job import Dataset
from fleet.dataset.progress import Bar
from fleet.dataset.rehearsal import rehearse
from fleet.dataset.twins import told_of
from fleet.dataset.views.catalogue import VIEWS
from fleet.profile import ProfileError, load
from fleet.profile.complaints import Complaint
from fleet.profile.profile import Profile
from fleet.profile.unreached import told_of_dataset

# Of all profiles the one whose datasets are proven whole; that of a run has too few of each fault.
DEFAULT_PROFILE = "proving"
_PATHS = {
    "terminals": "estate.terminals",
    "days": "dataset.days",
    "seed": "dataset.seed",
    "start": "run.start",
    "kind": "dataset.format",
    "views": "dataset.views",
}


@click.command()
@click.argument("profile_name", metavar="[PROFILE]", default=DEFAULT_PROFILE)
@terminals_option
@click.option("--days", type=click.IntRange(1, 36_500), help="[default: profile's]")
@click.option(
    "--seed", type=click.IntRange(0, 2**64 - 1), help="Of all chance. [default: profile's]"
)
@click.option(
    "--start",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="First day of the study. [default: profile's run.start]",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Processes; the bytes do not depend on how many.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    required=True,
    help="New folder for the dataset.",
)
@click.option("--format", "kind", type=click.Choice(FORMATS), help="[default: profile's]")
@click.option(
    "--difficulty",
    type=click.Choice(list(DIFFICULTIES)),
    help="Signal of precursors, losses and regimes. [default: as the profile says]",
)
@click.option(
    "--views",
    type=click.Choice(list(VIEWS)),
    multiple=True,
    help="Also write the tables of a known dataset; repeatable. [default: profile's]",
)
@click.option("--resume", is_flag=True, help="Go on with an interrupted job.")
@click.option("--dry-run", is_flag=True, help="Check everything, tell what would be made, stop.")
@click.pass_context
def dataset(  # noqa: PLR0913 - an option each
    ctx: click.Context,
    /,
    profile_name: str,
    *,
    workers: int,
    out: Path,
    resume: bool,
    dry_run: bool,
    difficulty: str | None,
    **wishes: Any,
) -> None:
    """Make a dataset with labelled faults, in virtual time.

    PROFILE is a name (see `fleet profile list`) or a TOML file; without it, it is `proving`, whose
    dataset passes every proof. `fleet verify` tests what was made.
    """
    profile = _profile(profile_name, _overrides(difficulty, wishes))
    if dry_run:
        for line in rehearse(profile, out):
            click.echo(line)
        return
    if note := told_of(profile):
        click.echo(f"note: {note}", err=True)
    job = Dataset(profile, out)
    job.prepare(resume=resume)
    try:
        files = _make(job, workers)
    except KeyboardInterrupt:
        click.echo("interrupted; the same command with --resume goes on with it", err=True)
        ctx.exit(INTERRUPTED)
    rows = sum(file.rows for file in files)
    click.echo(f"{out}: {rows:,} rows in {len(files):,} files")


def _profile(profile_name: str, overrides: dict[str, object]) -> Profile:
    profile = load(profile_name, overrides)
    if complaints := list(_complaints(profile)):
        raise ProfileError(complaints, origin=profile_name)
    warn(told_of_dataset(profile))
    return profile


def _make(job: Dataset, workers: int) -> list[Written]:
    console = Console(stderr=True)
    finished = job.done(console.print)
    with Bar(job, finished, console) as bar:
        return job.make(workers, finished, bar.advance)


def _complaints(profile: Profile) -> Iterator[Complaint]:
    """Yield what is no fault of a profile, but of which no dataset can be made."""
    if not codes_of(profile):
        words = "there are none, so nothing could be learned; add a section [faults.CODE]"
        yield Complaint("faults", words)
    days = profile.dataset.days
    if profile.run.start.date() > date.max - timedelta(days=days + 1):
        yield Complaint("run.start", f"{days} days later it is past the year {MAXYEAR}")


def _overrides(difficulty: str | None, wishes: dict[str, Any]) -> dict[str, object]:
    """Return what the command line asks for, by its path in the profile."""
    # Without a wall clock nothing is accelerated.
    asked = {"run.speed": 1.0} | {
        _PATHS[name]: value for name, value in wishes.items() if value != ()
    }
    return asked | dict(DIFFICULTIES[difficulty] if difficulty else {})
