"""What the instances of the TMS report, and what becomes of it."""

from collections.abc import Callable

import msgspec

from fleet.profile import load
from fleet.run.desks import Desks
from fleet.tms.ledger import Counts
from fleet.tms.task import Counted, Ended, Handled, Lost, Ready, Report


def desks(instances: int) -> tuple[Desks, Callable[[int, Report], None], list[str]]:
    """Return desks, how an instance says something to them, and what the user is told."""
    told: list[str] = []
    made = Desks(load("demo"), 1, instances, told.append)
    commands = made.commands()

    def say(index: int, report: Report) -> None:
        commands[index].heard(msgspec.json.encode(report))

    return made, say, told


def test_the_last_counts_of_all_instances_are_added() -> None:
    """Later counts of an instance replace its earlier ones; those of instances are summed."""
    all_of_them, say, _ = desks(2)
    say(0, Counted(Handled(Counts(heard={"heartbeat": 1}), connects=1)))
    say(1, Counted(Handled(Counts(heard={"heartbeat": 5}, answered={"00": 2}), dropped=3)))
    say(0, Ended(Handled(Counts(heard={"heartbeat": 4, "register": 1}), dropped=9, connects=2)))
    assert all_of_them.counts == Handled(
        Counts(heard={"heartbeat": 9, "register": 1}, answered={"00": 2}), dropped=12, connects=2
    )
    assert all_of_them.notes() == ("the TMS dropped 12 messages for which it had no room",)


def test_every_trouble_has_a_note() -> None:
    """Each kind of trouble has a sentence with its number; without trouble there is none."""
    all_of_them, say, _ = desks(1)
    assert all_of_them.notes() == ()
    say(0, Counted(Handled(Counts(acknowledged=5), connects=1)))
    assert all_of_them.notes() == ()
    counts = Counts(strangers=4, missing=5000, repeated=6)
    say(0, Counted(Handled(counts, unreadable=3, dropped=1, undelivered=2)))
    assert all_of_them.notes() == (
        "the TMS dropped 1 message for which it had no room",
        "the TMS could not send 2 messages as its connection was gone",
        "the TMS heard 3 messages that nobody can read",
        "the TMS heard 4 messages of terminals that are not of its estate",
        "the TMS missed 5,000 heartbeats as the numbers of the others show",
        "the TMS heard 6 heartbeats again",
    )


def test_a_reason_is_told_once_until_there_is_a_connection() -> None:
    """Equal reasons are told once, also of several instances, and again after a connection."""
    _, say, told = desks(2)
    for index, reason in ((0, "gone"), (0, "refused"), (1, "gone"), (0, "refused")):
        say(index, Lost(reason))
    assert [line.rpartition(": ")[2] for line in told] == ["gone", "refused"]
    say(0, Ready())
    say(0, Lost("gone"))
    assert told[2:] == [
        "the TMS is connected to the broker again",
        "the TMS has no connection to the broker: gone",
    ]
