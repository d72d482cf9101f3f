"""The command line as a user types it: a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import fleet

LIMIT_S = 60
# Without the variables that would change what is tested.
OURS = ("FLEET_", "FORCE_COLOR", "NO_COLOR", "COLUMNS")


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a command."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(OURS)}
    return {**inherited, "PYTHONPATH": str(Path(fleet.__file__).parents[1]), **more}


def fleet_command(*arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `fleet` to its end, with variables of `more` in its environment."""
    return subprocess.run(
        [sys.executable, "-m", "fleet", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        env=environment(**more),
        check=False,
    )


def refused(code: int, *arguments: str | Path, **more: str) -> str:
    """Return what a command says that must fail with `code`, without traceback or output."""
    done = fleet_command(*arguments, **more)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    return done.stderr
