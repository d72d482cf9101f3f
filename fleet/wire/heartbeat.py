"""The heartbeat's hot path: a form with a fixed place for each value, filled in by the thousand.

What changes with every beat stands first, each value in a place of fixed width; what only an event
of life changes stands behind it, as long as it is. So a whole table of heartbeats is written column
by column. A heartbeat is one like any other: it decodes to what the codec's own encoding would, and
a test holds it to that.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from fleet.wire.digits import Bytes, Texts, texts, write, write_whole
from fleet.wire.messages import Heartbeat
from fleet.wire.words import StateWord

# Those change with an event of life, and then there is a new blank.
STATIC: Final = ("boot", "state", "fw", "plan", "faults")
CHARGE: Final = "battery_pct"
DYNAMIC: Final = tuple(name for name in Heartbeat.__struct_fields__ if name not in STATIC)
"""The values that change, in order; the battery's charge comes last, and a unit on mains leaves it
out."""
TENTHS: Final = frozenset({"temp_c", "paper_m"})
"""Which of them have one decimal; the others are whole numbers."""
WHOLE_WIDTHS: Final = {"ts": 13, "seq": 10, "uptime_s": 9}
"""Digits of those that have no greatest value: good until the year 2286, and for 31 years."""

Ranges = Mapping[str, tuple[float, float]]


class Form:
    """How the heartbeats of an estate are laid out.

    Attributes:
        blank: What a heartbeat is before its changing values are filled in; see `_blank`.
    """

    def __init__(self, ranges: Ranges) -> None:
        """Lay it out.

        Args:
            ranges: The least and the greatest of each changing value but those of `WHOLE_WIDTHS`,
                both of which can be reached; what lies beyond cannot be written.
        """
        self._bounded: dict[str, tuple[int, Texts]] = {}
        self._places: dict[str, slice] = {}
        head = b"{"
        for name in DYNAMIC:
            width = WHOLE_WIDTHS.get(name) or self._bound(name, ranges[name])
            head += b'"%s":' % name.encode()
            self._places[name] = slice(len(head), len(head) + width)
            head += b" " * width + b","
        self._head = head
        self._mains_head = head[: head.index(b'"%s"' % CHARGE.encode())]
        # Most terminals of an estate say the same of themselves.
        self.blank = lru_cache(maxsize=4_096)(self._blank)

    def _bound(self, name: str, bounds: tuple[float, float]) -> int:
        low, high = (round(bound * (10 if name in TENTHS else 1)) for bound in bounds)
        table = texts(low, high, tenths=name in TENTHS)
        self._bounded[name] = low, table
        return table.itemsize

    def _blank(  # noqa: PLR0913 - they are the message's own fields
        self, *, state: StateWord, boot: int, fw: str, plan: int, faults: int, has_battery: bool
    ) -> bytes:
        """Return a heartbeat with blank places, for `fill`."""
        values = {"boot": boot, "state": state, "fw": fw, "plan": plan, "faults": faults}
        tail = [b'"%s":%s' % (name.encode(), msgspec.json.encode(values[name])) for name in STATIC]
        head = self._head if has_battery else self._mains_head
        return head + b",".join(tail) + b"}"

    def fill(
        self,
        blanks: Bytes,
        start: int,
        has_battery: NDArray[np.bool_],
        columns: Mapping[str, NDArray[np.int64]],
    ) -> None:
        """Fill in the changing values, in place.

        Args:
            blanks: Rows of bytes that hold a blank from `start` on, uint8[n, width].
            start: Where in each row the heartbeat begins.
            has_battery: Which of them have a place for the battery's charge, bool[n].
            columns: The values by name in steps of their resolution, int64[n] each.
        """
        body = blanks[:, start:]
        for name in WHOLE_WIDTHS:
            write_whole(body[:, self._places[name]], columns[name])
        for name, (low, table) in self._bounded.items():
            numbers = columns[name] - low
            if name == CHARGE:
                (which,) = np.nonzero(has_battery)
                write(body[:, self._places[name]], table.take(numbers[which]), which)
            else:
                write(body[:, self._places[name]], table.take(numbers))
