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

from functools import lru_cache
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from fleet.chance.daily import HOURS_PER_DAY, HOURS_PER_WEEK, MONDAY_MS, WeekCurve
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


class Flows:
    """The flows of a shard's terminals.

    Attributes:
        sold: What they depend on, a structured array[terminals] of `SOLD`.
        counted: What was lived, a structured array[terminals] of `COUNTED`.
        curves: Share of the busiest, of the 24 hours of a day and then of the 7 days of a week;
            float32[terminals, 31].
        lived: Whether any transaction is lived.
    """

    def __init__(self, terminals: int, default: WeekCurve) -> None:
        """Let nobody sell anything yet; the hours of the day are those of `default`."""
        self.sold = np.zeros(terminals, SOLD)
        self.sold["paper_m"] = PAPER_ROLL_M
        self.counted = np.zeros(terminals, COUNTED)
        self.curves = np.tile(_shares(default), (terminals, 1))
        self.lived = False

    @classmethod
    def of(cls, sold: NDArray[Any], counted: NDArray[Any], curves: Single) -> Self:
        """Return flows as they were copied, a row at a time."""
        flows = cls.__new__(cls)
        flows.sold, flows.counted, flows.curves = sold, counted, curves
        flows.lived = bool(counted["seq"].any())
        return flows

    def begin(self, row: int, trade: Trade, at: Millis) -> None:
        """Let a terminal sell from `at` on."""
        self.curves[row] = _shares(trade.curve)
        *_, paper_m, _, refused, refused_from_ms, refused_until_ms = self.sold[row].item()
        self.sold[row] = (
            trade.offset_ms, at, trade.per_day * max(trade.curve.per_hour),
            paper_m, trade.paper_m_per_h / HOUR_MS,
            refused if refused_until_ms > at else 0.0, refused_from_ms, refused_until_ms,
        )  # fmt: skip

    def end(self, row: int, at: Millis) -> None:
        """Let it sell no more from `at` on."""
        offset_ms, from_ms, per_hour, paper_m, use_m_per_ms, *refused = self.sold[row].item()
        if not (per_hour or use_m_per_ms):
            return  # it sells nothing, so nothing ends
        # What `paper` does, by the same operations on the same kind of numbers.
        used = np.float32(at - from_ms) * np.float32(use_m_per_ms)
        self.sold[row] = (offset_ms, at, 0.0, _left(np.float32(paper_m), used), 0.0, *refused)

    def refuse(self, row: int, share: float, at: Millis) -> None:
        """Let the host refuse this share of what comes from `at` on; 0 for none any more."""
        sold = self.sold[row]
        if share:
            sold["refused"], sold["refused_from_ms"] = share, at
            sold["refused_until_ms"] = _OPEN_END
        else:
            sold["refused_until_ms"] = min(at, int(sold["refused_until_ms"]))

    def count(self, row: int, seq: int, counts: Counts, paper_m: float) -> None:
        """Add to what heartbeat number `seq` will report, and take paper off the roll."""
        counted = self.counted[row]
        if counted["seq"] != seq:
            counted["seq"], counted["flows"] = seq, 0
        counted["flows"] += np.array(counts, np.int32)
        self.sold["paper_m"][row] = _left(self.sold["paper_m"][row], np.float32(paper_m))
        self.lived = True

    def tables(self) -> tuple[NDArray[Any], ...]:
        """Return what `of` takes."""
        return self.sold, self.counted, self.curves


@lru_cache(maxsize=256)
def _shares(curve: WeekCurve) -> Single:
    hours, days = (np.array(weights) / max(weights) for weights in (curve.hours, curve.days))
    return np.concatenate([hours, days]).astype(np.float32)


def activity(flows: Flows, rows: Integers, midway_ms: Integers) -> Single:
    """Return the share of the busiest hour, float32[n].

    Args:
        flows: Of the terminals.
        rows: Which of them, int64[n].
        midway_ms: Instants midway between two heartbeats, Unix time, int64[n].
    """
    monday_h = (midway_ms + (flows.sold["offset_ms"][rows] + MONDAY_MS)) // HOUR_MS
    day, hour = np.divmod(monday_h % HOURS_PER_WEEK, HOURS_PER_DAY)
    share: Single = flows.curves[rows, hour]
    share *= flows.curves[rows, day + HOURS_PER_DAY]
    return share


def expected(sold: NDArray[Any], at_ms: Integers, every_ms: Integers, activity: Single) -> Single:
    """Return how many transactions come on average since the heartbeat before, float32[n]."""
    sold_ms = np.minimum(every_ms, at_ms - sold["from_ms"])
    mean: Single = sold["per_hour"] * np.maximum(sold_ms, 0).astype(np.float32)
    mean *= activity
    mean *= np.float32(1.0 / HOUR_MS)
    return mean


def refused(sold: NDArray[Any], at_ms: Integers, every_ms: Integers) -> Single:
    """Return which share of what came since the heartbeat before was refused, float32[n]."""
    since_ms = np.maximum(at_ms - every_ms, sold["from_ms"])
    begun_ms = np.maximum(since_ms, sold["refused_from_ms"])
    inside_ms = np.maximum(np.minimum(at_ms, sold["refused_until_ms"]) - begun_ms, 0)
    part: Single = (inside_ms / np.maximum(at_ms - since_ms, 1)).astype(np.float32)
    part *= sold["refused"]
    return part


def reported(counted: NDArray[Any], seq: NDArray[np.integer[Any]]) -> Integers:
    """Return what was lived for heartbeats of these numbers: reads, errors, ok, fail; [n, 4]."""
    of_this: Integers = (counted["seq"] == seq.astype(np.int64))[:, None] * counted["flows"]
    return of_this


def paper(sold: NDArray[Any], at_ms: Integers) -> Single:
    """Return what is left on the rolls at these instants, in metres, float32[n]."""
    used = (at_ms - sold["from_ms"]).astype(np.float32)
    used *= sold["use_m_per_ms"]
    left: Single = _left(sold["paper_m"], used)
    return left


def _left(paper_m: Any, used_m: Any) -> Any:
    """Return what is left of a roll; a new one is put in when it is empty, so never nothing."""
    roll_m = np.float32(PAPER_ROLL_M)
    return roll_m - (roll_m - paper_m + used_m) % roll_m
