"""An ailment: one fault in one terminal, from its onset to its repair."""

from typing import Final

from fleet.life.faults.kinds import NEVER, FaultKind, Point
from fleet.life.faults.ladder import Plan
from fleet.life.truth import Channel, FaultTruth
from fleet.units import Millis

_MISSED: Final = frozenset({Point.HEARTBEAT, Point.TMS})
_TESTED: Final = frozenset({Point.HEARTBEAT, Point.SELF_TEST, Point.UPDATE})


class Ailment:
    """What is known of a fault, by the simulator and by those concerned.

    Attributes:
        kind: What it is.
        number: The terminal's own count.
        mechanism: Why it struck; the kind's, unless the chapter that raised it knows better.
        cause: Name of the common cause or the event at its root; "" for chance and wear.
        parent: Number of the fault that led to this one; 0 for none.
        life: Number of the life that it ended; 0 for none.
        onset_at: When it struck.
        shown_from: When it began to show; None if it did not.
        notice_at: When somebody will notice, unless something else finds it before.
        detected_at: When somebody did; `NEVER` before.
        point: Where it was detected.
        reported: Whether the terminal itself has told of it.
        plan: How it is going to be repaired; None before it is detected.
        then: What it made the terminal do.
        acts_at: When it next acts on the terminal: a flap, a loop, an empty battery, a lock.
    """

    __slots__ = (
        "acts_at", "cause", "detected_at", "kind", "life", "mechanism", "notice_at", "number",
        "onset_at", "parent", "plan", "point", "reported", "shown_from", "then",
    )  # fmt: skip

    def __init__(self, kind: FaultKind, number: int, onset_at: Millis) -> None:
        self.kind = kind
        self.number = number
        self.mechanism = kind.mechanism
        self.cause = ""
        self.parent = 0
        self.life = 0
        self.onset_at = onset_at
        self.shown_from: Millis | None = None
        self.notice_at: Millis = NEVER
        self.detected_at: Millis = NEVER
        self.point: Point | None = None
        self.reported = False
        self.plan: Plan | None = None
        self.then = kind.effect.then
        self.acts_at: Millis = NEVER

    @property
    def until(self) -> Millis:
        """When it will have been repaired; `NEVER` as long as nobody knows of it."""
        return NEVER if self.plan is None else self.plan.until

    @property
    def due(self) -> Millis:
        """When it next wants to be attended to."""
        known = self.notice_at if self.plan is None else self.plan.until
        return min(known, self.acts_at)

    @property
    def channel(self) -> Channel:
        """How the operator came to know."""
        if self.point in _MISSED and not self.reported:
            return "heartbeat_loss"
        if self.point in _TESTED:
            return "self_test"
        return "user_report"

    def truth(self, serial_no: str, now: Millis, *, repaired: bool) -> FaultTruth:
        """Return what has become of it by `now`."""
        kind = self.kind
        return FaultTruth(
            self.number, serial_no, kind.code, kind.component, kind.fault_class, kind.severity,
            self.mechanism, self.cause, self.parent, self.shown_from, self.onset_at, self.onset_at,
            _by(self.detected_at, now), self._repair_began_at(now, repaired=repaired),
            now if repaired else None, bool(kind.precursors), kind.observable, self.life,
        )  # fmt: skip

    def _repair_began_at(self, now: Millis, *, repaired: bool) -> Millis | None:
        if self.plan is None:  # it was over of itself, or by the chapter that raised it
            return now if repaired else None
        return _by(self.plan.began_at, now)


def _by(at: Millis, now: Millis) -> Millis | None:
    return at if at <= now else None
