"""What flows through a terminal: how many transactions come between two heartbeats, and the paper.

Theory of operation
-------------------
Customers come by the merchant's curve (`fleet.chance.daily`): at full activity so many an hour, in
other hours of the week their share. A terminal sells or does not; while it does not, nothing comes.
What comes between two heartbeats is a Poisson number whose mean is the rate of the hour in the
middle between them, times the time that the terminal has sold since the one before.

The paper roll runs down evenly while the terminal sells, by what it takes on an average day, and is
replaced when it is empty.

While the payment host fails it *refuses* a share of all that would have gone well. A heartbeat
counts by that share what came in the part of its interval which lies inside the outage.

Where transactions are lived one by one they are not drawn but *counted*: the terminal notes with
them the number of the heartbeat that will report them, and only that one does.
"""

import math
import operator
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from fleet.chance.daily import DAYS_PER_WEEK, HOURS_PER_DAY, MONDAY_MS, WeekCurve
from fleet.life.rows import Rows
from fleet.life.runs import Runs
from fleet.units import HOUR_MS, Millis

PAPER_ROLL_M: Final = 26.0
"""Sourced: PAX S80, 2.25 in by 85 ft."""

SOLD: Final = np.dtype([
    ("offset_ms", np.int64), ("from_ms", np.int64), ("per_hour", np.float32),
    ("paper_m", np.float32), ("use_m_per_ms", np.float32),
    ("refused", np.float32), ("refused_from_ms", np.int64), ("refused_until_ms", np.int64),
])  # fmt: skip
"""What flows depend on: local time minus that of offset 0; since when it sells; transactions per
hour of full activity, 0 while it sells nothing; paper at that instant, and what a millisecond takes
of it; the share that the host refused in the last outage, and from when until when."""

COUNTED: Final = np.dtype([("seq", np.int64), ("flows", np.int32, 4)])
"""Transactions that were lived: which heartbeat reports them, and reads, errors, ok, fail."""

Counts = tuple[int, int, int, int]
"""Reads, errors, ok, fail."""

_OPEN_END: Final[Millis] = 2**62

Single = NDArray[np.float32]
Integers = NDArray[np.int64]


class Trade(NamedTuple):
    """What flows through one terminal while it sells.

    Attributes:
        curve: When its customers come.
        per_day: How many of them are counted, not lived, on an average day of the curve.
        failing: Share of those who are declined, from 0 to 1.
        paper_m_per_h: Paper that they take, in metres per hour of selling.
        offset_ms: Local time minus the clock of offset 0.
    """

    curve: WeekCurve
    per_day: float
    failing: float
    paper_m_per_h: float
    offset_ms: Millis


class _Own(NamedTuple):
    """The columns of `SOLD`, number by number."""

    offset_ms: memoryview
    from_ms: memoryview
    per_hour: "memoryview[float]"
    paper_m: "memoryview[float]"
    use_m_per_ms: "memoryview[float]"
    refused: "memoryview[float]"
    refused_from_ms: memoryview
    refused_until_ms: memoryview


class Flows:
    """The flows of a shard's terminals.

    Attributes:
        sold: What they depend on, a structured array[terminals] of `SOLD`.
        counted: What was lived, a structured array[terminals] of `COUNTED`.
        curves: Share of the busiest, of the 24 hours of a day and then of the 7 days of a week;
            float32[curves, 31].
        curve: Which of them is whose, int64[terminals].
        lived: Whether any transaction is lived.
    """

    def __init__(self, terminals: int, default: WeekCurve) -> None:
        """Let nobody sell anything yet; the hours of the day are those of `default`."""
        self.sold = np.zeros(terminals, SOLD)
        self.sold["paper_m"] = PAPER_ROLL_M
        self.counted = np.zeros(terminals, COUNTED)
        self.curves = np.tile(_shares(default), (terminals, 1))
        self.curve = np.arange(terminals)
        self.lived = False
        self._counted = Rows(self.counted)
        # Terminal by terminal: one number of a view costs a tenth of a row of the array.
        columns: list[Any] = [self.sold[name].data for name in _Own._fields]
        self._own = _Own(*columns)
        self._trades: list[Trade | None] = [None] * terminals
        self._selling = [False] * terminals

    @classmethod
    def of(cls, tables: Sequence[NDArray[Any]], versions: Sequence[Integers]) -> Self:
        """Return flows as they once were: for each row the versions of it in `tables`."""
        flows = cls.__new__(cls)
        sold, counted, flows.curves = tables
        flows.sold, flows.counted, flows.curve = (
            sold[versions[0]],
            counted[versions[1]],
            versions[2],
        )
        flows.lived = bool(counted["seq"].any())
        return flows

    def begin(self, row: int, trade: Trade, at: Millis) -> bool:
        """Let a terminal sell from `at` on; return whether its trade is not the one before."""
        is_new = self._trades[row] is not trade
        if is_new:
            self.curves[row], self._trades[row] = _shares(trade.curve), trade
        self._selling[row] = True
        own = self._own
        own.offset_ms[row], own.from_ms[row] = trade.offset_ms, at
        own.per_hour[row] = trade.per_day * trade.curve.peak
        own.use_m_per_ms[row] = trade.paper_m_per_h / HOUR_MS
        if own.refused_until_ms[row] <= at:
            own.refused[row] = 0.0
        return is_new

    def end(self, row: int, at: Millis) -> None:
        """Let it sell no more from `at` on."""
        if not self._selling[row]:
            return
        self._selling[row] = False
        own, use_m_per_ms = self._own, self._own.use_m_per_ms[row]
        if use_m_per_ms:
            # What `paper` does, by the same operations on the same kind of numbers.
            self._take_paper(row, np.float32(at - own.from_ms[row]) * np.float32(use_m_per_ms))
        own.from_ms[row], own.per_hour[row], own.use_m_per_ms[row] = at, 0.0, 0.0

    def refuse(self, row: int, share: float, at: Millis) -> None:
        """Let the host refuse this share of what comes from `at` on; 0 for none any more."""
        own = self._own
        if share:
            own.refused[row], own.refused_from_ms[row] = share, at
            own.refused_until_ms[row] = _OPEN_END
        else:
            own.refused_until_ms[row] = min(at, own.refused_until_ms[row])

    def count(self, row: int, seq: int, counts: Counts, paper_m: float) -> None:
        """Add to what heartbeat number `seq` will report, and take paper off the roll."""
        noted, *before = self._counted.read(row)
        flows = map(operator.add, before, counts) if noted == seq else counts
        self.counted[row] = (seq, tuple(flows))
        if paper_m:
            self._take_paper(row, np.float32(paper_m))
        self.lived = True

    def _take_paper(self, row: int, used_m: np.float32) -> None:
        left_m = np.float32(self._own.paper_m[row])
        self._own.paper_m[row] = _left(left_m, used_m, math.floor)

    def tables(self) -> tuple[NDArray[Any], ...]:
        """Return what changes rarely, a row for each terminal."""
        return self.sold, self.counted, self.curves


@lru_cache(maxsize=256)
def _shares(curve: WeekCurve) -> Single:
    hours, days = (np.array(weights) / max(weights) for weights in (curve.hours, curve.days))
    return np.concatenate([hours, days]).astype(np.float32)


def activity(flows: Flows, rows: Runs, at_ms: Integers, shift_ms: Integers) -> Single:
    """Return the share of the busiest hour, float32[n].

    Args:
        flows: Of the terminals.
        rows: Which of them.
        at_ms: Instants, int64[n].
        shift_ms: What to add to a run's instants to have Unix time midway between two heartbeats,
            int64[runs].
    """
    # Divisions by a constant are quick, remainders are not.
    hour = at_ms + rows.repeat(shift_ms + (rows.own(flows.sold["offset_ms"]) + MONDAY_MS))
    hour //= HOUR_MS
    day = hour // HOURS_PER_DAY
    hour -= day * HOURS_PER_DAY
    day -= day // DAYS_PER_WEEK * DAYS_PER_WEEK
    shares, first = flows.curves.ravel(), rows.repeat(rows.own(flows.curve) * flows.curves.shape[1])
    hour += first
    day += first
    day += HOURS_PER_DAY
    share: Single = shares.take(hour)
    share *= shares.take(day)
    return share


def expected(
    flows: Flows, rows: Runs, since_ms: Integers, every_ms: Integers, activity: Single
) -> Single:
    """Return how many transactions come on average since the heartbeat before, float32[n].

    Args:
        flows: Of the terminals.
        rows: Which of them.
        since_ms: How long each has sold, int64[n].
        every_ms: Time since the heartbeat before, int64[n].
        activity: Share of the busiest hour, float32[n].
    """
    sold_ms = np.minimum(every_ms, since_ms)
    mean: Single = np.maximum(sold_ms, 0, out=sold_ms).astype(np.float32)
    mean *= rows.spread(flows.sold["per_hour"])
    mean *= activity
    mean *= np.float32(1.0 / HOUR_MS)
    return mean


def add_refused(  # noqa: PLR0913, PLR0917 - what is added to, and what it depends on
    flows: Flows, rows: Runs, at_ms: Integers, every_ms: Integers, fail: Single, whole: float
) -> None:
    """Add what the host refused since the heartbeat before to what failed, float32[n].

    Only terminals whose host has refused anything cost anything. `fail` is of `whole` in all, and
    what had not failed otherwise is refused by the share that an outage has of the interval.
    """
    (runs,) = np.nonzero(flows.sold["refused"].take(rows.row))
    if not runs.size:
        return
    count, at = rows.of_runs(runs)
    sold, now_ms = np.repeat(flows.sold[rows.row[runs]], count), at_ms[at]
    since_ms = np.maximum(now_ms - every_ms[at], sold["from_ms"])
    begun_ms = np.maximum(since_ms, sold["refused_from_ms"])
    inside_ms = np.maximum(np.minimum(now_ms, sold["refused_until_ms"]) - begun_ms, 0)
    part: Single = (inside_ms / np.maximum(now_ms - since_ms, 1)).astype(np.float32)
    part *= sold["refused"]
    fail[at] += (whole - fail[at]) * part


def reported(counted: NDArray[Any], seq: NDArray[np.integer[Any]]) -> Integers:
    """Return what was lived for heartbeats of these numbers: reads, errors, ok, fail; [n, 4]."""
    of_this: Integers = (counted["seq"] == seq.astype(np.int64))[:, None] * counted["flows"]
    return of_this


def add_reported(flows: Flows, rows: Runs, seq: NDArray[np.uint64], counts: Single) -> None:
    """Add what was lived for heartbeats, to float32[4, n]; few of them report anything."""
    (at,) = np.nonzero(rows.spread(flows.counted["seq"]) == seq.view(np.int64))
    counts[:, at] += flows.counted["flows"][rows.index[at]].T


def paper(flows: Flows, rows: Runs, since_ms: Integers) -> Single:
    """Return what is left on the rolls so long after they were told, in metres, float32[n]."""
    used = since_ms.astype(np.float32)
    used *= rows.spread(flows.sold["use_m_per_ms"])
    left: Single = _left(rows.spread(flows.sold["paper_m"]), used)
    return left


def _left(paper_m: Any, used_m: Any, floor: Callable[[Any], Any] = np.floor) -> Any:
    """Return what is left of a roll; a new one is put in when it is empty, so never nothing."""
    roll_m = np.float32(PAPER_ROLL_M)
    gone_m = roll_m - paper_m + used_m
    rolls = floor(gone_m * np.float32(1.0 / PAPER_ROLL_M))  # a remainder would cost the tenfold
    return roll_m - (gone_m - rolls * roll_m)
