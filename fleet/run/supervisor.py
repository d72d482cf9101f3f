"""Runs a run: starts everything in order, waits, and ends everything in order.

Theory of operation
-------------------
    books (record folder, tallies, metrics)      opened first: what is wrong there costs nothing yet
      broker                                     ours, or one that answers a CONNECT
        TMS                                      instances, which share the estate
          shards                                 told when business zero is, once the TMS answers

Each level is a context manager inside the one above, so whatever ends the run (its time, a signal,
a death, a mistake of ours) ends it from the inside outwards: shards drain and detach their
terminals while the TMS still answers, the TMS ends while the broker still listens. Processes are
spawned before anything is waited for; Python children import while the broker comes up.

TMS and shards have one epoch, and it is only chosen when the TMS has subscribed: before, terminals
would register with nobody, and the seed would tell another story.
"""

import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

import trio

from fleet.capacity.health import examine
from fleet.capacity.judge import Judge
from fleet.capacity.verdict import rule
from fleet.mqtt.connection import Connection
from fleet.profile import resolved_toml
from fleet.profile.clock import origin_ms
from fleet.profile.stages import stagings
from fleet.run.books import Books
from fleet.run.broker import EmbeddedBroker, embedded_broker
from fleet.run.child import Child, children
from fleet.run.desks import JOURNAL, Desks
from fleet.run.errors import RunError
from fleet.run.interruption import Interruption
from fleet.run.layout import CLASS_BY_CODE
from fleet.run.liveview import LiveView
from fleet.run.plan import RunPlan
from fleet.run.probe import probe_all
from fleet.run.seasons import Season, keep_seasons
from fleet.run.shards import Muster
from fleet.run.task import ShardTask
from fleet.units import SECOND_MS
from fleet.watch.ruling import Ruling, Verdict
from fleet.watch.silence import nobody_answered
from fleet.watch.snapshot import RunView
from fleet.watch.summary import EXIT_CODES

# From the handing out of tasks to business zero: what a shard needs to make its terminals.
HEAD_START_S = 0.4
HEAD_START_PER_TERMINAL_S = 300e-6
# How long after the end of its time a shard may still be busy with ending.
LATE_S = 60.0

_NS_PER_S = 1_000_000_000
_ENDED: dict[int, Verdict] = {EXIT_CODES[how]: how for how in ("passed", "interrupted")}


@dataclass(slots=True)
class Supervision:
    """One run under way.

    Attributes:
        plan: What is run.
        books: Its books.
        view: Where it is shown.
        stop: The user's wish to end it.
        muster: Its shards.
        desks: Its TMS.
        judge: Of its objectives.
        broker_url: Set when the broker is known.
        started: Wall clock; set when the shards got their tasks.
        aborted: Why it was given up before its time; "" if it was not.
    """

    plan: RunPlan
    books: Books
    view: LiveView
    stop: Interruption
    muster: Muster
    desks: Desks
    judge: Judge
    broker_url: str = ""
    started: datetime | None = None
    aborted: str = ""

    async def run(self) -> Verdict:
        """Run it, and end whatever was started.

        Raises:
            BaseExceptionGroup: Of `RunError`: it could not be done, or not to its end.
        """
        async with self.stop.heeded():
            await self._live()
        return "interrupted" if self.stop.asked else _verdict(self.muster)

    async def _live(self) -> None:
        async with AsyncExitStack() as house:
            broker = await self._broker(house)
            desks = self.desks
            desk_crew = await house.enter_async_context(children(*desks.commands()))
            await house.enter_async_context(desks.revived(self.stop.covers))
            crew = await house.enter_async_context(children(*self.muster.commands()))
            self.stop.covers((*desk_crew, *crew))
            connection = await self._reach(broker)
            await self.muster.wait_ready()
            epoch_ns = await self._open(desks, desk_crew, connection)
            await self.muster.hand_out(crew, self._tasks(connection, epoch_ns))
            self.started = datetime.now(UTC)
            self.view.say(self._whereabouts())
            await self._watch(epoch_ns)

    async def _broker(self, house: AsyncExitStack) -> EmbeddedBroker | None:
        kind = self.plan.broker_kind()
        return await house.enter_async_context(embedded_broker(kind)) if kind else None

    async def _reach(self, broker: EmbeddedBroker | None) -> Connection:
        if broker is not None:
            self.broker_url = broker.url
            await broker.ready()
            return Connection(brokers=(broker.url,))
        connection = self.plan.connection
        assert connection is not None  # noqa: S101 - narrows the type: no broker of ours
        self.broker_url = ", ".join(map(str, connection.endpoints()))
        await probe_all(connection, self.plan.version)
        return connection

    async def _open(self, desks: Desks, crew: tuple[Child, ...], connection: Connection) -> int:
        """Let the TMS begin, if there is one; return the epoch.

        Raises:
            RunError: It does not subscribe.
        """
        await desks.hand_out(crew, connection, self.books.folder / JOURNAL)
        await desks.wait_ready()
        for child in crew:
            child.forget_words()
        epoch_ns = time.monotonic_ns() + self._head_start_ns()
        await desks.begin(crew, epoch_ns)
        return epoch_ns

    def _head_start_ns(self) -> int:
        of_a_shard = self.plan.terminals / len(self.books.tallies)
        head_start_s = HEAD_START_S + HEAD_START_PER_TERMINAL_S * of_a_shard
        return round(head_start_s * _NS_PER_S)

    def _whereabouts(self) -> str:
        exporter = self.books.exporter
        tms = "ours" if self.plan.tms else "none of ours"
        return f"broker {self.broker_url}, TMS {tms}, metrics {exporter.url if exporter else 'off'}"

    def _tasks(self, connection: Connection, epoch_ns: int) -> tuple[ShardTask, ...]:
        profile_toml = resolved_toml(self.plan.profile)
        return tuple(
            ShardTask.of_connection(
                connection,
                index=index,
                of=len(self.books.tallies),
                seed=self.plan.seed,
                terminals=self.plan.terminals,
                profile_toml=profile_toml,
                epoch_monotonic_ns=epoch_ns,
                duration_ms=self.plan.profile.run.duration,
                tally_path=str(tally),
                parts_dir=self.books.parts_dir,
                memory_path=str(memory),
            )
            for index, (tally, memory) in enumerate(
                zip(self.books.tallies, self.books.memories, strict=True)
            )
        )

    async def _watch(self, epoch_ns: int) -> None:
        ahead_s = (epoch_ns - time.monotonic_ns()) / _NS_PER_S
        epoch_s = trio.current_time() + ahead_s
        with trio.move_on_at(epoch_s + self.plan.profile.run.duration / SECOND_MS + LATE_S):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._begin, epoch_s)
                nursery.start_soon(self._look, nursery.cancel_scope, epoch_s)
                speed = self.plan.profile.run.speed
                books = self.books
                nursery.start_soon(keep_seasons, self._seasons(), books.own, epoch_s, speed)
                nursery.start_soon(self.muster.revive, self.stop.covers, self.books.own)
                await self.muster.over.wait()
                nursery.cancel_scope.cancel()
            return
        msg = f"the shards have not ended {LATE_S:g} s after the run's time was over"
        raise RunError(msg)

    async def _begin(self, epoch_s: float) -> None:
        await trio.sleep_until(epoch_s)
        self.judge.begin(self.books.board.read())

    def _seasons(self) -> list[Season]:
        stages = stagings(self.plan.profile.load.stages, self.plan.terminals)
        causes = map(Season.of_cause, self.books.calendar)
        return [*causes, *map(Season.of_stage, stages)]

    async def _look(self, watching: trio.CancelScope, epoch_s: float) -> None:
        abort = self.plan.profile.slo.abort
        view, timeline = self._run_view(), self.books.timeline
        await self.view.watch(view, epoch_s, self.judge, timeline, abort=abort)
        broken = ", ".join(self.judge.broken)
        self.aborted = f"the run was given up before its time, as asked for: broken is {broken}"
        watching.cancel()

    def ruling(self, ended: Verdict) -> Ruling:
        """Return the verdict on the run, which has ended so."""
        if self.started is None:
            return Ruling(ended)
        health = examine(self.plan.profile.health, *self.judge.marks)
        reading = self.books.board.read()
        self.judge.close(reading)
        silence = nobody_answered(reading, tms=self.plan.tms)
        return rule(ended, self.judge.findings(), health, self.aborted, silence)

    def _run_view(self) -> RunView:
        profile, exporter = self.plan.profile, self.books.exporter
        return RunView(
            profile=profile.name,
            seed=self.plan.seed,
            terminals=self.plan.terminals,
            speed=profile.run.speed,
            epoch_ms=origin_ms(profile.run),
            duration_ms=profile.run.duration,
            broker=self.broker_url,
            metrics_url=exporter.url if exporter else "",
            class_by_code=CLASS_BY_CODE,
        )


def _verdict(muster: Muster) -> Verdict:
    return _ENDED.get(max(muster.exits.values(), default=0), "failed")
