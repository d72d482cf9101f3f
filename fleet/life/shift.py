"""The shift: who may use the terminal, and whether somebody does."""

from dataclasses import dataclass

from fleet.life.regions import Session


@dataclass(slots=True, eq=False)
class Shift:
    """The operators' side of a terminal.

    Attributes:
        session: Whether an operator is signed in.
        credential: How many passwords the operator has had before this one.
        lifted_by: What will end the lock; "" if the terminal is not locked.
    """

    session: Session = Session.SIGNED_OFF
    credential: int = 0
    lifted_by: str = ""
