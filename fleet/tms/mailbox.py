"""A queue with a bound, for one reader who takes all that is there."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeVar

Item = TypeVar("Item")


class Mailbox(asyncio.Queue[Item]):
    """A queue which never refuses: at its bound the oldest item gives way, and is counted.

    Attributes:
        dropped: How many items gave way.
    """

    def __init__(self, maxsize: int) -> None:
        self._queue: deque[Item] = deque()
        super().__init__(maxsize)
        self.dropped = 0

    def _init(self, maxsize: int) -> None:
        """Begin with the deque that `__init__` has made; the base class would make one unseen."""

    def put_nowait(self, item: Item) -> None:
        """Add an item."""
        if self.full():
            self.get_nowait()
            self.task_done()
            self.dropped += 1
        super().put_nowait(item)

    def take(self, most: int) -> list[Item]:
        """Return the items that are there, the oldest first, and at most so many."""
        return [self.get_nowait() for _ in range(min(most, self.qsize()))]

    def take_while(self, fits: Callable[[Item], bool], most: int) -> list[Item]:
        """Return the items up to the first that does not fit, and at most so many."""
        taken: list[Item] = []
        while len(taken) < most and self._queue and fits(self._queue[0]):
            taken.append(self.get_nowait())
        return taken

    def done(self, count: int) -> None:
        """Note that so many items are dealt with; `join` waits for all of them."""
        for _ in range(count):
            self.task_done()
