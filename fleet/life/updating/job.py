"""An update that was ordered: what it brings and how far it has come."""

import hashlib
from dataclasses import dataclass, field
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


@dataclass(slots=True, eq=False)
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

    order: Update
    phase: UpdatePhase = UpdatePhase.NONE
    old: str = ""
    not_before: Millis = 0
    defers: int = 0
    attempts: int = 0
    accepted_at: Millis = 0
    held: str = ""
    backed_up: bool = False
    until: Millis = 0
    step_ms: Millis = 0
    fate: Fate = field(default_factory=Fate)
    chunk: int = 0
    asked: int = 0
    digest: "hashlib._Hash | None" = None
    spoilt: bool = False
    paused_at: Millis | None = None
    manual: bool = False
    unattended: bool = False

    def begin_anew(self) -> None:
        """Forget what has come: the next attempt starts with the first chunk."""
        self.chunk = 0
        self.digest = None
        self.spoilt = False
