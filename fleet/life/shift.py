"""The shift: who may use the terminal, and whether somebody does."""

from fleet.life.regions import Session


class Shift:
    """The operators' side of a terminal.

    Attributes:
        session: Whether an operator is signed in.
        credential: How many passwords the operator has had before this one.
        lifted_by: What will end the lock; "" if the terminal is not locked.
    """

    __slots__ = ("credential", "lifted_by", "session")

    def __init__(self) -> None:
        self.session = Session.SIGNED_OFF
        self.credential = 0
        self.lifted_by = ""
