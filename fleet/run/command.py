"""A command: what a child process is to run, who listens to it, and what its end would mean.

A child says lines; those of a Python child of ours are reports. One that ends without having been
asked to is its command's affair: `Command.ended` decides whether that is a calamity.
"""

import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

import msgspec

from fleet.run.errors import ChildDied

Said = TypeVar("Said")

DRAIN_S = 10.0
_OUR_PLACE = Path(__file__).parents[2]


class Death(NamedTuple):
    """How a child ended: its exit status as in `Popen.returncode`, and its last words."""

    name: str
    status: int
    last_words: str

    def __str__(self) -> str:
        how = f"was killed by {_signal(-self.status)}" if self.status < 0 else "ended unexpectedly"
        code = f" with status {self.status}" if self.status > 0 else ""
        return f"{self.name} {how}{code}" + (f": {self.last_words}" if self.last_words else "")


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _ignore(_line: bytes) -> None:
    """Hear nothing."""


def _died(death: Death) -> None:
    raise ChildDied(str(death))


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, and who listens to it.

    Attributes:
        name: What it is called in messages, such as `the broker`.
        argv: Program, as an absolute path, and its arguments.
        heard: Called with each line of its output.
        ended: Called when it ended without having been asked to; may raise.
        drain_s: How long it may take to end by itself when its input is closed; 0 for a program
            that does not read its input.
        environment: Variables on top of our own.
    """

    name: str
    argv: tuple[str, ...]
    heard: Callable[[bytes], None] = _ignore
    ended: Callable[[Death], None] = _died
    drain_s: float = DRAIN_S
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def python(cls, name: str, module: str, *arguments: str, **options: Any) -> Self:
        """Return the command that runs a module of ours as a program.

        The module comes from where we come from, never from the working directory, in which any
        file may be called as one that Python needs. A child is one core's worth of work, so
        numpy's thread pool would be memory for nothing.
        """
        argv = (sys.executable, "-P", "-m", module, *arguments)
        paths = [str(_OUR_PLACE), *filter(None, [os.environ.get("PYTHONPATH")])]
        ours = {"PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1"}
        return cls(name, argv, environment=ours, **options)


def report_of(line: bytes, decode: Callable[[bytes], Said], name: str) -> Said:
    """Read what a child has said of itself.

    Args:
        line: As it came.
        decode: Of the reports that it may say.
        name: Of the child.

    Raises:
        ChildDied: It is no report.
    """
    try:
        return decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        msg = f"{name} said what is no report: {line[:200]!r}"
        raise ChildDied(msg) from None
