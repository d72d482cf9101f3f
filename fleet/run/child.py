"""A child process: one task in, lines of reports out, and an end on every path.

Theory of operation
-------------------
A child is *over* when its standard output ends; then it is reaped, at once or by force. Until then
its output is always read, so that it can never block on us, and never more is kept of it than a
line and its last words.

It is asked to end in three steps, each bounded in time: its input is closed (the request to
*drain*), SIGTERM, SIGKILL. A child that ends without having been asked is its command's affair:
`Command.ended` decides whether that is a calamity.

Two more ways out are covered from the start. A child has a session of its own, so the terminal's
Ctrl-C reaches the supervisor alone, which then drains in order. And on Linux it is on a leash
(`leash.py`), so even `kill -9` of the supervisor leaves nothing behind. The leash follows the
parent's *thread*, hence `spawn` is to be called from the main thread only.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Self

import trio

from fleet.run.command import Command, Death
from fleet.run.errors import ChildDied, RunError

LINE_BYTES_MAX = 1 << 20
LAST_WORDS_BYTES_MAX = 8_192
LAST_WORDS_LINES_MAX = 3
TERMINATE_S = 3.0
REAP_S = 2.0

_READ_BYTES = 65_536
_POLL_S = 0.005


class Child:
    """One child process. Made by `spawn`, attended by `attend`, ended by `drain`."""

    def __init__(self, command: Command, process: subprocess.Popen[bytes]) -> None:
        self.command = command
        self.over = trio.Event()
        self._process = process
        self._draining = trio.Event()
        # Cancelled to hurry a drain, even before it has begun.
        self._patience = trio.CancelScope(shield=True)
        self._hearing = trio.CancelScope(shield=True)
        self._stdin = _stream(process.stdin)
        self._stdout = _stream(process.stdout)
        self._stderr = _stream(process.stderr)
        self._errors = bytearray()

    @classmethod
    def spawn(cls, command: Command) -> Self:
        """Start a child, from the main thread.

        Raises:
            RunError: It cannot be started.
        """
        try:
            process = subprocess.Popen(  # noqa: S603 - argv is our own
                [*leash(), *command.argv],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, **command.environment},
                start_new_session=True,
            )
        except OSError as error:
            msg = f"cannot start {command.name} ({command.argv[0]}): {error.strerror}"
            raise RunError(msg) from error
        return cls(command, process)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def last_words(self) -> str:
        """The last lines of its error output; of a traceback, the line that says what happened."""
        text = self._errors.decode(errors="replace")
        lines = [line.rstrip() for line in text.splitlines() if line.strip()]
        if os.environ.get("FLEET_TRACEBACK") == "1":
            return "\n".join(lines)
        keep = 1 if any(line.startswith(("Traceback ", "  File ")) for line in lines) else None
        return "\n".join(lines[-(keep or LAST_WORDS_LINES_MAX) :])

    async def hand(self, line: bytes) -> None:
        """Write one line to its input; a child which died meanwhile is reported by `attend`."""
        with contextlib.suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            await self._stdin.send_all(line + b"\n")

    async def close_input(self) -> None:
        """Tell it that nothing more will come."""
        await self._stdin.aclose()

    def hurry(self) -> None:
        """Let no drain, under way or to come, wait for the child to end by itself."""
        self._patience.cancel()

    def forget_words(self) -> None:
        """Forget what it said so far on its error output: it is not why it may die later."""
        self._errors.clear()

    async def attend(self) -> None:
        """Hear the child out, and reap it.

        Raises:
            ChildDied: It ended unasked, or said what cannot be a report.
        """
        try:
            with self._hearing:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._hear_errors)
                    await self._hear_reports()
                    nursery.cancel_scope.deadline = trio.current_time() + REAP_S
        finally:
            with trio.CancelScope(shield=True):
                await self._reap()
        if not self._draining.is_set():
            self.command.ended(Death(self.command.name, self._process.returncode, self.last_words))

    async def drain(self) -> None:
        """End it: close its input, then SIGTERM, then SIGKILL; returns when it is over."""
        self._draining.set()
        self._patience.deadline = trio.current_time() + self.command.drain_s
        with self._patience:
            await self.close_input()
            await self.over.wait()
            return
        with trio.move_on_after(TERMINATE_S, shield=True):
            self._signal(signal.SIGTERM)
            await self.over.wait()
            return
        with trio.move_on_after(REAP_S, shield=True):
            self._signal(signal.SIGKILL)
            await self.over.wait()
            return
        # Somebody else holds its output open; it is dead all the same.
        self._hearing.cancel()

    async def _hear_reports(self) -> None:
        rest = b""
        while chunk := await self._stdout.receive_some(_READ_BYTES):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self.command.heard(line)
            if len(rest) > LINE_BYTES_MAX:
                msg = f"{self.command.name} sent a line of more than {LINE_BYTES_MAX:,} bytes"
                raise ChildDied(msg)
        if rest:
            self.command.heard(rest)

    async def _hear_errors(self) -> None:
        while chunk := await self._stderr.receive_some(_READ_BYTES):
            self._errors += chunk
            del self._errors[:-LAST_WORDS_BYTES_MAX]

    async def _reap(self) -> None:
        with trio.move_on_after(REAP_S):
            while self._process.poll() is None:  # noqa: ASYNC110 - the kernel sets no event
                await trio.sleep(_POLL_S)
        self._signal(signal.SIGKILL)
        self._process.wait()
        for stream in (self._stdin, self._stdout, self._stderr):
            await stream.aclose()
        self.over.set()

    def _signal(self, number: signal.Signals) -> None:
        # The group, so that nothing which the child has started outlives it; its number stays
        # taken until the child is reaped.
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


@asynccontextmanager
async def children(*commands: Command) -> AsyncIterator[tuple[Child, ...]]:
    """Run children beside the body; on every way out of it they are drained, all at once.

    Raises:
        ExceptionGroup: Of `RunError`; a child could not be started, or ended unasked.
    """
    crew: list[Child] = []
    async with trio.open_nursery() as nursery:
        try:
            for command in commands:
                crew.append(Child.spawn(command))
                nursery.start_soon(crew[-1].attend)
            yield tuple(crew)
        finally:
            await _drain(crew)


async def _drain(crew: list[Child]) -> None:
    with trio.CancelScope(shield=True):
        async with trio.open_nursery() as nursery:
            for child in crew:
                nursery.start_soon(child.drain)


def leash() -> tuple[str, ...]:
    """Return what stands before a command that must not outlive us; for the main thread."""
    if not sys.platform.startswith("linux"):
        return ()
    script = Path(__file__).with_name("leash.py")
    return (sys.executable, "-I", "-S", str(script), str(os.getpid()))


def _stream(file: IO[bytes] | None) -> trio.lowlevel.FdStream:
    assert file is not None  # noqa: S101 - narrows the type: every stream of ours is a pipe
    with file:
        return trio.lowlevel.FdStream(os.dup(file.fileno()))
