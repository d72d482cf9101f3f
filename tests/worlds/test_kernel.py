"""The kernel wakes whoever waits, in order, and nobody twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.worlds.kernel import Kernel, park


class Notes(list[tuple[str, int]]):
    """Who was woken, and when."""


class Diarist:
    """Notes when it is woken."""

    def __init__(self, notes: Notes, name: str) -> None:
        self.ticket = 0
        self.name = name
        self.notes = notes

    def wake(self, at: int) -> None:
        self.notes.append((self.name, at))


def test_equal_instants_wake_in_the_order_of_going_to_sleep() -> None:
    """First asleep, first awake."""
    kernel, notes = Kernel(), Notes()
    for name in "cab":
        kernel.call(5, Diarist(notes, name))
    assert kernel.run_until(5) == 3
    assert [name for name, _ in notes] == ["c", "a", "b"]


def test_a_new_wait_makes_the_old_one_void() -> None:
    """A sleeper that waits anew is woken once, at the new instant."""
    kernel, notes = Kernel(), Notes()
    sleeper = Diarist(notes, "a")
    kernel.call(5, sleeper)
    kernel.call(9, sleeper)
    kernel.run_until(20)
    assert notes == [("a", 9)]


def test_a_cancelled_wait_never_ends() -> None:
    """A sleeper that waits for no instant is not woken."""
    kernel, notes = Kernel(), Notes()
    sleeper = Diarist(notes, "a")
    kernel.call(5, sleeper)
    kernel.cancel(sleeper)
    assert kernel.run_until(20) == 0
    assert notes == []


@given(st.lists(st.integers(0, 9), max_size=60))
def test_void_waits_are_swept_out_and_nobody_notices(restless: list[int]) -> None:
    """Whoever waits anew again and again leaves no heap behind, and wakes when he should."""
    kernel, notes = Kernel(), Notes()
    crowd = [Diarist(notes, str(number)) for number in range(10)]
    for number, sleeper in enumerate(crowd):
        kernel.call(7_000 + number, sleeper)
    for turn, number in enumerate(restless * 50):
        kernel.call(5_000 + turn, crowd[number])
    last = {number: 5_000 + turn for turn, number in enumerate(restless * 50)}
    assert len(kernel) <= 1_024 + 1
    assert kernel.run_until(10_000) == len(crowd)
    expected = sorted((last.get(number, 7_000 + number), number) for number in range(10))
    assert notes == [(str(number), at) for at, number in expected]


def test_what_falls_due_meanwhile_is_woken_too() -> None:
    """A sleeper that goes back to sleep for an instant already past wakes in the same run."""
    kernel, notes = Kernel(), Notes()

    class Restless(Diarist):
        def wake(self, at: int) -> None:
            super().wake(at)
            if at < 4:
                kernel.call(at + 1, self)

    kernel.call(1, Restless(notes, "r"))
    assert kernel.run_until(10) == 4
    assert [at for _, at in notes] == [1, 2, 3, 4]


@given(st.lists(st.integers(0, 1_000), max_size=60), st.integers(0, 1_000))
def test_everybody_due_is_woken_in_order_of_time(instants: list[int], now: int) -> None:
    """Whatever the order of calls, wake-ups come sorted by instant, and only those that are due."""
    kernel, notes = Kernel(), Notes()
    for number, at in enumerate(instants):
        kernel.call(at, Diarist(notes, str(number)))
    kernel.run_until(now)
    assert [at for _, at in notes] == sorted(at for at in instants if at <= now)
    assert len(kernel) == len(instants) - len(notes)


def test_a_parked_coroutine_gets_what_it_is_sent() -> None:
    """Parking suspends, and hands over the value with which it is resumed."""

    async def sleeper() -> str:
        value: str = await park()
        return value

    coroutine = sleeper()
    coroutine.send(None)
    with pytest.raises(StopIteration, match="good morning"):
        coroutine.send("good morning")
