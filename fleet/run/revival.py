"""The revival of children that a signal has ended: each is started again, with its task.

The kernel short of memory, or somebody's `kill -9`, is no reason to give a run up. One that ends by
a mistake of its own would make it again, and one that is killed too often will not last: that ends
the run.
"""

from collections.abc import Callable
from contextlib import AsyncExitStack

import trio

from fleet.run.child import Child, children
from fleet.run.command import Command, Death
from fleet.run.errors import ChildDied

RESTARTS_MAX = 5
"""How often one of them is started again."""

Covers = Callable[[tuple[Child, ...]], None]
"""Is told of each new child, which so is covered by whatever ends the others."""


class Revival:
    """Starts children again that were killed.

    Attributes:
        restarts: How often each was, by its number.
    """

    def __init__(self, count: int, command: Callable[[int], Command]) -> None:
        """Expect that some of `count` children are killed; `command` returns that of each."""
        self.restarts = [0] * count
        self._command = command
        self._killed, self._to_revive = trio.open_memory_channel[int](max(1, count))

    def died(self, index: int, death: Death) -> None:
        """Let a child be started again, if that may help.

        Raises:
            ChildDied: It may not.
        """
        if death.status >= 0 or self.restarts[index] >= RESTARTS_MAX:
            raise ChildDied(str(death))
        self.restarts[index] += 1
        self._killed.send_nowait(index)

    async def carry_out(self, covers: Covers, task: Callable[[int], bytes]) -> None:
        """Start children again, until cancelled; then they drain.

        Args:
            covers: Is told of each new child.
            task: Returns the line that is handed to a child that is started again.
        """
        async with AsyncExitStack() as ward:
            async for index in self._to_revive:
                crew = await ward.enter_async_context(children(self._command(index)))
                covers(crew)
                await crew[0].hand(task(index))
