"""Numbers as text, by the thousand: rows of digits for whole columns of values.

Formatting one number at a time is most of what a heartbeat costs. Here a column of values becomes a
table of bytes in a few array operations: a bounded quantity by a lookup of its text, a whole number
of any size by lookups of four digits at a time. A text has a fixed width, filled up with spaces
in front, which JSON allows before a value.

A text is a `void` of numpy's, which is copied whole: bytes in a table of two dimensions are copied
one by one, at six times the price.

Tables are written without a list of all their texts: what a process frees at its start it seldom
gives back, and sixty thousand strings are 3 MB.
"""

from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Texts = NDArray[np.void]
Integers = NDArray[np.int64]

_GROUP: Final = 10_000
_BLANK: Final = 2 * _GROUP
_ALL: Final = slice(None)


def _table(written: Iterable[str], count: int, width: int) -> Texts:
    """Return texts of equal width, void[count]."""
    encoded = (text.encode() for text in written)
    return np.fromiter(encoded, f"S{width}", count).view(f"V{width}")


# 0..9999 as the highest digits of a number, then the same as digits inside it, then none at all.
_FOUR_DIGITS: Final = _table(
    chain((f"{n:4}" for n in range(_GROUP)), (f"{n:04}" for n in range(_GROUP)), ["    "]),
    2 * _GROUP + 1,
    4,
)


@lru_cache(maxsize=64)
def texts(low: int, high: int, *, tenths: bool) -> Texts:
    """Return the texts of all numbers from `low` to `high`, void[high - low + 1].

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


@cache
def _ends(width: int) -> Texts:
    """Return the last digits of `_FOUR_DIGITS`."""
    digits = _FOUR_DIGITS.view(np.uint8).reshape(-1, 4)[:, 4 - width :]
    return np.ascontiguousarray(digits).view(f"V{width}").ravel()


def write(out: Bytes, written: Texts, which: slice | Integers = _ALL) -> None:
    """Write texts into a table of bytes, one a row.

    Args:
        out: As wide as they are, uint8[n, width].
        written: void[n], or as many as `which`.
        which: Into which rows.
    """
    out.view(written.dtype)[which, 0] = written


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
        rest = values // _GROUP
        _write_group(out[:, begin:end], values, rest, highest, lowest=end == out.shape[1])
        values, highest, end = rest, highest // _GROUP, begin
        if highest == 0:
            out[:, :end] = ord(" ")
            return


def _write_group(
    out: Bytes, values: Integers, rest: Integers, highest: int, *, lowest: bool
) -> None:
    table = _ends(out.shape[1])
    if int(values.min(initial=highest)) == highest:  # one text for all, as of an instant's seconds
        out[:] = table[[highest % _GROUP + _GROUP * (highest >= _GROUP)]].view(np.uint8)
        return
    # Divisions by a constant are quick, remainders are not. Where there are digits before, zeros
    # are written too.
    groups = values - rest * _GROUP
    groups += (rest > 0) * _GROUP
    if not lowest:
        np.putmask(groups, values == 0, _BLANK)
    write(out, table.take(groups))
