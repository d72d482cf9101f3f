"""The reference TMS: its processes, what each is told, and what they say.

An instance that a signal has ended is started again, as a shard is (see `fleet.run.revival`), and
goes on with the journal of the one before it.
"""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import msgspec
import trio

from fleet.mqtt.connection import Connection
from fleet.profile import Profile, resolved_toml
from fleet.run.child import Child
from fleet.run.command import Command, Death, report_of
from fleet.run.deafness import Deafness
from fleet.run.errors import ChildDied, RunError
from fleet.run.revival import Covers, Revival
from fleet.run.tms_gauges import enter_picture
from fleet.tms.ledger import Counts
from fleet.tms.picture import Picture
from fleet.tms.task import Begin, Counted, Ended, Failed, Handled, Lost, Ready, Report, TmsTask
from fleet.watch.tally import Tally

READY_S = 30.0
DRAIN_S = 8.0
JOURNAL = "tms.journal"

_NAME = "the TMS"
NS_PER_MS = 1_000_000
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Report).decode


class Desks:
    """The instances of the TMS; several share the estate between them."""

    def __init__(  # noqa: PLR0913, PLR0917 - who they are, how many, and three to whom they speak
        self,
        profile: Profile,
        seed: int,
        instances: int,
        notice: Callable[[str], None],
        tally: Tally | None = None,
        sent: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        """Expect instances of the TMS.

        Args:
            profile: Of the run.
            seed: Of the run.
            instances: How many, 0 or more.
            notice: Is told what the user should know.
            tally: Where what only the TMS can know is counted, if anywhere.
            sent: Returns how many messages terminals have sent by now, by kind, where it is known.
        """
        self._deafness = Deafness(sent)
        self._tally = tally
        self._missing = 0
        self._profile = profile
        self._seed = seed
        self._instances = instances
        self._notice = notice
        self._ready = [trio.Event() for _ in range(instances)]
        self._failed: dict[int, Failed] = {}
        self._counts: dict[int, Handled] = {}
        # Why there was no connection, since there was one: each reason is told once.
        self._told: set[str] = set()
        self._tasks: tuple[TmsTask, ...] = ()
        self._revival = Revival(instances, self._command)
        # What those handled that were killed.
        self._before = Handled(Counts())

    @property
    def counts(self) -> Handled:
        """What all instances have handled, as far as they have said."""
        return sum(self._counts.values(), self._before)

    def notes(self) -> tuple[str, ...]:
        """Return a sentence for each kind of trouble that the TMS had."""
        counts, restarts = self.counts, sum(self._revival.restarts)
        troubles = (
            (restarts, "was killed and started again", "time", "and went on with its journal"),
            (counts.dropped, "dropped", "message", "for which it had no room"),
            (counts.undelivered, "could not send", "message", "as its connection was gone"),
            (counts.unreadable, "heard", "message", "that nobody can read"),
            (counts.picture.late, "heard", "report", "too late for the tick at which it counted"),
            (counts.desk.strangers, "heard", "message", "of terminals that are not of its estate"),
            (counts.desk.missing, "missed", "heartbeat", "as the numbers of the others show"),
            (counts.desk.repeated, "heard", "heartbeat", "again"),
            (counts.desk.overtaken, "heard", "heartbeat", "after a later one"),
        )
        stopped = tuple(
            f"the TMS stopped campaign {name}: too many of its terminals had failed"
            for name in counts.picture.stopped
        )
        told = tuple(
            f"the TMS {did} {many(count, what)} {why}"
            for count, did, what, why in troubles
            if count
        )
        return (*stopped, *told, *filter(None, [self._deafness.note()]))

    def _enter(self, tally: Tally) -> None:
        """Count what only the TMS can know."""
        desk, counts = self.counts.desk, tally.counts
        # A heartbeat that is missing in two reports in a row was not merely overtaken.
        lost, self._missing = min(self._missing, desk.missing), desk.missing
        for mishap, count in (
            ("lost", lost),
            ("duplicated", desk.repeated),
            ("reordered", desk.overtaken),
        ):
            slot = tally.slot("fleet_up_mishaps_total", mishap=mishap)
            counts[slot] = max(counts[slot], count)
        tally.recorder("fleet_command_seconds").replace(desk.command_us)
        tally.recorder("fleet_command_service_seconds").replace(desk.command_service_us)
        enter_picture(self.counts.picture, tally)
        tally.publish()

    def commands(self) -> tuple[Command, ...]:
        """Return the command of each instance."""
        return tuple(map(self._command, range(self._instances)))

    def _command(self, index: int) -> Command:
        return Command.python(
            _NAME,
            "fleet.tms",
            heard=partial(self._heard, index),
            ended=partial(self._ended, index),
            drain_s=DRAIN_S,
        )

    async def hand_out(
        self,
        crew: tuple[Child, ...],
        connection: Connection,
        journal: Path,
        began_unix_ms: int | None = None,
    ) -> None:
        """Give each instance its task.

        Args:
            crew: The instances.
            connection: How to get at the brokers.
            journal: Path of the journal; that of each further instance ends with its number.
            began_unix_ms: When business began, by the wall clock; now unless given.
        """
        profile_toml, now_ms = resolved_toml(self._profile), time.time_ns() // NS_PER_MS
        began_ms = now_ms if began_unix_ms is None else began_unix_ms
        self._tasks = tuple(
            TmsTask.of_connection(
                connection,
                profile_toml=profile_toml,
                seed=self._seed,
                epoch_monotonic_ns=time.monotonic_ns() - (now_ms - began_ms) * NS_PER_MS,
                index=index,
                of=self._instances,
                journal=f"{journal}.{index}" if index else str(journal),
                began_unix_ms=began_ms,
            )
            for index in range(self._instances)
        )
        for child, task in zip(crew, self._tasks, strict=True):
            await child.hand(_encode(task))

    @asynccontextmanager
    async def revived(self, covers: Covers) -> AsyncIterator[None]:
        """Start instances again that are killed while the body lasts; then these drain.

        Args:
            covers: Is told of each new child.
        """
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._revival.carry_out, covers, self._task_again)
            yield
            nursery.cancel_scope.cancel()

    def _task_again(self, index: int) -> bytes:
        return _encode(self._tasks[index])

    async def wait_ready(self) -> None:
        """Wait until all instances have subscribed.

        Raises:
            RunError: They have not in good time.
        """
        with trio.move_on_after(READY_S):
            for ready in self._ready:
                await ready.wait()
            return
        msg = f"the TMS has not subscribed at the broker within {READY_S:g} s"
        raise RunError(msg)

    async def begin(self, crew: tuple[Child, ...], epoch_ns: int) -> None:
        """Tell each instance, once it is ready, when business begins, on CLOCK_MONOTONIC."""
        self._tasks = tuple(
            msgspec.structs.replace(task, epoch_monotonic_ns=epoch_ns) for task in self._tasks
        )
        for child in crew:
            await child.hand(_encode(Begin(epoch_ns)))

    def _heard(self, index: int, line: bytes) -> None:
        match report := report_of(line, _decode, _NAME):
            case Ready():
                self._subscribed(index)
            case Counted(counts) | Ended(counts):
                self._counts[index] = counts
                if self._tally is not None:
                    self._missing = self._missing if isinstance(report, Counted) else 2**62
                    self._enter(self._tally)
            case Lost(reason):
                self._lost(index, reason)
            case Failed():
                self._failed[index] = report

    def _subscribed(self, index: int) -> None:
        if self._told:
            self._notice("the TMS is connected to the broker again")
        self._told.clear()
        self._ready[index].set()
        self._deafness.hears(index)

    def _lost(self, index: int, reason: str) -> None:
        self._deafness.deaf(index)
        if reason not in self._told:
            self._told.add(reason)
            self._notice(f"the TMS has no connection to the broker: {reason}")

    def _ended(self, index: int, death: Death) -> None:
        if index in self._failed:
            msg = f"the TMS cannot go on: {self._failed[index].message}"
            raise RunError(msg)
        if not self._tasks:
            raise ChildDied(str(death))
        self._revival.died(index, death)
        self._deafness.deaf(index)
        self._bury(self._counts.pop(index, Handled(Counts())))
        self._notice(f"{death}; it is started again, and goes on with its journal")

    def _bury(self, counts: Handled) -> None:
        """Keep what the dead have counted, but for what its successor will find in the journal."""
        counts.picture = Picture(offline_by=counts.picture.offline_by)
        self._before += counts


def many(count: int, what: str) -> str:
    """Return a count and what it counts."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
