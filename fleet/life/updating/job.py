"""An update that was ordered: what it brings and how far it has come."""

import hashlib
from typing import Final, NamedTuple

from fleet.life.regions import UpdatePhase
from fleet.units import Millis
from fleet.wire.messages import Update
from fleet.wire.package import What

REBOOTS: Final[frozenset[What]] = frozenset({"firmware", "app"})
"""What comes into force by a reboot; the rest does at once."""
NOWHERE: Final = -1


class Fate(NamedTuple):
    """What one attempt to download will meet: numbers of chunks, `NOWHERE` for never.

    Attributes:
        stalls: Before this chunk it stands still for a while.
        breaks: At this chunk it fails.
        spoils: This chunk arrives with a wrong byte.
        cut: At this chunk the link is lost.
    """

    stalls: int = NOWHERE
    breaks: int = NOWHERE
    spoils: int = NOWHERE
    cut: int = NOWHERE


class Job:
    """An update that was ordered: what it brings and how far it has come.

    Attributes:
        order: The order.
        phase: How far it has come.
        old: Version that ran when it was installed; "" before.
        not_before: Instant to which the merchant put it off.
        defers: How often the merchant has put it off.
        attempts: How often it has failed.
        accepted_at: Instant at which the merchant agreed.
        held: Which guard objected last; "" for none.
        backed_up: Whether there is a backup.
        until: Instant at which what is under way will be done.
        step_ms: Time that each chunk takes.
        fate: What this attempt to download meets.
        chunk: Number of the next chunk.
        asked: How many chunks were asked for.
        digest: Of the chunks that have come; None if they only take their time.
        spoilt: Whether one of them has a wrong byte.
        paused_at: Instant at which the link was lost; None while it is up.
        manual: Whether it goes the manual way.
        unattended: Whether nobody is there to be asked, as it is maintained.
    """

    __slots__ = (
        "accepted_at", "asked", "attempts", "backed_up", "chunk", "defers", "digest", "fate",
        "held", "manual", "not_before", "old", "order", "paused_at", "phase", "spoilt", "step_ms",
        "unattended", "until",
    )  # fmt: skip

    def __init__(self, order: Update) -> None:
        self.order = order
        self.phase = UpdatePhase.NONE
        self.old = ""
        self.not_before: Millis = 0
        self.defers = 0
        self.attempts = 0
        self.accepted_at: Millis = 0
        self.held = ""
        self.backed_up = False
        self.until: Millis = 0
        self.step_ms: Millis = 0
        self.fate = Fate()
        self.chunk = 0
        self.asked = 0
        self.digest: hashlib._Hash | None = None
        self.spoilt = False
        self.paused_at: Millis | None = None
        self.manual = False
        self.unattended = False

    def begin_anew(self) -> None:
        """Forget what has come: the next attempt starts with the first chunk."""
        self.chunk = 0
        self.digest = None
        self.spoilt = False
