"""A TMS that is slow on purpose: a delay before each answer, and a quota of answers per second.

Both run in real time, as all protocol timers do: a load test wants to know what its terminals make
of a server that is slower than ours, or where the one at hand stands beside one of known capacity.

The quota hands out turns: a batch may leave when the batches before it have used up their share of
the second. A batch is small enough that its turn is short, so that answers leave evenly.
"""

from typing import Final

_NS_PER_MS: Final = 1_000_000
_NS_PER_S: Final = 1_000_000_000
# The longest turn that one batch may take, as a part of a second.
_TURNS_PER_S: Final = 50


class Pace:
    """When answers may leave.

    Attributes:
        delay_ns: From hearing to answering.
        batch_max: Most answers that leave in one turn.
    """

    __slots__ = ("_free_ns", "_gap_ns", "batch_max", "delay_ns")

    def __init__(self, delay_ms: int, per_second_max: int | None, batch_max: int) -> None:
        """Set the pace.

        Args:
            delay_ms: Real time from hearing to answering, 0 or more.
            per_second_max: Answers and orders that may leave in a second; any number if None.
            batch_max: Most of them in one turn, if no quota wants fewer.
        """
        self.delay_ns: Final = delay_ms * _NS_PER_MS
        self._gap_ns = _NS_PER_S // per_second_max if per_second_max else 0
        turn = per_second_max // _TURNS_PER_S if per_second_max else batch_max
        self.batch_max: Final = min(batch_max, max(1, turn))
        self._free_ns = 0

    def turn_ns(self, count: int, now_ns: int) -> int:
        """Take a turn for so many answers; return the instant, now or later, at which it begins."""
        begin_ns = max(now_ns, self._free_ns)
        self._free_ns = begin_ns + count * self._gap_ns
        return begin_ns
