"""Ticks: when a shard wakes up, and how late it did.

Waking for each single deadline costs two to seven times as much as waking once per tick of some
milliseconds for all that have fallen due (measured at 10,000 messages/s on 2,000 connections).
The tick is the price: nothing is earlier than its deadline, and nothing later than one tick as long
as the shard keeps up. How late it really was is measured, always.

A tick in which more than a hundred heartbeats fall due is made shorter: sending them takes
milliseconds, which come on top of the wait, while the wake-up costs next to nothing for each.

Who is woken is called by the loop's timer. A coroutine that sleeps is resumed in a turn of the loop
of its own, which is one more look at the sockets, some tens of microseconds a tick.
"""

import asyncio
from collections.abc import Callable
from time import monotonic_ns
from typing import Final, Protocol

from fleet.worlds.meters import since_us

_NS_PER_US: Final = 1_000
_NS_PER_MS: Final = 1_000_000
_NS_PER_S: Final = 1_000_000_000
_DUE_PER_TICK: Final = 100


class Recorder(Protocol):
    """Where durations are recorded."""

    def record(self, us: int) -> None:
        """Record one, in microseconds."""


class Ticks:
    """The wake-ups of a shard.

    Attributes:
        tick_ms: Real time between two of them.
    """

    def __init__(self, tick_ms: int, delay: Recorder) -> None:
        """Prepare.

        Args:
            tick_ms: Real time between two wake-ups, at most.
            delay: Where it is recorded how much later than planned each of them came, or would
                have come, had a turn not lasted longer.
        """
        self.tick_ms = self._tick_ms_max = tick_ms
        self._delay = delay
        self._due_ns = 0

    def adapt(self, due: int) -> None:
        """Make ticks as long as fits the heartbeats that fell due in the last one."""
        fitting_ms = self.tick_ms * _DUE_PER_TICK // max(1, due)
        self.tick_ms = max(1, min(fitting_ms, self._tick_ms_max))

    async def until(self, turn: Callable[[], bool]) -> None:
        """Call `turn` now, and again at each tick until it returns True; raises what it raises."""
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._due_ns = monotonic_ns()
        self._turn(turn, over)
        await over

    def _turn(self, turn: Callable[[], bool], over: "asyncio.Future[None]") -> None:
        if over.done():  # nobody waits any more
            return
        try:
            ended = turn()
        except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
            over.set_exception(error)
            return
        if ended:
            over.set_result(None)
            return
        wait_ns = max(0, self._next_ns() - monotonic_ns())
        over.get_loop().call_later(wait_ns / _NS_PER_S, self._woken, turn, over)

    def _woken(self, turn: Callable[[], bool], over: "asyncio.Future[None]") -> None:
        self._delay.record(since_us(self._due_ns))
        self._turn(turn, over)

    def _next_ns(self) -> int:
        """Return when the next tick is, on the monotonic clock.

        It is the last of those that came while the turn lasted, and so at once, or else the next
        one. Those before it are as late as the turn made them: who left them out would not see the
        long turns at all. libuv's timers are whole milliseconds and may end up to one too soon: the
        tick that they were set for has come all the same, or the loop would spin until it has.
        """
        tick_ns, now_ns = self.tick_ms * _NS_PER_MS, monotonic_ns()
        due_ns = self._due_ns - self._due_ns % tick_ns + tick_ns
        while due_ns + tick_ns <= now_ns:
            self._delay.record((now_ns - due_ns) // _NS_PER_US)
            due_ns += tick_ns
        self._due_ns = due_ns
        return due_ns
