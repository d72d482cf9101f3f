"""A fault at the instant at which it strikes."""

from fleet.life.faults.kinds import FaultKind
from fleet.life.truth import LifeTruth
from fleet.units import Millis


class Fault(Exception):
    """A fault struck; raised inside the terminal's own waiting.

    Attributes:
        kind: What struck.
        life: The life that it ended, but for the number of the fault; None if an event raised it.
        onset_at: When it struck, which may be before now if nobody was there to see it.
        shown_from: When it began to show; None if it did not.
        cause: Name of the common cause or the event at its root; "" for chance and wear.
        parent: Number of the fault that led to it; 0 for none.
        beside: A second life which it ended: that of the defect, or of the part that had one.
    """

    def __init__(
        self, kind: FaultKind, life: LifeTruth | None, onset_at: Millis, shown_from: Millis | None
    ) -> None:
        super().__init__(kind.code)
        self.kind = kind
        self.life = life
        self.onset_at = onset_at
        self.shown_from = shown_from
        self.cause = ""
        self.parent = 0
        self.beside: LifeTruth | None = None
