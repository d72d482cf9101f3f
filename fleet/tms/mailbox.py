"""A queue with a bound, for one reader who takes all that is there."""

import asyncio
from typing import TypeVar

Item = TypeVar("Item")


class Mailbox(asyncio.Queue[Item]):
    """A queue which never refuses: at its bound the oldest item gives way, and is counted.

    Attributes:
        dropped: How many items gave way.
    """

    def __init__(self, maxsize: int) -> None:
        super().__init__(maxsize)
        self.dropped = 0

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

    def done(self, count: int) -> None:
        """Note that so many items are dealt with; `join` waits for all of them."""
        for _ in range(count):
            self.task_done()
