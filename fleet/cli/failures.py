"""The one place where exceptions become messages and exit codes.

    0    fine
    1    it could not be done: broker unreachable, port taken, disk full
    2    the command line or the profile is wrong
    3    an SLO was broken
    4    the run is invalid: the generator was the bottleneck
    130  interrupted, after a clean drain

Messages go to stderr. A traceback never does, unless `FLEET_TRACEBACK=1` asks for it.
"""

import os
import sys
import traceback

import click

FAILED, USAGE, INTERRUPTED = 1, 2, 130
TRACEBACK_ENV = "FLEET_TRACEBACK"


def exit_code_of(command: click.Command, args: list[str] | None = None) -> int:
    """Run a command; say what went wrong, if anything did; return the exit code."""
    try:
        return command.main(args, prog_name="fleet", standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        return _mute()
    except Exception as error:  # noqa: BLE001 - whatever it is, the user gets one message
        return _fail(error)


def _fail(error: Exception) -> int:
    if os.environ.get(TRACEBACK_ENV) == "1":
        traceback.print_exception(error)
    code = _exit_code(error)
    if code is None:
        return _confess(error)
    tell(error)
    return code


def tell(error: Exception) -> None:
    """Say what is wrong, on stderr."""
    for line in str(error).splitlines():
        click.echo(f"Error: {line}", err=True)


def warn(text: str) -> None:
    """Say what is no mistake but may surprise, on stderr; nothing if there is nothing to say."""
    if text:
        click.echo(f"Warning: {text}", err=True)


def _exit_code(error: Exception) -> int | None:
    """Return the exit code of a known failure, None for a mistake of the program."""
    # Only who fails pays for these imports.
    from fleet.dataset.errors import DatasetError  # noqa: PLC0415
    from fleet.mqtt.connection import PasswordError  # noqa: PLC0415
    from fleet.mqtt.endpoint import EndpointError  # noqa: PLC0415
    from fleet.profile import ProfileError  # noqa: PLC0415
    from fleet.report.errors import ReportError  # noqa: PLC0415
    from fleet.run.errors import RunError  # noqa: PLC0415

    if isinstance(error, EndpointError | PasswordError | ProfileError):
        return USAGE
    known = DatasetError | ReportError | RunError | OSError
    return FAILED if isinstance(error, known) else None


def _confess(error: Exception) -> int:
    what = " ".join(f"{type(error).__name__}: {error}".split())
    click.echo(f"Error: fleet has a bug, it is not your fault: {what[:500]}", err=True)
    click.echo(
        f"Please report it with what {TRACEBACK_ENV}=1 adds, the command and the profile.", err=True
    )
    return FAILED


def _mute() -> int:
    # Who read our output has gone; Python would complain again when it flushes at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED
