"""`fleet profile`: the profiles that come with fleet, and the user's own."""

import json
import shutil

import click

from fleet.cli.failures import USAGE, tell, warn
from fleet.profile import ProfileError, json_schema, load, names, resolved_toml
from fleet.profile.unreached import told_of_profile

# Columns; below them a title would stand one word to a line.
_NARROWEST = 60


@click.group()
def profile() -> None:
    """List, show and check profiles."""


@profile.command("list")
def list_() -> None:
    """List the profiles that come along."""
    table = click.HelpFormatter(width=max(_NARROWEST, shutil.get_terminal_size().columns))
    table.write_dl([(name, load(name).title) for name in names()])
    click.echo(table.getvalue(), nl=False)


@profile.command()
@click.argument("name_or_path", metavar="PROFILE")
def show(name_or_path: str) -> None:
    """Print PROFILE as resolved: every default spelled out."""
    click.echo(resolved_toml(load(name_or_path)), nl=False)


@profile.command()
@click.argument("paths", metavar="PROFILE...", nargs=-1, required=True)
@click.pass_context
def check(ctx: click.Context, /, paths: tuple[str, ...]) -> None:
    """Check profiles; complain of everything at once."""
    if [path for path in paths if not _is_fine(path)]:
        ctx.exit(USAGE)


def _is_fine(path: str) -> bool:
    try:
        found = load(path)
    except ProfileError as error:
        tell(error)
        return False
    click.echo(f"{path}: fine")
    if line := told_of_profile(found):
        warn(f"{path}: {line}")
    return True


@profile.command()
def schema() -> None:
    """Print the JSON Schema of a profile, for editors that check TOML."""
    click.echo(json.dumps(json_schema(), indent=2))
