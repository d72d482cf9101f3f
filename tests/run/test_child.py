"""Child processes: real small programs that behave, misbehave, die and refuse to."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest
import trio

from fleet.run import child as child_module
from fleet.run.child import Child, children
from fleet.run.command import Command, Death
from fleet.run.errors import ChildDied, RunError

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


def test_a_task_goes_in_and_lines_come_out() -> None:
    """A child gets lines on its input, is heard, and ends by itself when its input is closed."""
    ear = Ear()

    async def main() -> None:
        async with children(python(ECHO, heard=ear)) as (toy,):
            await toy.hand(b"one")
            await toy.hand(b"two")
            await ear.spoken.wait()
        assert toy.over.is_set()

    run(main)
    assert ear.lines == [b"heard one", b"heard two", b"bye"]


def test_a_child_that_dies_is_named_with_its_last_words() -> None:
    """An unexpected death raises ChildDied with the name, the status and the last error line."""
    dying = python("import sys; print('first', file=sys.stderr); sys.exit('the disk is full')")

    async def main() -> None:
        async with children(dying):
            await trio.sleep_forever()

    with pytest.RaisesGroup(
        pytest.RaisesExc(ChildDied, match=r"toy .*status 1: first\nthe disk is full")
    ):
        run(main)


def test_a_killed_child_is_said_to_be_killed() -> None:
    """A child killed by a signal raises ChildDied with the signal's name."""

    async def main() -> None:
        async with children(python(DEAF)) as (toy,):
            os.kill(toy.pid, signal.SIGSEGV)
            await trio.sleep_forever()

    with pytest.RaisesGroup(pytest.RaisesExc(ChildDied, match="killed by SIGSEGV")):
        run(main)


def test_of_a_traceback_only_the_last_line_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message of a child that crashed holds what happened, and no traceback."""
    monkeypatch.delenv("FLEET_TRACEBACK", raising=False)
    deaths: list[Death] = []

    async def main() -> None:
        async with children(python("def f(): 1/0\nf()", ended=deaths.append)) as (toy,):
            await toy.over.wait()

    run(main)
    assert [death.last_words for death in deaths] == ["ZeroDivisionError: division by zero"]


def test_one_death_drains_the_others() -> None:
    """When one child dies, the others are asked to end, and end in their own way."""
    ear = Ear()

    async def main() -> None:
        async with children(python(ECHO, heard=ear), python("raise SystemExit(3)")):
            await trio.sleep_forever()

    with pytest.RaisesGroup(ChildDied):
        run(main)
    assert ear.lines == [b"bye"]


def test_a_deaf_child_is_terminated_after_its_patience() -> None:
    """A child which does not end when its input closes gets SIGTERM when its time is over."""
    ear = Ear()
    toy = python(DEAF, heard=ear, drain_s=0.2)

    async def main() -> None:
        async with children(toy) as (child,):
            await ear.spoken.wait()
            start = trio.current_time()
        assert 0.2 <= trio.current_time() - start < 2
        assert child.over.is_set()

    run(main)


def test_a_stubborn_child_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child which ignores SIGTERM as well is killed."""
    monkeypatch.setattr(child_module, "TERMINATE_S", 0.2)
    ear = Ear()

    async def main() -> None:
        async with children(python(STUBBORN, heard=ear, drain_s=0.1)) as (child,):
            await ear.spoken.wait()
        assert child.over.is_set()
        assert not psutil.pid_exists(child.pid)

    run(main)


def test_a_drain_can_be_hurried() -> None:
    """`hurry` ends the wait for a child that takes its time."""
    ear = Ear()

    async def main() -> None:
        async with children(python(DEAF, heard=ear, drain_s=60)) as (child,):
            await ear.spoken.wait()
            child.hurry()
        assert child.over.is_set()

    run(main)


def test_a_cancelled_run_drains_too() -> None:
    """Cancellation leaves by the same door: the child is drained, not abandoned."""
    ear = Ear()

    async def main() -> None:
        with trio.move_on_after(0.3):
            async with children(python(ECHO, heard=ear)) as (child,):
                await trio.sleep_forever()
        assert child.over.is_set()

    run(main)
    assert ear.lines == [b"bye"]


def test_a_talkative_child_cannot_fill_the_memory() -> None:
    """A line without end is an error of the child, noticed at the bound."""
    talker = python("import sys\nwhile True: sys.stdout.write('x' * 65536)")

    async def main() -> None:
        async with children(talker):
            await trio.sleep_forever()

    with pytest.raises(ExceptionGroup) as caught:
        run(main)
    assert caught.group_contains(ChildDied, match="line of more than")


def test_much_talk_on_both_outputs_neither_blocks_nor_accumulates() -> None:
    """A child may say far more than a pipe holds, and only the last words are kept."""
    program = (
        "import sys\n"
        "for n in range(20000): print(n); print('error', n, file=sys.stderr)\n"
        "sys.stdin.read()"
    )
    ear = Ear()

    async def main() -> None:
        async with children(python(program, heard=ear)) as (child,):
            while len(ear.lines) < 20_000:  # noqa: ASYNC110 - it is the child's pace we wait for
                await trio.sleep(0.01)
        assert child.last_words.splitlines()[-1] == "error 19999"

    run(main)
    assert len(ear.lines) == 20_000


def test_handing_to_a_dead_child_is_told_by_its_death_alone() -> None:
    """Writing to a child that is gone raises nothing: its end is reported once, by `attend`."""
    deaths: list[Death] = []

    async def main() -> None:
        async with children(python("pass", ended=deaths.append)) as (child,):
            await child.over.wait()
            await child.hand(b"too late")

    run(main)
    assert [death.status for death in deaths] == [0]


def test_what_a_child_started_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A grandchild that holds the pipes and ignores SIGTERM does not outlive the drain."""
    monkeypatch.setattr(child_module, "TERMINATE_S", 0.2)
    program = (
        "import subprocess, sys\n"
        f"p = subprocess.Popen([sys.executable, '-c', {STUBBORN!r}])\n"
        "print(p.pid, flush=True)"
    )
    ear = Ear()

    async def main() -> None:
        async with children(python(program, heard=ear, drain_s=0.3)):
            await ear.spoken.wait()

    run(main)
    pids = [int(line) for line in ear.lines if line.isdigit()]
    assert pids
    assert not any(alive(pid) for pid in pids)


def alive(pid: int) -> bool:
    """Return whether a process runs, after a little time to die in."""
    try:
        psutil.Process(pid).wait(2)
    except psutil.NoSuchProcess:
        return False
    except psutil.TimeoutExpired:
        return True
    return False


def test_a_program_that_cannot_start_is_said_so() -> None:
    """A program which cannot be executed ends as a death with the system's own words."""

    async def main() -> None:
        async with children(Command("the toy", ("/nonexistent/toy",))):
            await trio.sleep_forever()

    with pytest.RaisesGroup(pytest.RaisesExc(RunError, match="toy.*No such file")):
        run(main)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the leash is Linux's")
def test_killing_the_supervisor_leaves_nothing_behind(tmp_path: Path) -> None:
    """`kill -9` of the parent kills its children at once."""
    parent = tmp_path / "parent.py"
    parent.write_text(
        "import sys, trio\n"
        "from fleet.run.child import children\n"
        "from fleet.run.command import Command\n"
        "async def main():\n"
        f"    toy = Command('the toy', (sys.executable, '-c', {STUBBORN!r}))\n"
        "    async with children(toy) as (child,):\n"
        "        print(child.pid, flush=True)\n"
        "        await trio.sleep_forever()\n"
        "trio.run(main)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(child_module.__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, parent], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        deadline = time.monotonic() + 5
        while "-c" not in psutil.Process(pid).cmdline() and time.monotonic() < deadline:
            time.sleep(0.01)
        process.kill()
    assert not alive(pid)


def test_a_child_is_in_a_session_of_its_own() -> None:
    """The terminal's Ctrl-C, sent to the foreground group, does not reach a child."""

    async def main() -> None:
        async with children(python(ECHO)) as (child,):
            assert os.getsid(child.pid) == child.pid != os.getsid(0)

    run(main)


def test_spawn_tells_a_refusal_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the system refuses a process, the message names what could not be started."""
    monkeypatch.setattr(child_module, "leash", lambda: ("/nonexistent/python",))
    with pytest.raises(RunError, match=r"cannot start the toy.*No such file"):
        Child.spawn(python("pass"))
