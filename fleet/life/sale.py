"""A payment under way, and what may become of one."""

from dataclasses import dataclass
from enum import Enum

from fleet.units import Millis
from fleet.wire.messages import AnyOrder
from fleet.wire.words import MethodWord, VerificationWord


class Outcome(Enum):
    """What becomes of a payment that runs its course."""

    APPROVED = "approved"
    UNVERIFIED = "unverified"
    DECLINED = "declined"
    BARRED = "PAY-801"
    TIMED_OUT = "timed_out"
    BATCH_MISMATCH = "77"
    MAC_ERROR = "A0"


@dataclass(slots=True)
class Sale:
    """A payment under way.

    Attributes:
        number: Of the order; unique in the terminal's life.
        method: How the customer pays.
        verification: How he proves himself.
        offline: Whether the host is not asked.
        outcome: What will become of it.
        began_at: When the customer's turn came.
        asked_at: When the host is asked.
        ends_at: When it is over.
        held: Orders of the server that wait until then.
    """

    number: int
    method: MethodWord
    verification: VerificationWord
    offline: bool
    outcome: Outcome
    began_at: Millis
    asked_at: Millis
    ends_at: Millis
    held: tuple[AnyOrder, ...] = ()
