"""Customers: when they come to one terminal, and what becomes of those whom it cannot serve.

Theory of operation
-------------------
Customers are a Poisson process by the merchant's curve. It is split (thinning) into those who are
*lived*, each an event of the terminal's story, and those who are only *counted* in its telemetry. A
terminal that lives every transaction has only the first kind; others live the few who change more
than a counter. Both together are the same process.

The instants of lived customers are a sequence of their own: whether the terminal can serve them
moves none. What happens to a customer depends on how the terminal is *placed* when he comes:

    placed     when                                   lived       counted
    SELLING    signed in, online                      is served   in the heartbeats, approved or
                                                                  not; while the host fails, a
                                                                  share must be reversed
    OFFLINE    signed in, link down                   is served, some offline, the rest lost
    AWAY       anything else, while the shop is open  is lost     is lost

What was counted or lost is settled when the terminal is placed otherwise, for the whole span.
"""

import math
from enum import Enum
from functools import lru_cache
from typing import Final, NamedTuple

from fleet.chance.daily import MONDAY_MS, WEEK_MS, WeekCurve
from fleet.chance.parametric import Gamma
from fleet.chance.poisson import poisson_quantile
from fleet.chance.streams import Purpose, Streams
from fleet.life.faults import NEVER
from fleet.life.flows import Trade
from fleet.life.shopday import ShopDay
from fleet.profile.estate import Day
from fleet.profile.members import Member
from fleet.profile.profile import Profile
from fleet.units import DAY_MS, HOUR_MS, Millis

_PER_DAY: Final = Purpose("transactions.per_day")
_LIVED: Final = Purpose("transactions.lived")
_ARRIVAL: Final = Purpose("transactions.arrival")
_COUNTED: Final = Purpose("transactions.counted")
_OFFLINE: Final = Purpose("transactions.counted_offline")
_LOST: Final = Purpose("transactions.lost")
_REFUSED: Final = Purpose("transactions.counted_refused")
_MM_PER_M: Final = 1_000.0


class Placed(Enum):
    """See the table above."""

    SELLING = "selling"
    OFFLINE = "offline"
    AWAY = "away"


class Tally(NamedTuple):
    """What became of the customers of a span who were not served one by one."""

    approved: int
    lost: int
    refused: int = 0


_NOBODY: Final = Tally(0, 0)


class Customers:
    """The customers of one terminal.

    Attributes:
        lived: Whether each of them is an event of the story.
        lived_per_day: How many of those who are come on an average day.
        monday_ms: What must be added to an instant so that it counts from a local Monday.
        trade: How those come who are only counted.
        placed: How the terminal is placed; None before it ever was.
        next: Instant at which the next lived one comes; `NEVER` if none ever does.
        refusal: Share of those who are only counted that the host refuses now.
    """

    __slots__ = (
        "_offline", "_shop", "_since", "_streams", "lived", "lived_per_day", "monday_ms", "next",
        "placed", "refusal", "trade",
    )  # fmt: skip

    def __init__(
        self, profile: Profile, member: Member, streams: Streams, shop: ShopDay, origin_ms: int
    ) -> None:
        """Find out how many come, and when the first does.

        Args:
            profile: The estate's.
            member: The terminal.
            streams: The terminal's.
            shop: When it opens and closes.
            origin_ms: Unix time of the business epoch.
        """
        rule, curve = profile.transactions, member.sector.curve()
        share, hours = _opening(curve, profile.day)
        per_day = _per_day(rule.dispersion, member.size.per_day, streams) / share
        self.lived = streams.at(_LIVED, 0) < float(rule.messages)
        lived_share = 1.0 if self.lived else rule.interrupting
        counted = per_day * (1.0 - lived_share)
        receipts_m = member.model.printer * rule.copies * rule.receipt_mm / _MM_PER_M
        offset_ms = member.region.utc_offset
        paper_m_per_h = counted * share * (1.0 - rule.failing) * receipts_m / hours
        self.trade = Trade(curve, counted, rule.failing, paper_m_per_h, offset_ms)
        self.lived_per_day = per_day * lived_share
        self._offline = rule.offline
        self.monday_ms = origin_ms + offset_ms + MONDAY_MS
        self._streams = streams
        self._shop = shop
        self.placed: Placed | None = None
        self._since: Millis = NEVER
        self.refusal = 0.0
        self.next: Millis = 0
        self.serve()

    def serve(self) -> None:
        """The next lived customer is served or lost: another one comes."""
        gap = -math.log1p(-self._streams.uniform(_ARRIVAL)) if self.lived_per_day else math.inf
        if self.next == NEVER or math.isinf(gap):
            self.next = NEVER
            return
        begin = self.next + self.monday_ms
        coming = self.trade.curve.after(begin, gap / self.lived_per_day) - self.monday_ms
        self.next = math.ceil(coming) if coming < NEVER else NEVER

    @property
    def per_day(self) -> float:
        """How many customers come on an average day of the curve, lived and counted."""
        return self.trade.per_day + self.lived_per_day

    def activity(self, now: Millis) -> float:
        """Return the share of the week's busiest hour."""
        hour = int((now + self.monday_ms) % WEEK_MS // HOUR_MS)
        return self.trade.curve.per_hour[hour] / self.trade.curve.peak

    def place(self, placed: Placed, now: Millis) -> Tally:
        """Place the terminal otherwise; return what became of those since the last time."""
        tally = self._skip(now) if self.placed is None else self.settle(now)
        self.placed, self._since = placed, now
        return tally

    def settle(self, now: Millis) -> Tally:
        """Return what has become of those since the last time, placed as it is."""
        begin, self._since = self._since, now
        return _NOBODY if self.placed is None else self._settle(self.placed, begin, now)

    def refuse(self, share: float, at: Millis) -> Tally:
        """Let the host refuse this share from `at` on; return what became of those before.

        Whoever was placed as now only after `at` has nothing to settle.
        """
        tally = _NOBODY if self.placed is None else self.settle(max(at, self._since))
        self.refusal = share
        return tally

    def _settle(self, placed: Placed, begin: Millis, end: Millis) -> Tally:
        match placed:
            case Placed.SELLING:
                coming = self._count(begin, end) * (1.0 - self.trade.failing)
                refused = self._whole(_REFUSED, coming * self.refusal)
                return Tally(self._whole(_COUNTED, coming * (1.0 - self.refusal)), 0, refused)
            case Placed.OFFLINE:
                coming = self._count(begin, end)
                approved = self._whole(_OFFLINE, coming * self._offline)
                return Tally(approved, self._whole(_LOST, coming * (1.0 - self._offline)))
            case Placed.AWAY:
                spans = list(self._shop.open_spans(begin, end))
                coming = math.fsum(self._count(*span) for span in spans)
                return Tally(0, self._whole(_LOST, coming) + self._miss(spans, end))

    def _skip(self, now: Millis) -> Tally:
        """Nobody is lost before there is a terminal."""
        while self.next < now:
            self.serve()
        return _NOBODY

    def _miss(self, spans: list[tuple[Millis, Millis]], now: Millis) -> int:
        """Count the lived ones who came in vain; at night, nobody does."""
        lost = 0
        while self.next < now:
            lost += any(begin <= self.next < end for begin, end in spans)
            self.serve()
        return lost

    def _count(self, begin: Millis, end: Millis) -> float:
        monday_ms = self.monday_ms
        return self.trade.per_day * self.trade.curve.amount(begin + monday_ms, end + monday_ms)

    def _whole(self, purpose: Purpose, mean: float) -> int:
        return poisson_quantile(mean, self._streams.uniform(purpose)) if mean > 0.0 else 0


def _per_day(shape: float, mean: float, streams: Streams) -> float:
    if mean <= 0.0:
        return 0.0
    return Gamma.from_mean(shape, mean).quantile(streams.at(_PER_DAY, 0))


@lru_cache(maxsize=1_024)
def _opening(curve: WeekCurve, day: Day | None) -> tuple[float, float]:
    """Return which part of a day's customers come while the shop is open, and for how many hours.

    `per_day` of a size is meant for a shop as it opens and closes on average.
    """
    if day is None:
        return 1.0, DAY_MS / HOUR_MS
    opens, closes = day.opens.mean(), day.closes.mean()
    share = WeekCurve(curve.hours).amount(opens, closes)
    return share, (closes - opens) / HOUR_MS
