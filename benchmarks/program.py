"""A program in a process of its own: a line of JSON in, lines of JSON out."""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final, Self

import msgspec

from benchmarks import machine
from benchmarks.errors import BenchError

_ROOT: Final = Path(__file__).parents[1]
_END_S: Final = 40.0


class Program:
    """One running program; a context manager that ends it."""

    def __init__(self, name: str, task: object, command: Sequence[str] = ()) -> None:
        """Start it and hand it its task; without a command it is the Python module of this name."""
        self._name = name
        self._process = subprocess.Popen(
            command or [sys.executable, "-P", "-m", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1"},
        )
        assert self._process.stdin is not None  # noqa: S101 - narrows the type
        self._stdin = self._process.stdin
        self._lines: SimpleQueue[bytes] = SimpleQueue()
        self._errors: list[bytes] = []
        self._ears = [
            threading.Thread(target=ear, daemon=True) for ear in (self._hear, self._hear_errors)
        ]
        for ear in self._ears:
            ear.start()
        self._stdin.write(msgspec.json.encode(task) + b"\n")
        self._stdin.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def cpu_ns(self) -> int:
        """Return the CPU time that it has used."""
        return machine.cpu_ns(self.pid)

    def alive(self) -> None:
        """Check that it runs.

        Raises:
            BenchError: It has ended.
        """
        if self._process.poll() is not None:
            self._fail(f"ended with status {self._process.returncode}")

    def line(self, within_s: float) -> dict[str, Any]:
        """Return the next line that it says.

        Raises:
            BenchError: It said none in time.
        """
        try:
            said = self._lines.get(timeout=within_s)
        except Empty:
            self._fail(f"said nothing within {within_s:g} s")
        if not said:
            self._fail("ended")
        line: dict[str, Any] = msgspec.json.decode(said)
        return line

    def end(self) -> None:
        """Close its input, by which it ends; kill it if it does not."""
        with suppress(BrokenPipeError):
            self._stdin.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for ear in self._ears:
            ear.join()

    def _hear(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - narrows the type
        with self._process.stdout as lines:
            for line in lines:
                self._lines.put(line)
        self._lines.put(b"")

    def _hear_errors(self) -> None:
        assert self._process.stderr is not None  # noqa: S101 - narrows the type
        with self._process.stderr as lines:
            for line in lines:
                self._errors = [*self._errors, line][-20:]

    def _fail(self, what: str) -> None:
        words = b"".join(self._errors).decode(errors="replace").strip()
        msg = f"{self._name} {what}" + (f": {words}" if words else "")
        raise BenchError(msg)
