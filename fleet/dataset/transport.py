"""What becomes of records on their way: lost, late, doubled, and logged as such.

The fate of a record is a hash of (seed, serial, its number), so it is the same however records are
grouped. One number decides whether it is lost, and by which mechanism: with chances a, b and c, it
is lost completely at random below a, by a weak signal below a + b, because its terminal ails below
a + b + c. Chances are kept to a 65,536th.
"""

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fleet.chance.law import Law
from fleet.chance.noise import Levels, levels
from fleet.life.runs import Runs
from fleet.profile.dataset import Missing

_LEVELS: Final = 65_536
_DELAYS: Final = 1_024
_SALTS: Final = {"heartbeat": 0x5EED_0001_AA55_C3D2, "event": 0x5EED_0002_AA55_C3D2}
MECHANISMS: Final = ("MCAR", "MAR", "MNAR")
WHATS: Final = ("late", "lost", "twice")
LATE, LOST, TWICE = range(3)
AGAIN_MS: Final = 30_000
"""How long after the first a second copy arrives: a sender repeats after about that long."""

Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]


class Fate(NamedTuple):
    """What becomes of n records; places are their numbers from 0, in order.

    Attributes:
        delay_ms: How long after it was sent each arrives, int64[n].
        late: Places of those that were kept back.
        lost: Of those that never arrive.
        twice: Of those that arrive twice.
        why: For each of `lost` the place in `MECHANISMS`.
    """

    delay_ms: Integers
    late: Integers
    lost: Integers
    twice: Integers
    why: Integers

    def copies(self) -> tuple[Integers, Integers]:
        """Return which record each row that arrives is, and which rows are second copies."""
        arrives = np.ones(len(self.delay_ms), np.bool_)
        arrives[self.lost] = False
        behind = self.twice - np.searchsorted(self.lost, self.twice) + 1
        index = np.insert(np.flatnonzero(arrives), behind, self.twice)
        return index, behind + np.arange(len(behind))

    def arrived(self, rows: Runs) -> Runs:
        """Return whose the rows that arrive are."""
        count = np.ones(len(rows.row), np.int64) if rows.count is None else rows.count.copy()
        np.subtract.at(count, np.searchsorted(rows.ends, self.lost, "right"), 1)
        np.add.at(count, np.searchsorted(rows.ends, self.twice, "right"), 1)
        return Runs(rows.row, count)

    def log(self) -> tuple[Integers, Integers, Integers]:
        """Return the place of each record that has a fate, its place in `WHATS`, and why."""
        found = {LATE: self.late, LOST: self.lost, TWICE: self.twice}
        at = np.concatenate(list(found.values()))
        what = np.repeat(list(found), [len(places) for places in found.values()])
        why = np.zeros(len(at), np.int64)
        why[what == LOST] = self.why
        order = np.lexsort((what, at))
        return at[order], what[order], why[order]


@lru_cache(maxsize=4)
def _quantiles(law: Law) -> Integers:
    """Return the quantiles of a law in the middles of 1,024 equal steps."""
    return np.array([law.quantile((n + 0.5) / _DELAYS) for n in range(_DELAYS)], np.int64)


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
        self._late_ms = _quantiles(missing.late_by)

    def fates(
        self,
        rows: Runs,
        serials: NDArray[np.uint64],
        seq: NDArray[np.uint64],
        weak: Flags,
        ails: Flags,
    ) -> Fate:
        """Return the fate of n records.

        Args:
            rows: Which terminal each is of.
            serials: The terminals' numbers in the estate.
            seq: The records' numbers, uint64[n].
            weak: Which terminals have a weak signal.
            ails: Which terminals show a symptom.
        """
        missing = self._missing
        dice = levels(self._salt, rows.spread(serials), seq, 4)
        lost, why = self._losses(dice[:, 0], rows.index, weak, ails)
        arrives = np.ones(len(dice), np.bool_)
        arrives[lost] = False
        twice, late = (
            np.flatnonzero((dice[:, lane] < round(chance * _LEVELS)) & arrives)
            for lane, chance in ((1, missing.twice), (2, missing.late))
        )
        delay_ms = (dice[:, 3] & 63).astype(np.int64)
        delay_ms += 20
        delay_ms[late] += self._late_ms[dice[late, 3] >> 6]
        return Fate(delay_ms, late, lost, twice, why)

    def _losses(
        self, lots: Levels, whose: Integers, weak: Flags, ails: Flags
    ) -> tuple[Integers, Integers]:
        """Return the places of records that never arrive, and why: places in `MECHANISMS`."""
        missing = self._missing
        first, by_signal, by_illness = (
            round(chance * _LEVELS)
            for chance in (missing.at_random, missing.weak_signal, missing.ailing)
        )
        # Most are above all that could count, so the rest is asked of few.
        (doubtful,) = np.nonzero(lots < first + by_signal + by_illness)
        lot = lots[doubtful].astype(np.int64)
        sender = whose[doubtful]
        second = first + weak[sender] * by_signal
        gone = lot < second + ails[sender] * by_illness
        why = (lot >= first).astype(np.int64) + (lot >= second)
        return doubtful[gone], why[gone]
