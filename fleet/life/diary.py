"""What a terminal has to do and when: its diary.

A duty is a pair of an instant and a deed. The terminal waits for the earliest of those that its
state allows, does it, and looks again; equal instants are taken in the order of the table in
`fleet.life.duty`.
"""

from dataclasses import dataclass

from fleet.life.faults import NEVER
from fleet.units import Millis


@dataclass(slots=True, eq=False)
class Diary:
    """Instants of a terminal's next duties, `NEVER` for what is not planned."""

    opens: Millis = NEVER
    """The shop opens: power on."""
    closes: Millis = NEVER
    """The shop closes: sign off, power off."""
    signs_in: Millis = NEVER
    """The operator signs in."""
    expires: Millis = NEVER
    """The sign-in expires."""
    reports: Millis = NEVER
    """The next full status report."""
    sells: Millis = NEVER
    """The next customer comes whose payment is lived."""
    reverses: Millis = NEVER
    """A reversal is sent, or what was approved offline."""
    settles: Millis = NEVER
    """The daily settlement of an estate that never closes."""
    updates: Millis = NEVER
    """An update may be offered."""
    by_hand: Millis = NEVER
    """Somebody updates the terminal by hand."""
    completes: Millis = NEVER
    """Parameters that were cut off are fetched again."""
    maintains: Millis = NEVER
    """The span for maintenance begins."""
    misuses: Millis = NEVER
    """The merchant uses the terminal in it."""
    resumes: Millis = NEVER
    """The span for maintenance ends."""
    unlocks: Millis = NEVER
    """A lock ends."""
    reconnects: Millis = NEVER
    """The next attempt to bring the link up."""
    tends: Millis = NEVER
    """An ailment, or the first sign of one, wants to be attended to."""
    inspects: Millis = NEVER
    """The next inspection."""
    restarts: Millis = NEVER
    """The next security reboot."""
    forced: Millis = NEVER
    """An operator forces it off."""
    syncs: Millis = NEVER
    """Parameters are asked for again."""
    rotates: Millis = NEVER
    """The operator's password is to be changed at the next sign-in."""
    rescued: Millis = NEVER
    """Somebody cuts the power of a terminal that hung on its way down."""
    befalls: Millis = NEVER
    """The next begin or end of a common cause."""
    relieved: Millis = NEVER
    """The earliest end of what a common cause has brought."""
    power_cycles: Millis = NEVER
    """The merchant tries a restart."""
    crashes: Millis = NEVER
    """A version that does not fit crashes."""
