"""Child processes: real small programs that talk, misbehave and die."""

import os
import signal

import pytest
import trio

from fleet.run import child as child_module
from fleet.run.child import Child, children
from fleet.run.command import Command, Death
from fleet.run.errors import ChildDied, RunError
from tests.run.toys import DEAF, ECHO, Ear, python, run


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


def test_a_program_that_cannot_start_is_said_so() -> None:
    """A program which cannot be executed ends as a death with the system's own words."""

    async def main() -> None:
        async with children(Command("the toy", ("/nonexistent/toy",))):
            await trio.sleep_forever()

    with pytest.RaisesGroup(pytest.RaisesExc(RunError, match="toy.*No such file")):
        run(main)


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
