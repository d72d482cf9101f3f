"""A shard wakes up at equal distances, holds what can be sent in time, and says how late it was."""

import asyncio
import time
from itertools import pairwise
from time import monotonic_ns

import pytest

from fleet.worlds.ticks import Ticks

NS_PER_MS = 1_000_000


class Delays:
    """Remembers what was recorded."""

    def __init__(self) -> None:
        self.us: list[int] = []

    def record(self, us: int) -> None:
        self.us.append(us)


def test_a_tick_in_which_many_heartbeats_fall_due_is_shorter() -> None:
    """It comes to hold some 100 of them, 1 ms at least, and is long again when there are few."""
    ticks = Ticks(5, Delays())

    def ticks_ms(per_second: int) -> list[int]:
        seen = []
        for _ in range(20):
            ticks.adapt(per_second * ticks.tick_ms // 1_000)
            seen.append(ticks.tick_ms)
        return seen[-5:]

    assert ticks_ms(10_000) == [5] * 5
    assert set(ticks_ms(40_000)) == {2}
    assert ticks_ms(1_000_000) == [1] * 5
    assert ticks_ms(0) == [5] * 5


def test_a_turn_comes_at_each_tick_until_it_has_ended() -> None:
    """At once, then at multiples of the tick and never before; each but the first has a delay.

    On a busy machine a turn may last longer than a tick, which then has one as well.
    """
    delays, turns_ns = Delays(), list[int]()

    def turn() -> bool:
        turns_ns.append(monotonic_ns())
        return len(turns_ns) == 8

    asyncio.run(asyncio.wait_for(Ticks(5, delays).until(turn), 10))
    assert len(turns_ns) == 8
    assert len(delays.us) >= 7
    numbers = [turn_ns // (5 * NS_PER_MS) for turn_ns in turns_ns]
    assert all(later > sooner for sooner, later in pairwise(numbers))
    assert all(late_us >= 0 for late_us in delays.us)


def test_no_tick_is_left_out_and_none_comes_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither if a timer ends too soon nor if a turn takes nearly a tick; after several at once."""
    ticks, planned_ms = Ticks(5, Delays()), []
    for now_ms in (0.0, 4.2, 13.9, 33.0, 34.2):
        monkeypatch.setattr("fleet.worlds.ticks.monotonic_ns", lambda at=now_ms: int(at * 1e6))
        planned_ms.append(ticks._next_ns() / NS_PER_MS)
    assert planned_ms == [5, 10, 15, 30, 35]


def test_a_turn_that_blocks_the_loop_delays_all_the_ticks_that_come_meanwhile() -> None:
    """A loop that stood still for 100 ms has 20 late ticks to tell of, and not one that was not."""
    delays, turns = Delays(), 0

    def turn() -> bool:
        nonlocal turns
        turns += 1
        if turns == 2:
            time.sleep(0.1)
        return turns == 4

    asyncio.run(asyncio.wait_for(Ticks(5, delays).until(turn), 10))
    late_us = [us for us in delays.us if us > 4_000]
    assert len(late_us) >= 18
    assert max(late_us) >= 90_000
    assert sum(45_000 <= us <= 55_000 for us in late_us) >= 1


def test_what_goes_wrong_in_a_turn_is_raised_where_it_is_waited_for() -> None:
    """An error in a turn of the loop's own timer does not vanish in its log."""
    turns: list[int] = []

    def turn() -> bool:
        turns.append(1)
        if len(turns) == 3:
            msg = "three times"
            raise ValueError(msg)
        return False

    with pytest.raises(ValueError, match="three times"):
        asyncio.run(asyncio.wait_for(Ticks(1, Delays()).until(turn), 10))


def test_who_waits_no_more_is_not_woken() -> None:
    """Cancelled while it waits, the wait ends and no turn follows."""
    turns: list[int] = []

    def turn() -> bool:
        turns.append(1)
        return False

    async def story() -> int:
        waiting = asyncio.create_task(Ticks(1, Delays()).until(turn))
        await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        seen = len(turns)
        await asyncio.sleep(0.01)
        return seen

    seen = asyncio.run(story())
    assert 1 <= seen == len(turns)
