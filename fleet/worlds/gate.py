"""The gate: a bound on how many links of a shard may be connecting at once.

Without it a storm overflows the broker's listen queue, and what would be measured is the kernel's
SYN retries. Those who wait are let through in the order in which they came.

A gate that yields to push-back narrows and widens as a TCP connection does its window (additive
increase, multiplicative decrease): half as many at once after a failure, one more after as many
successes as were inside. Failures of those who were inside together count once.
"""

from collections import deque
from typing import Protocol


class Comer(Protocol):
    """Whoever wants to connect."""

    def admitted(self) -> None:
        """Connect now; call `Gate.leave` when that is over, however it ended."""


class Gate:
    """At most `width` comers inside at once, or fewer if the broker pushes back."""

    __slots__ = ("_allowed", "_inside", "_patience", "_waiting", "_width", "_yields")

    def __init__(self, width: int, *, yields: bool = False) -> None:
        self._width = width
        self._yields = yields
        self._allowed = float(width)
        self._inside = 0
        # So many leave until a failure counts again.
        self._patience = 0
        self._waiting: deque[Comer] = deque()

    def enter(self, comer: Comer) -> None:
        """Admit `comer`, at once or when there is room."""
        if self._inside < int(self._allowed):
            self._inside += 1
            comer.admitted()
        else:
            self._waiting.append(comer)

    def leave(self, *, refused: bool = False) -> None:
        """Make room; `refused` says that the broker would not or could not take the one inside."""
        if self._yields:
            self._adapt(refused=refused)
        self._inside -= 1
        while self._waiting and self._inside < int(self._allowed):
            self._inside += 1
            self._waiting.popleft().admitted()

    def _adapt(self, *, refused: bool) -> None:
        self._patience = max(0, self._patience - 1)
        if not refused:
            self._allowed = min(self._width, self._allowed + 1 / self._allowed)
        elif not self._patience:
            self._patience = self._inside
            self._allowed = max(1.0, self._allowed / 2)
