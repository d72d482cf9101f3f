"""The gate: a bound on how many links of a shard may be connecting at once.

Without it a storm overflows the broker's listen queue, and what would be measured is the kernel's
SYN retries. Those who wait are let through in the order in which they came.
"""

from collections import deque
from typing import Protocol


class Comer(Protocol):
    """Whoever wants to connect."""

    def admitted(self) -> None:
        """Connect now; call `Gate.leave` when that is over, however it ended."""


class Gate:
    """At most `width` comers inside at once."""

    __slots__ = ("_free", "_waiting")

    def __init__(self, width: int) -> None:
        self._free = width
        self._waiting: deque[Comer] = deque()

    def enter(self, comer: Comer) -> None:
        """Admit `comer`, at once or when there is room."""
        if self._free:
            self._free -= 1
            comer.admitted()
        else:
            self._waiting.append(comer)

    def leave(self) -> None:
        """Make room."""
        if self._waiting:
            self._waiting.popleft().admitted()
        else:
            self._free += 1
