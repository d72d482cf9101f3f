"""What the user types: one file per command, no logic."""

import io
import signal
import sys

__all__ = ["main"]

_INTERRUPTED = 130


def main() -> None:
    """Run the command line, and exit by its contract; see `fleet.cli.failures`."""
    try:
        for number in (signal.SIGTERM, signal.SIGHUP):
            # Who has them ignored, as nohup does, wants it so.
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, signal.default_int_handler)
        _accept_any_text()
        sys.exit(_run())
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(_INTERRUPTED)


def _accept_any_text() -> None:
    """Let a verdict be told wherever it goes: what an encoding does not know becomes a "?"."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _run() -> int:
    # A signal while these are imported is an interruption like any other.
    from fleet.cli.failures import exit_code_of  # noqa: PLC0415
    from fleet.cli.group import fleet  # noqa: PLC0415

    return exit_code_of(fleet)
