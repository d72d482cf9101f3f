"""What becomes of records on their way: lost, late, doubled, and logged as such.

The fate of a record is a hash of (seed, serial, its number), so it is the same however records are
grouped. One number decides whether it is lost, and by which mechanism: with chances a, b and c, it
is lost completely at random below a, by a weak signal below a + b, because its terminal ails below
a + b + c. Chances are kept to a 65,536th.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fleet.chance.noise import levels
from fleet.profile.dataset import Missing

_LEVELS: Final = 65_536
_DELAYS: Final = 1_024
_SALTS: Final = {"heartbeat": 0x5EED_0001_AA55_C3D2, "event": 0x5EED_0002_AA55_C3D2}
MECHANISMS: Final = ("MCAR", "MAR", "MNAR")
WHATS: Final = ("late", "lost", "twice")
LATE, LOST, TWICE = range(3)
_AGAIN_MS: Final = 30_000  # a sender repeats after about that long

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Fate(NamedTuple):
    """What becomes of records, int64[n] or bool[n].

    Attributes:
        copies: How many arrive: 0, 1 or 2.
        delay_ms: How long after it was sent the first arrives.
        why: Place in `MECHANISMS`; means something only for those lost.
        late: Whether it was kept back.
    """

    copies: Integers
    delay_ms: Integers
    why: Integers
    late: NDArray[np.bool_]


class Transport:
    """The way of one kind of record from the terminals to the server."""

    def __init__(self, missing: Missing, seed: int, record: str) -> None:
        """Take the chances.

        Args:
            missing: The profile's.
            seed: The study's.
            record: `heartbeat` or `event`.
        """
        self._missing = missing
        self._salt = seed ^ _SALTS[record]
        law, steps = missing.late_by, (np.arange(_DELAYS) + 0.5) / _DELAYS
        self._late_ms = np.array([law.quantile(float(q)) for q in steps], np.int64)

    def fates(
        self, serials: NDArray[np.uint64], seq: NDArray[np.uint64], weak: Floats, ails: Floats
    ) -> Fate:
        """Return the fate of records.

        Args:
            serials: The terminals' numbers in the estate.
            seq: The records' numbers.
            weak: 1 where the signal is weak, else 0.
            ails: 1 where the terminal shows a symptom, else 0.
        """
        missing = self._missing
        dice = levels(self._salt, serials, seq, 4)
        first = round(missing.at_random * _LEVELS)
        second = first + weak * round(missing.weak_signal * _LEVELS)
        third = second + ails * round(missing.ailing * _LEVELS)
        lot = dice[:, 0]
        copies = np.where(lot < third, 0, 1)
        copies[dice[:, 1] < round(missing.twice * _LEVELS)] *= 2
        late = (dice[:, 2] < round(missing.late * _LEVELS)) & (copies > 0)
        delay_ms = 20 + (dice[:, 3] & 63).astype(np.int64)
        delay_ms[late] += self._late_ms[dice[late, 3] >> 6]
        why = (lot >= first).astype(np.int64) + (lot >= second)
        return Fate(copies, delay_ms, why, late)

    @property
    def again_ms(self) -> int:
        """How long after the first a second copy arrives."""
        return _AGAIN_MS


def index_of_copies(fate: Fate) -> tuple[Integers, NDArray[np.bool_]] | None:
    """Return which record each row that arrived is, and whether it is a second copy.

    None means that every record arrived once.
    """
    if (fate.copies == 1).all():
        return None
    index = np.repeat(np.arange(len(fate.copies)), fate.copies)
    second = np.zeros(len(index), np.bool_)
    second[1:] = index[1:] == index[:-1]
    return index, second
