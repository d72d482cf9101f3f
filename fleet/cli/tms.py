"""`fleet tms`: the reference TMS alone."""

from typing import Any

import click

from fleet.cli.failures import INTERRUPTED
from fleet.cli.options import (
    connect,
    credential_options,
    profile_argument,
    seed_option,
    speed_option,
)
from fleet.profile import load
from fleet.run.desks import serve


@click.command()
@profile_argument
@click.option(
    "--broker",
    required=True,
    metavar="URL",
    help="mqtt://, mqtts://, ws:// or wss://HOST[:PORT].",
)
@seed_option
@speed_option
@credential_options
@click.pass_context
def tms(
    ctx: click.Context,
    /,
    profile_name: str,
    *,
    broker: str,
    seed: int,
    speed: float | None,
    **credentials: Any,
) -> None:
    """Run the reference TMS alone.

    It serves the estate of PROFILE, a name (see `fleet profile list`) or a TOML file. Business time
    begins when it does.
    """
    connection = connect((broker,), **credentials)
    if connection is None:
        msg = "'embedded' is for `fleet run`; name the broker's URL"
        raise click.BadParameter(msg, param_hint="--broker")
    serve(load(profile_name, {"run.speed": speed}), seed, connection, _say)
    ctx.exit(INTERRUPTED)


def _say(text: str) -> None:
    click.echo(text, err=True)
