"""`fleet tms`: the reference TMS alone."""

from typing import Any

import click

from fleet.cli.failures import INTERRUPTED
from fleet.cli.options import (
    NEW_FILE,
    connect,
    credential_options,
    profile_argument,
    seed_option,
    speed_option,
)
from fleet.profile import load
from fleet.run.alone import serve


@click.command()
@profile_argument
@click.option(
    "--broker",
    required=True,
    metavar="URL",
    help="mqtt://, mqtts://, ws:// or wss://HOST[:PORT].",
)
@click.option(
    "--journal",
    type=NEW_FILE,
    metavar="FILE",
    help="Keep in this file what campaigns are decided by, and when business began; go on with it "
    "if it is there.",
)
@seed_option
@speed_option
@credential_options
@click.pass_context
def tms(ctx: click.Context, /, profile_name: str, *, broker: str, **options: Any) -> None:
    """Run the reference TMS alone.

    It serves the estate of PROFILE, a name (see `fleet profile list`) or a TOML file; without it,
    it is `demo`. Business time begins when it does.
    """
    connection = connect((broker,), options)
    if connection is None:
        msg = "'embedded' is for `fleet run`; name the broker's URL"
        raise click.BadParameter(msg, param_hint="--broker")
    profile = load(profile_name, {"run.speed": options["speed"]})
    serve(profile, options["seed"], connection, _say, options["journal"])
    ctx.exit(INTERRUPTED)


def _say(text: str) -> None:
    click.echo(text, err=True)
