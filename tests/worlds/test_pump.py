"""The pump's rounds: each link hears of the time about once a second, however few the turns."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from fleet.worlds.pump import Pump

WORLDS = 1_000


class Listener:
    """Counts how often it heard of the time."""

    def __init__(self) -> None:
        self.heard = 0

    def tick(self, now_ms: int) -> None:
        del now_ms
        self.heard += 1


@pytest.mark.parametrize("turn_ms", [5, 250, 900])
def test_every_link_hears_of_the_time_about_once_a_second(turn_ms: int) -> None:
    """A shard which turns every 5 ms and one that turns four times a second tell each link alike.

    A link that does not hear of the time sends no ping, and its broker cuts it off.
    """
    clock = SimpleNamespace(now=0)
    environment = SimpleNamespace(plan=SimpleNamespace(now_ms=lambda: clock.now))
    listeners = [Listener() for _ in range(WORLDS)]
    pump = Pump(cast("Any", environment), cast("Any", listeners), 5, lambda: None)
    for _ in range(20_000 // turn_ms):
        clock.now += turn_ms
        pump._sweep()
    heard = [listener.heard for listener in listeners]
    assert min(heard) >= 9
    assert max(heard) <= 21
