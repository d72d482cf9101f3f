"""The pump's rounds: no link is forgotten."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from fleet.worlds.pump import Pump
from fleet.worlds.rounds import NEVER_MS, Rounds

LINKS = 1_000
RUN_MS = 20_000
EVERY_MS = 1_500


class Listener:
    """Wants to hear of the time at equal distances, from the first time on."""

    def __init__(self, every_ms: int) -> None:
        self.every_ms = every_ms
        self.late_ms: list[int] = []
        self.due_ms = 0

    def tick(self, now_ms: int) -> int:
        self.late_ms.append(now_ms - (self.due_ms or now_ms))
        self.due_ms = now_ms + self.every_ms
        return self.due_ms


@pytest.mark.parametrize("turn_ms", [5, 250, 900])
def test_a_link_hears_of_the_time_when_it_asked_to(turn_ms: int) -> None:
    """A shard which turns every 5 ms and one that turns once in 900 ms: late by a turn at most.

    A link that does not hear of the time sends no ping, and its broker cuts it off. One that has
    nothing to do is left alone, until it begins something.
    """
    clock = SimpleNamespace(now=1_000)
    rounds = Rounds(LINKS)
    environment = SimpleNamespace(rounds=rounds)
    listeners = [Listener(EVERY_MS) for _ in range(LINKS)]
    pump = Pump(cast("Any", environment), cast("Any", listeners), cast("Any", None), lambda: None)
    for row in range(0, LINKS, 2):
        rounds.soon(row)
    for _ in range(RUN_MS // turn_ms):
        pump._go_round(clock.now)
        clock.now += turn_ms
    for row, listener in enumerate(listeners):
        longest_ms = EVERY_MS + turn_ms + 100
        assert len(listener.late_ms) >= (RUN_MS // longest_ms if row % 2 == 0 else 0)
        assert max(listener.late_ms, default=0) <= turn_ms + 100
    assert not listeners[1].late_ms


def test_who_begins_anew_while_it_hears_is_heard_again() -> None:
    """A link that broke and was opened again inside its own tick is not forgotten."""
    rounds = Rounds(1)
    heard: list[int] = []

    class Restless:
        """Begins anew whenever it hears, and says that it wants to hear nothing more."""

        def tick(self, now_ms: int) -> int:
            heard.append(now_ms)
            rounds.soon(0)
            return NEVER_MS

    rounds.soon(0)
    for now_ms in (1, 2):
        rounds.go([Restless()], now_ms)
    assert heard == [1, 2]
