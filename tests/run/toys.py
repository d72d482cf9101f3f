"""Small real programs to be children, and an ear for what they say."""

import sys
from collections.abc import Awaitable, Callable

import psutil
import trio

from fleet.run.command import Command

LIMIT_S = 20
ECHO = "import sys\nfor line in sys.stdin: print('heard', line.strip(), flush=True)\nprint('bye')"
DEAF = "import time\nprint('up', flush=True)\ntime.sleep(60)"
STUBBORN = (
    "import signal, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "print('up', flush=True)\n"
    "time.sleep(60)"
)


def python(program: str, **options: object) -> Command:
    """Return the command that runs a small Python program."""
    return Command("the toy", (sys.executable, "-c", program), **options)  # type: ignore[arg-type]


def run(main: Callable[[], Awaitable[None]]) -> None:
    """Run an async test in bounded time."""

    async def bounded() -> None:
        with trio.fail_after(LIMIT_S):
            await main()

    trio.run(bounded)


class Ear:
    """Notes what a child says, and when it first says something."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.spoken = trio.Event()

    def __call__(self, line: bytes) -> None:
        """Hear a line."""
        self.lines.append(line)
        self.spoken.set()


def alive(pid: int) -> bool:
    """Return whether a process runs, after a little time to die in."""
    try:
        psutil.Process(pid).wait(2)
    except psutil.NoSuchProcess:
        return False
    except psutil.TimeoutExpired:
        return True
    return False
