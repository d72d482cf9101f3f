"""The pump: it drives a whole shard of live worlds, a turn per tick.

In a turn heartbeats come first, and then whoever else waits for an instant that has come: what is
sent by the thousand must not wait for what is done one by one.
"""

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic_ns
from typing import Final

from fleet.units import Millis
from fleet.worlds.environment import Environment
from fleet.worlds.live import LiveWorld
from fleet.worlds.ticks import Ticks

# After the last instant, how long a story may still wait for an answer that it asked for before.
GRACE_MS: Final = 5_000
_NS_PER_MS: Final = 1_000_000
_SHOW_MS: Final = 250
# By time and not by turns: a shard that is late has few of them, and a link that does not hear of
# the time sends no ping and is cut off by its broker.
_ROUND_MS: Final = 100


class Pump:
    """Drives the worlds of a shard until the end of the run or until it is told to drain."""

    def __init__(
        self,
        environment: Environment,
        worlds: Sequence[LiveWorld],
        ticks: Ticks,
        publish: Callable[[], None],
    ) -> None:
        """Prepare.

        Args:
            environment: What the worlds share.
            worlds: All of them, begun already.
            ticks: When to wake up.
            publish: Shows the counts; called four times a second and at the end.
        """
        self._environment = environment
        self._worlds = worlds
        self._ticks = ticks
        self._due = 0
        self._publish = publish
        self._round_ms = 0
        self._show_ms = 0
        self._drain = asyncio.Event()

    def drain(self) -> None:
        """End the run at the next tick."""
        self._drain.set()

    async def run(self, end: Millis) -> bool:
        """Pump until the business instant `end`, then end all worlds.

        Returns:
            True if the end was reached, False if it was drained before.
        """
        await self._ticks.until(lambda: self._at_end(end))
        reached = not self._drain.is_set()
        if reached:
            await self._settle(end)
        for world in self._worlds:
            world.end()
        self._show()
        return reached

    def _at_end(self, end: Millis) -> bool:
        """Return whether the end has come, or else do what is due."""
        now = self._environment.clock.now()
        if self._drain.is_set() or now >= end:
            return True
        self._turn(now)
        return False

    async def _settle(self, end: Millis) -> None:
        """Let stories and answers that the network owes us come in, for a bounded time."""
        deadline_ns = monotonic_ns() + GRACE_MS * _NS_PER_MS
        await self._ticks.until(lambda: self._settled(end, deadline_ns))
        for world in self._worlds:
            world.give_up()

    def _settled(self, end: Millis, deadline_ns: int) -> bool:
        """Do what is due; return whether there is nothing to wait for any more."""
        self._turn(end)
        echoes = self._environment.beats.echoes
        return monotonic_ns() >= deadline_ns or not (
            echoes.waits() or any(world.busy for world in self._worlds)
        )

    def _turn(self, now: Millis) -> None:
        environment = self._environment
        environment.beats.send_due(now)
        environment.kernel.run_until(now)
        environment.beats.send_due(now)
        environment.beats.armed = now
        self._ticks.adapt(environment.beats.due - self._due)
        self._due = environment.beats.due
        now_ms = environment.plan.now_ms()
        self._go_round(now_ms)
        if now_ms >= self._show_ms:
            self._show()
            self._show_ms = environment.plan.now_ms() + _SHOW_MS

    def _go_round(self, now_ms: int) -> None:
        if now_ms >= self._round_ms:
            self._round_ms = now_ms + _ROUND_MS
            self._environment.rounds.go(self._worlds, now_ms)

    def _show(self) -> None:
        self._environment.beats.record_times()
        self._publish()
