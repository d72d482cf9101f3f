"""What a terminal has to do and when: its diary.

A duty is a pair of an instant and a deed. The terminal waits for the earliest of those that its
state allows, does it, and looks again; equal instants are taken in the order of the table in
`fleet.life.duty`.
"""

from fleet.life.faults import NEVER
from fleet.units import Millis


class Diary:
    """Instants of a terminal's next duties, `NEVER` for what is not planned.

    Attributes:
        opens: The shop opens: power on.
        closes: The shop closes: sign off, power off.
        signs_in: The operator signs in.
        expires: The sign-in expires.
        reports: The next full status report.
        sells: The next customer comes whose payment is lived.
        reverses: A reversal is sent, or what was approved offline.
        settles: The daily settlement of an estate that never closes.
        updates: An update may be offered.
        by_hand: Somebody updates the terminal by hand.
        completes: Parameters that were cut off are fetched again.
        maintains: The span for maintenance begins.
        misuses: The merchant uses the terminal in it.
        resumes: The span for maintenance ends.
        unlocks: A lock ends.
        reconnects: The next attempt to bring the link up.
        tends: An ailment, or the first sign of one, wants to be attended to.
        inspects: The next inspection.
        restarts: The next security reboot.
        forced: An operator forces it off.
        syncs: Parameters are asked for again.
        rotates: The operator's password is to be changed at the next sign-in.
        rescued: Somebody cuts the power of a terminal that hung on its way down.
        befalls: The next begin or end of a common cause.
        relieved: The earliest end of what a common cause has brought.
        power_cycles: The merchant tries a restart.
        crashes: A version that does not fit crashes.
    """

    __slots__ = (
        "befalls", "by_hand", "closes", "completes", "crashes", "expires", "forced", "inspects",
        "maintains", "misuses", "opens", "power_cycles", "reconnects", "relieved", "reports",
        "rescued", "restarts", "resumes", "reverses", "rotates", "sells", "settles", "signs_in",
        "syncs", "tends", "unlocks", "updates",
    )  # fmt: skip

    def __init__(self) -> None:
        self.by_hand: Millis = NEVER
        self.closes: Millis = NEVER
        self.completes: Millis = NEVER
        self.expires: Millis = NEVER
        self.maintains: Millis = NEVER
        self.misuses: Millis = NEVER
        self.opens: Millis = NEVER
        self.reverses: Millis = NEVER
        self.sells: Millis = NEVER
        self.settles: Millis = NEVER
        self.reconnects: Millis = NEVER
        self.tends: Millis = NEVER
        self.inspects: Millis = NEVER
        self.restarts: Millis = NEVER
        self.forced: Millis = NEVER
        self.rescued: Millis = NEVER
        self.befalls: Millis = NEVER
        self.relieved: Millis = NEVER
        self.power_cycles: Millis = NEVER
        self.crashes: Millis = NEVER
        self.syncs: Millis = NEVER
        self.rotates: Millis = NEVER
        self.reports: Millis = NEVER
        self.resumes: Millis = NEVER
        self.signs_in: Millis = NEVER
        self.unlocks: Millis = NEVER
        self.updates: Millis = NEVER
