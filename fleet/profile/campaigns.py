"""Campaigns: what the TMS rolls out, to whom, how fast, and when it thinks better of it."""

from typing import Annotated, Literal

from pydantic import Field

from fleet.chance.parametric import Lognormal
from fleet.profile.cohort import Cohort
from fleet.profile.laws import DurationLaw
from fleet.profile.updating import TimeOfDay
from fleet.profile.values import Duration, Many, Name, Probability, Section, Share, Size, Span
from fleet.profile.values import Version as VersionName
from fleet.units import DAY_MS, HOUR_MS
from fleet.wire.package import What
from fleet.wire.words import Reason

Executed = Literal["failed", "rejected", "timed_out", "rolled_back", "any"]


class Wave(Section):
    """A part of a campaign that begins at an instant of its own."""

    share: Share
    """Part of the campaign's terminals that have their turn by the end of this wave."""
    after: Duration = 0
    """Begins this long after the campaign."""
    succeeded: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    """But not before so many terminals of the campaign have succeeded, in the manner of AWS IoT's
    `numberOfSucceededThings`; waits for nobody unless given."""

    @property
    def gated(self) -> bool:
        """Whether it waits for the success of others."""
        return self.succeeded is not None


class Abort(Section):
    """When a campaign stops, in the manner of AWS IoT jobs."""

    outcome: Executed = "any"
    """Which ends count against it; `any` counts every one that is no success."""
    share: Share
    """Stops when more than this part of those that have ended have ended so."""
    executed_min: Annotated[int, Field(ge=1, le=10_000_000)] = 10
    """But not before so many have ended, in whatever way."""


class Window(Section):
    """A span of the local day in which an update may be put to the merchant."""

    opens: TimeOfDay
    """Local time of day at which it begins."""
    closes: TimeOfDay
    """Local time of day at which it ends; before `opens`, on the next day; the same
    as `opens`, a day later."""


class Campaign(Cohort):
    """A roll-out to a cohort."""

    name: Name
    """Campaign name."""
    version: VersionName
    """Version that it brings."""
    at: Duration
    """Business time since the start of the run."""
    kind: What = "firmware"
    """What is updated."""
    reason: Reason = "system"
    """Why; a security update waits for no idle time, and may be put off less often."""
    forced: bool = False
    """Whether the merchant is not asked."""
    size: Size | None = None
    """Size of the package; `update.package` unless given."""
    wifi_only: bool = False
    """Whether it is fetched over Wi-Fi or cable alone."""
    window: Window | None = None
    """When it may be put to the merchant; at any time unless given."""
    expires: Span | None = None
    """An update that has not begun this long after it was ordered has expired."""
    waves: Many[Wave] = ()
    """Terminals have their turn in waves; all in one unless given."""
    per_minute: Annotated[float, Field(gt=0.0, le=1_000_000.0)] | None = None
    """Terminals that get the order per minute of business time, once their wave has begun.

    All at once unless given; ThingsBoard's default is 100, AWS IoT allows 1 to 1000.
    """
    timeout: Span = DAY_MS
    """Who has not told of an end this long after the order has timed out; a guess."""
    abort: Many[Abort] = ()
    """When to stop; never unless given."""
    rollback: bool = False
    """Whether those which have it already get their old version back when it stops."""
    made_for: Many[Name] = ()
    """Models that the package is made for, in truth; all if empty."""
    signed: bool = True
    """Whether the package is signed as it should be."""
    defect: Probability = 0.0
    """Chance that the new version does not fit a terminal."""
    defect_models: Many[Name] = ()
    """Models that it may not fit; all if empty."""
    defect_caught: Probability = 1.0
    """Chance that the test after the installation shows that it does not fit (UPD-956, rolled
    back); else the terminal crashes in use, again and again (SW-703)."""
    crash_after: DurationLaw = Lognormal.from_p95(2 * HOUR_MS, 12 * HOUR_MS)
    """Time from a sign-in with a version that does not fit until it crashes; a guess."""

    @property
    def decided(self) -> bool:
        """Whether anything is decided of it on the way: that it stops, or that a wave may begin."""
        return bool(self.abort) or any(wave.gated for wave in self.waves)
