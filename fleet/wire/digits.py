"""Numbers as text, by the thousand: rows of digits for whole columns of values.

Formatting one number at a time is most of what a heartbeat costs. Here a column of values becomes a
table of bytes in a few array operations: a bounded quantity by a lookup of its text, a whole number
of any size by lookups of four digits at a time. A text has a fixed width, filled up with spaces
in front, which JSON allows before a value.

Tables are written without a list of all their texts: what a process frees at its start it seldom
gives back, and sixty thousand strings are 3 MB.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Integers = NDArray[np.int64]

_GROUP: Final = 10_000
_BLANK: Final = 2 * _GROUP


def _table(written: Iterable[str], count: int, width: int) -> Bytes:
    """Return texts of equal width, uint8[count, width]."""
    encoded = (text.encode() for text in written)
    return np.fromiter(encoded, f"S{width}", count).view(np.uint8).reshape(count, width)


# 0..9999 as the highest digits of a number, then the same as digits inside it, then none at all.
_FOUR_DIGITS: Final = _table(
    chain((f"{n:4}" for n in range(_GROUP)), (f"{n:04}" for n in range(_GROUP)), ["    "]),
    2 * _GROUP + 1,
    4,
)


@lru_cache(maxsize=64)
def texts(low: int, high: int, *, tenths: bool) -> Bytes:
    """Return the texts of all numbers from `low` to `high`, uint8[high - low + 1, width].

    Args:
        low: The least; in tenths if they are.
        high: The greatest; in tenths if they are.
        tenths: Whether they are numbers with one decimal, counted in tenths.
    """
    text = _text_of_tenths if tenths else str
    width = max(len(text(low)), len(text(high)))
    written = (text(n).rjust(width) for n in range(low, high + 1))
    return _table(written, high - low + 1, width)


def _text_of_tenths(tenths: int) -> str:
    return f"{tenths / 10:.1f}"


def write_whole(out: Bytes, values: Integers) -> None:
    """Write whole numbers into a table of bytes, a number a row, flush right.

    Args:
        out: uint8[n, width].
        values: int64[n], from 0 to 10**width - 1.
    """
    end = out.shape[1]
    highest = int(values.max(initial=0))
    while end > 0:
        begin = max(0, end - 4)
        _write_group(out[:, begin:end], values, highest, lowest=end == out.shape[1])
        values, highest, end = values // _GROUP, highest // _GROUP, begin
        if highest == 0:
            out[:, :end] = ord(" ")
            return


def _write_group(out: Bytes, values: Integers, highest: int, *, lowest: bool) -> None:
    if int(values.min(initial=highest)) == highest:  # one text for all, as of an instant's seconds
        group = highest % _GROUP + _GROUP * (highest >= _GROUP)
        out[:] = _FOUR_DIGITS[group, 4 - out.shape[1] :]
        return
    groups = values % _GROUP
    groups[values >= _GROUP] += _GROUP
    if not lowest:
        groups[values == 0] = _BLANK
    out[:] = _FOUR_DIGITS[groups][:, 4 - out.shape[1] :]
