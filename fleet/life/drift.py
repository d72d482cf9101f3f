"""How two levels of a terminal in good health move with the hours since its boot.

    mem_pct       caches and leaks fill what is free, ever slower: half of `_FILLED` in 110 h
    battery_pct   the shop lives on it from full to a fifth in 11.4 hours, and charges it in 2.3

So neither ends at its limit, where a terminal that runs for months would tell nothing any more. All
figures are guesses. The functions take numbers as well as arrays, and arrays element by element.
"""

from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

_FILLED: Final = 45.0
_HALF_H: Final = 110.0
_USED_PER_H: Final = 7.0
_CHARGED_PER_H: Final = 35.0
_SPENT: Final = 80.0
_CYCLE_H: Final = _SPENT / _USED_PER_H + _SPENT / _CHARGED_PER_H

Hours = TypeVar("Hours", float, NDArray[np.float32])


def memory_pct(up_h: Hours) -> Hours:
    """Return how many points of memory have been filled since the boot."""
    return _FILLED * up_h / (up_h + _HALF_H)


def charge_pct(up_h: Hours) -> Hours:
    """Return by how many points the battery's charge differs from a full one."""
    hour = up_h - _CYCLE_H * np.floor(up_h * (1.0 / _CYCLE_H))
    change: Hours = -np.minimum(_USED_PER_H * hour, _CHARGED_PER_H * (_CYCLE_H - hour))
    return change


SINCE_BOOT: Final = {"mem_pct": memory_pct, "battery_pct": charge_pct}
