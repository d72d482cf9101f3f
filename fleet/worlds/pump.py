"""The pump: one wake-up per tick drives a whole shard of live worlds.

Waking for each single deadline costs two to seven times as much as waking once per tick of some
milliseconds for all that have fallen due (measured at 10,000 messages/s on 2,000 connections).
The tick is the price: nothing is earlier than its deadline, and nothing later than one tick as long
as the shard keeps up. How late it really was is measured, always.

A tick in which more than a few hundred heartbeats fall due is made shorter: sending them takes
milliseconds, which come on top of the wait, while the wake-up costs next to nothing for each.
"""

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic_ns
from typing import Final

from fleet.units import Millis
from fleet.worlds.environment import Environment
from fleet.worlds.live import LiveWorld
from fleet.worlds.meters import since_us

# After the last instant, how long a story may still wait for an answer that it asked for before.
GRACE_MS: Final = 5_000
_NS_PER_MS: Final = 1_000_000
_NS_PER_S: Final = 1_000_000_000
_TIMER_NS: Final = 1_500_000
_SENT_PER_TICK: Final = 200
_PUBLISH_MS: Final = 250
# By time and not by turns: a shard that is late has few of them, and a link that does not hear of
# the time sends no ping and is cut off by its broker.
_ROUND_MS: Final = 100


class Pump:
    """Drives the worlds of a shard until the end of the run or until it is told to drain."""

    def __init__(
        self,
        environment: Environment,
        worlds: Sequence[LiveWorld],
        tick_ms: int,
        publish: Callable[[], None],
    ) -> None:
        """Prepare.

        Args:
            environment: What the worlds share.
            worlds: All of them, begun already.
            tick_ms: Real time between two wake-ups, at most.
            publish: Shows the counts; called four times a second and at the end.
        """
        self._environment = environment
        self._worlds = worlds
        self._tick_ms = self._tick_ms_max = tick_ms
        self._sent = 0
        self._publish = publish
        self._round_ms = 0
        self._published_ns = 0
        self._drain = asyncio.Event()

    def drain(self) -> None:
        """End the run at the next tick."""
        self._drain.set()

    async def run(self, end: Millis) -> bool:
        """Pump until the business instant `end`, then end all worlds.

        Returns:
            True if the end was reached, False if it was drained before.
        """
        environment = self._environment
        while not self._drain.is_set() and (now := environment.clock.now()) < end:
            self._turn(min(now, end))
            await self._next_tick()
        reached = not self._drain.is_set()
        if reached:
            await self._settle(end)
        for world in self._worlds:
            world.end()
        self._show()
        return reached

    async def _settle(self, end: Millis) -> None:
        """Let stories and answers that the network owes us come in, for a bounded time."""
        deadline_ns = monotonic_ns() + GRACE_MS * _NS_PER_MS
        echoes = self._environment.beats.echoes
        self._turn(end)
        while monotonic_ns() < deadline_ns and (
            echoes.waits() or any(world.busy for world in self._worlds)
        ):
            await self._next_tick()
            self._turn(end)
        for world in self._worlds:
            world.give_up()

    def _turn(self, now: Millis) -> None:
        environment = self._environment
        environment.beats.send_due(now)
        environment.kernel.run_until(now)
        environment.beats.send_due(now)
        environment.beats.armed = now
        self._adapt_tick()
        self._go_round()
        if monotonic_ns() - self._published_ns > _PUBLISH_MS * _NS_PER_MS:
            self._show()
            self._published_ns = monotonic_ns()

    def _adapt_tick(self) -> None:
        meters = self._environment.meters
        sent = meters.counts[meters.heartbeats] - self._sent
        self._sent += sent
        fitting_ms = self._tick_ms * _SENT_PER_TICK // max(1, sent)
        self._tick_ms = max(1, min(fitting_ms, self._tick_ms_max))

    def _show(self) -> None:
        self._environment.beats.record_times()
        self._publish()

    def _go_round(self) -> None:
        now_ms = self._environment.plan.now_ms()
        if now_ms >= self._round_ms:
            self._round_ms = now_ms + _ROUND_MS
            self._environment.rounds.go(self._worlds, now_ms)

    async def _next_tick(self) -> None:
        # libuv's timers are whole milliseconds and may end up to one too soon: a tick that is as
        # near as that has come, or the loop would spin until it has.
        tick_ns = self._tick_ms * _NS_PER_MS
        remaining_ns = tick_ns - monotonic_ns() % tick_ns
        if remaining_ns < _TIMER_NS:
            remaining_ns += tick_ns
        due_ns = monotonic_ns() + remaining_ns
        await asyncio.sleep(remaining_ns / _NS_PER_S)
        self._environment.meters.loop_delay.record(since_us(due_ns))
