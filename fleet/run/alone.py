"""The reference TMS alone, for terminals that somebody else runs."""

import time
from collections.abc import Callable
from pathlib import Path

import trio

from fleet.mqtt.connection import Connection
from fleet.mqtt.packets import Version
from fleet.profile import Profile, digest
from fleet.run.child import children
from fleet.run.desks import JOURNAL, NS_PER_MS, Desks, many
from fleet.run.errors import RunError, plain
from fleet.run.interruption import Interruption
from fleet.run.probe import probe_all
from fleet.run.scratch import scratch_folder
from fleet.tms.journal import Head, Journal, JournalError

_SPOKEN = Version.V311  # by the TMS, whatever its terminals speak


def serve(
    profile: Profile,
    seed: int,
    connection: Connection,
    say: Callable[[str], None],
    journal: Path | None = None,
) -> None:
    """Run the reference TMS alone until a signal ends it; to be called in the main thread.

    Args:
        profile: Of the estate.
        seed: Of all chance.
        connection: How to get at the brokers.
        say: Is told what the user should know.
        journal: File from which it goes on, and in which it keeps what it decides by; if None, one
            that is gone when it ends.

    Raises:
        RunError: It cannot be done, or not any longer.
        EndpointError: The broker's address or a file of its TLS settings is wrong.
        PasswordError: The password cannot be read.
    """
    desks = Desks(profile, seed, profile.tms.instances, say)
    began_ms = None if journal is None else _head_of(journal, profile, seed, say).began_unix_ms
    with scratch_folder() as folder:
        kept = journal or folder / JOURNAL

        async def main() -> None:
            stop = Interruption()
            async with stop.heeded():
                await probe_all(connection, _SPOKEN)
                async with children(*desks.commands()) as crew, desks.revived(stop.covers):
                    stop.covers(crew)
                    await desks.hand_out(crew, connection, kept, began_ms)
                    await desks.wait_ready()
                    say(f"the TMS answers at {', '.join(connection.brokers)}; Ctrl-C ends it")
                    await trio.sleep_forever()

        try:
            trio.run(main)
        except BaseExceptionGroup as group:
            raise plain(group) from group
    say(f"the TMS has ended; it heard {many(sum(desks.counts.desk.heard.values()), 'message')}")
    for note in desks.notes():
        say(note)


def _head_of(path: Path, profile: Profile, seed: int, say: Callable[[str], None]) -> Head:
    """Begin a journal, or read whose it is; business goes on from when it began.

    Raises:
        RunError: The file is the journal of another TMS, or cannot be written.
    """
    new = Head(digest(profile), seed, time.time_ns() // NS_PER_MS)
    try:
        journal = Journal.open(path, new)
    except (JournalError, OSError) as error:
        msg = f"cannot keep the journal {path}: {getattr(error, 'strerror', None) or error}"
        raise RunError(msg) from error
    journal.close()
    if journal.head is not new:
        say(f"going on with {path}: {many(len(journal.past), 'step')} of its campaigns")
    return journal.head
