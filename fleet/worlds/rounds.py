"""Whose link hears of the time, and when: only those for whom something may be due.

To tell each link of the time once a second costs about a microsecond a link, which among 19,000 of
them, with 5,000 messages a second, is a fifth of a message's price. A link that is up has nothing
to do until a ping may be due, and can say when that is; what it does meanwhile only puts it off.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from fleet.mqtt.options import NEVER_MS

__all__ = ["NEVER_MS", "Hearer", "Rounds"]


class Hearer(Protocol):
    """Who hears of the time."""

    def tick(self, now_ms: int) -> int:
        """Hear of it; return when to hear of it again, on the plan's clock."""


class Rounds:
    """When each of a shard's links is to hear of the time, by row."""

    __slots__ = ("_due_ms",)

    def __init__(self, terminals: int) -> None:
        """Start with nobody who waits for it."""
        self._due_ms = np.full(terminals, NEVER_MS, np.int64)

    def soon(self, row: int) -> None:
        """Let one hear of it in the next round: it has begun something."""
        self._due_ms[row] = 0

    def go(self, hearers: Sequence[Hearer], now_ms: int) -> None:
        """Tell everybody for whom it is time."""
        for row in np.flatnonzero(self._due_ms <= now_ms).tolist():
            self._due_ms[row] = NEVER_MS
            again_ms = hearers[row].tick(now_ms)
            # Unless it has begun something anew.
            self._due_ms[row] = min(int(self._due_ms[row]), again_ms)
