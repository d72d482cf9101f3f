"""What only the simulator knows: the truth about faults and lives, and the tickets they led to.

Truth never leaks: nothing of it is published, and no world hands it to a terminal. It crosses the
seam once, by `World.note`, when it is complete, or when the world ends and it never will be; an
instant that has not come is None. A live world lets it go, a virtual world writes tables of it.

Units: instants in business milliseconds since the run's epoch; ages in hours of the clock that the
kind of fault runs by (powered hours, hours of full use, calendar hours).

The hazard of a life is exactly accountable. With H the cumulative hazard of the kind's law and m
the multiplier in force (model, region, damage, common causes, patches), a life collects the
integral of m dH over its age, piece by piece, and it ends in its fault when that reaches an
exponential number of mean 1. `cum_hazard_exit - cum_hazard_entry` is what it collected while it was
watched, so the number of faults of any group is expected to be the sum of these differences.
"""

from typing import Literal

from msgspec import Struct

from fleet.units import Millis

Mechanism = Literal["wear", "random", "common_cause", "firmware", "network", "human"]
EndReason = Literal["failure", "preventive", "competing", "decommission", "study_end"]
Channel = Literal["heartbeat_loss", "self_test", "user_report"]
TicketKind = Literal["corrective", "preventive", "firmware", "swap", "depot"]
NO_FAULT_FOUND = "none"
"""The diagnosis of a unit in which nothing was found."""


class FaultTruth(Struct, frozen=True, gc=False):
    """One fault, from its first sign to its repair.

    Attributes:
        number: The terminal's own count of faults, from 1.
        serial_no: The unit in which it struck.
        code: Of the catalogue.
        component: What failed.
        fault_class: Class of the code.
        severity: How bad it is.
        mechanism: Why there was one.
        cause: Name of the common cause or of whatever else is at the root; "" for chance and wear.
        parent: Number of the fault of the same terminal that led to this one; 0 for none.
        precursor_at: When telemetry began to show it; None if it never did.
        onset_at: When it struck.
        detectable_at: First instant at which anybody could have known.
        detected_at: When somebody did; None if nobody has.
        repair_began_at: When the repair began; None if it has not.
        repaired_at: When it was over; None if it is not.
        has_precursor: Whether faults of this code show beforehand.
        observable: Whether the terminal itself can notice it; if not, only a person can.
        life: Number of the life that it ended; 0 if its cause was an event, not a hazard.
    """

    number: int
    serial_no: str
    code: str
    component: str
    fault_class: str
    severity: str
    mechanism: Mechanism
    cause: str
    parent: int
    precursor_at: Millis | None
    onset_at: Millis
    detectable_at: Millis
    detected_at: Millis | None
    repair_began_at: Millis | None
    repaired_at: Millis | None
    has_precursor: bool
    observable: bool
    life: int


class LifeTruth(Struct, frozen=True, gc=False):
    """One life of one kind of fault in one unit: from new, or from its repair, to its end.

    Attributes:
        number: The terminal's own count of lives, from 1.
        serial_no: The unit.
        code: The kind of fault.
        component: What lives.
        clock: What its age is counted in.
        start_at: When it began to be watched.
        end_at: When it ended.
        entry_age_h: Age at `start_at`; above 0 for a unit that was not new (left truncation).
        exit_age_h: Age at `end_at`.
        event_observed: Whether it ended in its fault; else it is right-censored.
        end_reason: Why it ended.
        fault: Number of its fault; 0 without one.
        shape: Of a Weibull law; None for another law.
        scale_h: Of a Weibull law, in hours of the clock; None for another law.
        frailty: Multiplier of the hazard that the unit was born with.
        cum_hazard_entry: Hazard collected before `start_at`.
        cum_hazard_exit: The same, and what was collected up to `end_at`.
    """

    number: int
    serial_no: str
    code: str
    component: str
    clock: str
    start_at: Millis
    end_at: Millis
    entry_age_h: float
    exit_age_h: float
    event_observed: bool
    end_reason: EndReason
    fault: int
    shape: float | None
    scale_h: float | None
    frailty: float
    cum_hazard_entry: float
    cum_hazard_exit: float


class Ticket(Struct, frozen=True, gc=False):
    """A maintenance ticket, as the operator's desk keeps it; what it says may be wrong.

    Attributes:
        number: The terminal's own count of tickets, from 1.
        serial_no: The unit.
        opened_at: When it was opened.
        start_at: When somebody began to work on it; None if nobody has.
        end_at: When it was closed; None if it is open.
        kind: What was done.
        channel: How the operator came to know.
        component: What was repaired.
        diagnosis: Code that was found, right or wrong; `NO_FAULT_FOUND` if nothing was.
        parts_replaced: What was replaced; "" for nothing.
        fault: Number of the fault behind it. This is truth, no part of what an operator sees; 0 for
            none.
    """

    number: int
    serial_no: str
    opened_at: Millis
    start_at: Millis | None
    end_at: Millis | None
    kind: TicketKind
    channel: Channel
    component: str
    diagnosis: str
    parts_replaced: str
    fault: int


Truth = FaultTruth | LifeTruth | Ticket
