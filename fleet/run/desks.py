"""The reference TMS of a run, or alone: its processes, what each is told, and what they say."""

import time
from collections.abc import Callable
from functools import partial

import msgspec
import trio

from fleet.mqtt.connection import Connection
from fleet.mqtt.packets import Version
from fleet.profile import Profile, resolved_toml
from fleet.run.child import Child, children
from fleet.run.command import Command, Death, report_of
from fleet.run.errors import ChildDied, RunError, plain
from fleet.run.interruption import Interruption
from fleet.run.pictures import enter_picture
from fleet.run.probe import probe_all
from fleet.tms.ledger import Counts
from fleet.tms.task import Begin, Counted, Ended, Failed, Handled, Lost, Ready, Report, TmsTask
from fleet.watch.tally import Tally

READY_S = 30.0
DRAIN_S = 8.0

_NAME = "the TMS"
_SPOKEN = Version.V311  # by the TMS, whatever its terminals speak
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Report).decode


class Desks:
    """The instances of the TMS; several share the estate between them."""

    def __init__(
        self,
        profile: Profile,
        seed: int,
        instances: int,
        notice: Callable[[str], None],
        tally: Tally | None = None,
    ) -> None:
        """Expect instances of the TMS.

        Args:
            profile: Of the run.
            seed: Of the run.
            instances: How many, 0 or more.
            notice: Is told what the user should know.
            tally: Where what only the TMS can know is counted, if anywhere.
        """
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

    @property
    def counts(self) -> Handled:
        """What all instances have handled, as far as they have said."""
        return sum(self._counts.values(), Handled(Counts()))

    def notes(self) -> tuple[str, ...]:
        """Return a sentence for each kind of trouble that the TMS had."""
        counts = self.counts
        troubles = (
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
        return stopped + tuple(
            f"the TMS {did} {_many(count, what)} {why}"
            for count, did, what, why in troubles
            if count
        )

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
        return tuple(
            Command.python(
                _NAME,
                "fleet.tms",
                heard=partial(self._heard, index),
                ended=partial(self._ended, index),
                drain_s=DRAIN_S,
            )
            for index in range(self._instances)
        )

    async def hand_out(self, crew: tuple[Child, ...], connection: Connection) -> None:
        """Give each instance its task; for the time being, business begins now."""
        profile_toml, epoch_ns = resolved_toml(self._profile), time.monotonic_ns()
        for index, child in enumerate(crew):
            task = TmsTask.of_connection(
                connection,
                profile_toml=profile_toml,
                seed=self._seed,
                epoch_monotonic_ns=epoch_ns,
                index=index,
                of=self._instances,
            )
            await child.hand(_encode(task))

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
        for child in crew:
            await child.hand(_encode(Begin(epoch_ns)))

    def _heard(self, index: int, line: bytes) -> None:
        match report := report_of(line, _decode, _NAME):
            case Ready():
                self._told.clear()
                self._ready[index].set()
            case Counted(counts) | Ended(counts):
                self._counts[index] = counts
                if self._tally is not None:
                    self._missing = self._missing if isinstance(report, Counted) else 2**62
                    self._enter(self._tally)
            case Lost(reason) if reason not in self._told:
                self._told.add(reason)
                self._notice(f"the TMS has no connection to the broker: {reason}")
            case Failed():
                self._failed[index] = report

    def _ended(self, index: int, death: Death) -> None:
        if index in self._failed:
            msg = f"the TMS cannot go on: {self._failed[index].message}"
            raise RunError(msg)
        raise ChildDied(str(death))


def serve(profile: Profile, seed: int, connection: Connection, say: Callable[[str], None]) -> None:
    """Run the reference TMS alone until a signal ends it; to be called in the main thread.

    Raises:
        RunError: It cannot be done, or not any longer.
        EndpointError: The broker's address or a file of its TLS settings is wrong.
        PasswordError: The password cannot be read.
    """
    desks = Desks(profile, seed, profile.tms.instances, say)

    async def main() -> None:
        stop = Interruption()
        async with stop.heeded():
            await probe_all(connection, _SPOKEN)
            async with children(*desks.commands()) as crew:
                stop.covers(crew)
                await desks.hand_out(crew, connection)
                await desks.wait_ready()
                say(f"the TMS answers at {', '.join(connection.brokers)}; Ctrl-C ends it")
                await trio.sleep_forever()

    try:
        trio.run(main)
    except BaseExceptionGroup as group:
        raise plain(group) from group
    say(f"the TMS has ended; it heard {_many(sum(desks.counts.desk.heard.values()), 'message')}")
    for note in desks.notes():
        say(note)


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
