"""How child processes end: asked to, hurried, forced, or with a parent that was killed."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import trio

from fleet.run import child as child_module
from fleet.run.child import children
from fleet.run.errors import ChildDied
from tests.run.toys import DEAF, ECHO, STUBBORN, Ear, alive, python, run


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
