"""Orders that have come and wait for the instant at which they take effect."""

from typing import Final

from fleet.units import Millis
from fleet.wire.messages import AnyOrder

INBOX_MAX: Final = 16


class Inbox:
    """One terminal's, soonest first; made when the first order comes, as most never get one."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: list[tuple[Millis, AnyOrder]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, due: Millis, order: AnyOrder) -> bool:
        """Keep an order until `due`; return False if the soonest had to be dropped for it.

        A server repeats an order until it hears that it was obeyed; one that waits already is not
        kept twice.
        """
        if any(known.plan == order.plan for _, known in self._waiting):
            return True
        fits = len(self._waiting) < INBOX_MAX
        if not fits:
            del self._waiting[0]
        self._waiting.append((due, order))
        self._waiting.sort(key=_due)
        return fits

    def soonest(self, otherwise: Millis) -> Millis:
        """Return when the first order takes effect, if that is before `otherwise`, else that."""
        return min(otherwise, self._waiting[0][0]) if self._waiting else otherwise

    def take(self, at: Millis) -> AnyOrder | None:
        """Return the first order that has taken effect by `at`, once."""
        return self._waiting.pop(0)[1] if self._waiting and self._waiting[0][0] <= at else None


def _due(entry: tuple[Millis, AnyOrder]) -> Millis:
    return entry[0]
