"""The command line as a user types it: in a process of its own, or here, a second cheaper."""

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TypeAlias
from unittest.mock import patch

import fleet
from fleet.cli.failures import exit_code_of
from fleet.cli.group import fleet as group

Done: TypeAlias = subprocess.CompletedProcess[str]

LIMIT_S = 90
# Without the variables that would change what is tested.
OURS = ("FLEET_", "FORCE_COLOR", "NO_COLOR", "COLUMNS")


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a command."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(OURS)}
    return {**inherited, "PYTHONPATH": str(Path(fleet.__file__).parents[1]), **more}


def fleet_command(*arguments: str | Path, **more: str) -> Done:
    """Run `fleet` to its end, with variables of `more` in its environment."""
    return subprocess.run(
        [sys.executable, "-m", "fleet", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        env=environment(**more),
        check=False,
    )


def fleet_here(*arguments: str | Path, **more: str) -> Done:
    """Run `fleet` to its end in this process: for what is said before anything is started."""
    words = list(map(str, arguments))
    out, err = io.StringIO(), io.StringIO()
    ours = patch.dict(os.environ, environment(COLUMNS="80", **more), clear=True)
    with ours, redirect_stdout(out), redirect_stderr(err):
        code = exit_code_of(group, words)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def refused(code: int, *arguments: str | Path, **more: str) -> str:
    """Return what a command says that must fail with `code`, tried in this process."""
    return refusal(code, fleet_here(*arguments, **more))


def refusal(code: int, done: Done) -> str:
    """Return what was said by a command that must have failed, without traceback or output."""
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert "has a bug" not in done.stderr
    assert done.stdout == ""
    return done.stderr
