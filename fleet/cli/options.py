"""Options that several commands have in common: which profile, which broker, and who we are."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from fleet.cli import values
from fleet.mqtt.connection import PASSWORD_ENV, Connection
from fleet.profile import load
from fleet.units import format_duration

EMBEDDED = "embedded"
DEFAULT_PROFILE = "demo"

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
NEW_FILE = click.Path(dir_okay=False, path_type=Path)

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_TEXTS = ("username", "password_file", "ca_file", "cert_file", "key_file")

profile_argument = click.argument("profile_name", metavar="[PROFILE]", default=DEFAULT_PROFILE)
seed_option = click.option(
    "--seed",
    type=click.IntRange(0, 2**64 - 1),
    default=1,
    show_default=True,
    help="Of all chance: the same seed, the same story.",
)
terminals_option = click.option(
    "--terminals", type=click.IntRange(1, 10_000_000), help="[default: profile's]"
)
duration_option = click.option(
    "--duration",
    metavar="DURATION",
    callback=values.duration,
    help="Wall time, as in 90s or 2m. [default: profile's]",
)
speed_option = click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    help="Business seconds in a wall second; protocol timers stay. [default: profile's]",
)

broker_option = click.option(
    "--broker",
    "brokers",
    metavar="URL",
    multiple=True,
    default=(EMBEDDED,),
    help="mqtt://, mqtts://, ws:// or wss://HOST[:PORT]; repeat it for the brokers of one cluster. "
    "Without it, one is started on loopback.",
)
tms_option = click.option(
    "--tms/--no-tms",
    default=None,
    help="Run the reference TMS. [default: with the embedded broker only]",
)
shards_option = click.option(
    "--shards",
    metavar="N|auto",
    callback=values.shards,
    default="1",
    show_default=True,
    help="Processes that terminals are spread over; auto is one for each CPU.",
)
slo_option = click.option(
    "--slo",
    metavar="EXPR",
    multiple=True,
    callback=values.objectives,
    help="An objective, such as 'sign_in.p99 < 2s'; repeat it.",
)
report_option = click.option(
    "--report/--no-report", default=True, help="Write report.html into the folder of --out."
)
junit_option = click.option(
    "--junit",
    type=NEW_FILE,
    metavar="FILE",
    help="Write the verdict as JUnit XML, for CI.",
)

_CREDENTIAL_OPTIONS = (
    click.option("--username", help="MQTT user name; anonymous without."),
    click.option(
        "--password-file",
        type=_FILE,
        help=f"File whose first line is the password; else it is taken from ${PASSWORD_ENV}.",
    ),
    click.option(
        "--source",
        metavar="ADDRESS",
        multiple=True,
        callback=values.sources,
        help="Local address or range of them that terminals spread over; repeat it. Each has some "
        "28,000 ports towards a broker.",
    ),
    click.option("--ca-file", type=_FILE, help="PEM file of the authorities to trust (TLS)."),
    click.option("--cert-file", type=_FILE, help="PEM file of the client's certificate (TLS)."),
    click.option("--key-file", type=_FILE, help="PEM file of its private key (TLS)."),
    click.option(
        "--insecure",
        is_flag=True,
        help="Accept any certificate, verify nothing (TLS); for laboratories only.",
    ),
)


def metrics_option(default: str, what: str) -> Callable[[Decorated], Decorated]:
    """Return the option that says where the metrics of `what` are served: `HOST:PORT` or off."""
    return click.option(
        "--metrics",
        metavar="HOST:PORT|off",
        callback=values.address,
        default=default,
        show_default=True,
        help=f"Where Prometheus may scrape {what}.",
    )


def credential_options(command: Decorated) -> Decorated:
    """Add the options that say who we are; `connect` reads them."""
    for option in reversed(_CREDENTIAL_OPTIONS):
        command = option(command)
    return command


def connect(brokers: tuple[str, ...], options: Mapping[str, Any]) -> Connection | None:
    """Return the connection that a command's options describe; None for the embedded broker.

    Raises:
        click.UsageError: The options contradict each other.
    """
    if brokers == (EMBEDDED,):
        names = (name for name in (*_TEXTS, "insecure", "source") if options[name])
        if given := ", ".join(f"--{name.replace('_', '-')}" for name in names):
            msg = f"{given} needs a broker of your own: --broker mqtts://HOST:PORT"
            raise click.UsageError(msg)
        return None
    if EMBEDDED in brokers:
        msg = "--broker is either 'embedded' or URLs of one cluster, not both"
        raise click.UsageError(msg)
    if options["password_file"] and not options["username"]:
        msg = "--password-file needs --username: MQTT knows no password without a user"
        raise click.UsageError(msg)
    return Connection(
        brokers=brokers,
        password_env=PASSWORD_ENV if options["username"] else "",
        insecure=options["insecure"],
        sources=options["source"],
        **{name: str(options[name] or "") for name in _TEXTS},
    )


def wishes_of(options: Mapping[str, Any]) -> dict[str, object]:
    """Return what `--terminals`, `--duration` and `--speed` override, by its path in a profile."""
    duration_ms = options["duration"]
    return {
        "estate.terminals": options["terminals"],
        "run.duration": None if duration_ms is None else format_duration(duration_ms),
        "run.speed": options["speed"],
    }


def with_objectives(profile_name: str, objectives: tuple[str, ...]) -> list[str] | None:
    """Return the profile's objectives and these as well; None if there are none of these.

    Raises:
        ProfileError: The profile cannot be read.
    """
    return [*load(profile_name).slo.objectives, *objectives] if objectives else None
