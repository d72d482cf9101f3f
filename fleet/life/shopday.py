"""When a shop opens and closes: each shop draws its own instants, every day."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from fleet.chance.daily import DAYS_PER_WEEK
from fleet.chance.law import Law
from fleet.chance.streams import Purpose, Streams
from fleet.life.faults import NEVER
from fleet.profile.power import SecurityReboot
from fleet.profile.profile import Profile
from fleet.profile.stages import segments, windows
from fleet.units import DAY_MS, HOUR_MS, Millis

_OPENS: Final = Purpose("day.opens")
_STAGGER: Final = Purpose("day.stagger")
_CLOSES: Final = Purpose("day.closes")
_SECURITY: Final = Purpose("security_reboot.at")
_SETTLES: Final = Purpose("day.settles")
_LEVEL: Final = Purpose("load.level")
_RAMP: Final = Purpose("ramp.power_on")
_OPEN_AT_LEAST_MS: Final = HOUR_MS
_Hours = tuple[int, Millis, Millis]
"""A day, from that on which the run begins, and when the shop opens and closes on it."""


class ShopDay:
    """Opening hours of one shop, in business milliseconds since the epoch.

    An estate with a shape of its own (`load.stages`) has windows in place of opening hours.

    Attributes:
        midnight: Local midnight of the first day.
    """

    __slots__ = (
        "_known", "_profile", "_shop", "_streams", "_weekday", "_windows", "midnight",
    )  # fmt: skip

    def __init__(
        self,
        profile: Profile,
        streams: Streams,
        utc_offset_ms: Millis,
        shop: Streams | None = None,
    ) -> None:
        """Find the shop's clock.

        Args:
            profile: When shops open.
            streams: The terminal's own.
            utc_offset_ms: Of the shop's region.
            shop: Streams of the shop's first terminal, whose hours all others there share; none
                for that one itself.
        """
        start = profile.run.start
        since_midnight = timedelta(hours=start.hour, minutes=start.minute, seconds=start.second)
        self._profile = profile
        self._streams = streams
        self._shop = shop
        self._windows = _staged(profile, streams) if profile.load.stages else None
        self._weekday = start.weekday()
        self._known: tuple[_Hours, ...] = ()
        # Local midnight of the first day; the region's clock is ahead by its offset.
        self.midnight = -round(since_midnight.total_seconds() * 1_000) - utc_offset_ms

    def first_power_on(self) -> Millis:
        """Return the first instant at which the terminal is switched on, 0 or later.

        A shop which is open already when the run begins switches on within the ramp.
        """
        if self._windows is not None:
            return min((on for on, _ in self._windows), default=NEVER)
        ramp = self._profile.ramp.over
        in_ramp = int(self._streams.at(_RAMP, 0) * ramp)
        if self._profile.day is None:
            return in_ramp
        opens, closes = self._hours(self._today(0))
        if opens <= 0 < closes and not self._closed(self._today(0)):
            return in_ramp
        return self.next_opening(0)

    def next_opening(self, now: Millis) -> Millis:
        """Return the first opening after `now`; `NEVER` for an estate that is always on."""
        if self._windows is not None:
            return min((on for on, _ in self._windows if on > now), default=NEVER)
        if self._profile.day is None:
            return NEVER
        # Two weeks hold an opening unless every weekday is closed.
        for day in range(self._today(now), self._today(now) + 15):
            opens, _ = self._hours(day)
            if opens > now and not self._closed(day):
                return opens
        return NEVER

    def resumes(self, now: Millis) -> Millis:
        """Return when a terminal that lost its power comes on: at once, or when the shop opens."""
        is_open = any(self.open_spans(now, now + 1))
        return now if is_open else self.next_opening(now)

    def next_closing(self, now: Millis) -> Millis:
        """Return the first closing after `now`; `NEVER` for an estate that is always on."""
        if self._windows is not None:
            return min((off for _, off in self._windows if off > now), default=NEVER)
        if self._profile.day is None:
            return NEVER
        closings = (self._hours(day)[1] for day in range(self._today(now) - 1, 10**9))
        return next(closes for closes in closings if closes > now)

    def next_security_reboot(self, now: Millis) -> Millis:
        """Return the first security reboot after `now`; `NEVER` if the estate has none."""
        rule = self._profile.security_reboot
        if rule is None:
            return NEVER
        days = range(self._today(now) - 1, 10**9)
        return next(at for day in days if (at := self._reboots(day, rule)) > now)

    def _reboots(self, day: int, rule: SecurityReboot) -> Millis:
        midnight = self.midnight + day * DAY_MS
        return midnight + self._streams.draw_at(_SECURITY, max(0, day + 1), rule.at)

    def next_settlement(self, now: Millis) -> Millis:
        """Return the first settlement by the clock after `now`; `NEVER` if there is none."""
        law = self._profile.settlement.at
        if law is None:
            return NEVER
        days = range(self._today(now) - 1, 10**9)
        return next(at for day in days if (at := self._settles(day, law)) > now)

    def _settles(self, day: int, law: Law) -> Millis:
        midnight = self.midnight + day * DAY_MS
        return midnight + self._streams.draw_at(_SETTLES, max(0, day + 1), law)

    def open_spans(self, begin: Millis, end: Millis) -> Iterator[tuple[Millis, Millis]]:
        """Yield the parts of a span in which the shop is open."""
        if self._windows is not None:
            spans = ((max(on, begin), min(off, end)) for on, off in self._windows)
            yield from ((opens, closes) for opens, closes in spans if opens < closes)
            return
        if self._profile.day is None:
            yield begin, end
            return
        for day in range(self._today(begin), self._today(end) + 1):
            opens, closes = self._hours(day)
            if not self._closed(day) and max(opens, begin) < min(closes, end):
                yield max(opens, begin), min(closes, end)

    def _today(self, now: Millis) -> int:
        return (now - self.midnight) // DAY_MS

    def _closed(self, day: int) -> bool:
        shop = self._profile.day
        weekday = (self._weekday + day) % DAYS_PER_WEEK
        return shop is not None and weekday in shop.closed_weekdays

    def _hours(self, day: int) -> tuple[Millis, Millis]:
        """Return when it opens and closes; today and tomorrow are asked for again and again."""
        for known, opens, closes in self._known:
            if known == day:
                return opens, closes
        drawn = self._drawn_hours(day)
        self._known = ((day, *drawn), *self._known[:1])
        return drawn

    def _drawn_hours(self, day: int) -> tuple[Millis, Millis]:
        shop = self._profile.day
        assert shop is not None  # noqa: S101 - both callers have asked already
        midnight = self.midnight + day * DAY_MS
        number = day + 1  # the evening before the run may still matter
        decides = self._shop or self._streams
        opens = midnight + decides.draw_at(_OPENS, number, shop.opens)
        closes = midnight + decides.draw_at(_CLOSES, number, shop.closes)
        if self._shop is not None:
            opens += int(self._streams.at(_STAGGER, number) * shop.stagger)
        return opens, max(closes, opens + _OPEN_AT_LEAST_MS)


def _staged(profile: Profile, streams: Streams) -> tuple[tuple[Millis, Millis], ...]:
    """Return when a terminal is on, by the stages of the load."""
    pieces = tuple(segments(profile.load.stages, profile.estate.terminals))
    spans = windows(pieces, streams.at(_LEVEL, 0))
    return tuple((on, NEVER if off is None else off) for on, off in spans)
