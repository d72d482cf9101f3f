"""Common causes: what befalls many terminals at once, as entries of a profile.

    [[causes]]
    name = "backbone"
    kind = "outage"
    at = "2h"
    lasts = "20m"
    regions = ["north"]

Whom it concerns is a cohort. When it comes is said by exactly one of

    at      once, at this business time since the start of the run
    daily   every day at this local time of day
    every   again and again; a law of the time from the end of one to the begin of the next

and `per` says who shares an occurrence: the whole cohort, or each region, cell or site by itself,
which then draws its own instants and durations. A lottery by `share` is held among those.
"""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from fleet.chance.parametric import Lognormal
from fleet.profile.cohort import Cohort
from fleet.profile.faults import FaultCode
from fleet.profile.laws import DurationLaw, since_midnight
from fleet.profile.values import Duration, Name, Probability, Shift, Version
from fleet.units import DAY_MS, HOUR_MS, MINUTE_MS, Millis

TimeOfDay = Annotated[Duration, Field(le=DAY_MS), BeforeValidator(since_midnight)]
"""Milliseconds since midnight; in TOML ``"08:30"``."""

Per = Literal["estate", "region", "cell", "site"]


class Cause(Cohort):
    """What all common causes have."""

    name: Name
    """Name, in the record and in the metric."""
    at: Duration | None = None
    """Business time since the start of the run."""
    daily: TimeOfDay | None = None
    """Local time of day."""
    every: DurationLaw | None = None
    """Law of the time between two occurrences, from the end of one to the begin of the next."""
    between: Annotated[tuple[TimeOfDay, TimeOfDay], Field(strict=False)] | None = None
    """Local hours in which it begins, if not at any hour; for `every`."""
    per: Per = "estate"
    """Who shares an occurrence."""
    spread: Duration = 0
    """Each terminal is struck later by its own part of this, drawn evenly."""

    @property
    def looms(self) -> Millis:
        """How long before it begins telemetry shows it coming."""
        return 0


class Lasting(Cause):
    """A cause with an end of its own."""

    lasts: DurationLaw
    """How long it lasts."""


class Outage(Lasting):
    """The link is cut and does not come up until the end; attempts go on by `reconnect`."""

    kind: Literal["outage"]
    """The link is cut."""
    code: Literal["COM-207", "COM-209"] = "COM-209"
    """COM-207: the cell, the site's router or its provider; COM-209: the broker or the TMS."""


class Gateway(Lasting):
    """The payment host behind the TMS does not answer in time (PAY-802)."""

    kind: Literal["gateway"]
    """The payment host fails."""
    refusal: Probability = 0.9
    """Chance that the host fails a request: sign-ins are answered 96; a guess."""
    slow: Duration = 0
    """For so long before it fails the host answers ever more slowly, which telemetry shows."""

    @property
    def looms(self) -> Millis:
        """How long before it begins telemetry shows it coming."""
        return self.slow


class Stress(Lasting):
    """Heat, or bad mains: hazards rise while it lasts."""

    kind: Literal["stress"]
    """Hazards rise."""
    factors: dict[FaultCode, Annotated[float, Field(gt=0.0, le=1e6)]] = Field(
        default_factory=dict, json_schema_extra={"additionalProperties": False}
    )
    """What the hazard of each fault is multiplied by."""
    warmer: Annotated[float, Field(ge=-40.0, le=40.0)] = 0.0
    """Kelvins by which terminals are warmer at the warmest hour."""


class Restart(Cause):
    """Terminals restart in good order, as for a daily security reboot."""

    kind: Literal["restart"]
    """Terminals restart."""


class Certificate(Cause):
    """The certificate of a cohort expires at one instant, and its links are refused (SEC-902).

    A terminal that keeps running can still be given a new one; a terminal that restarts cannot
    finish its boot any more and waits for a technician, as with the Verifone H5000 in Germany in
    May 2022 (sourced: press reports; that not all were struck alike, too).
    """

    kind: Literal["certificate"]
    """A certificate expires."""
    renewal: DurationLaw = Lognormal.from_p95(2 * DAY_MS, 7 * DAY_MS)
    """Time until a terminal that kept running has its new certificate; a guess."""
    restart: Probability = 0.5
    """Chance that the merchant tries a restart, which makes it worse; a guess."""
    restart_after: DurationLaw = Lognormal.from_p95(20 * MINUTE_MS, 2 * HOUR_MS)
    """Time until the merchant does; a guess."""
    repair: DurationLaw = Lognormal.from_p95(3 * DAY_MS, 9 * DAY_MS)
    """Time until a technician has been there. That it took more than a week is sourced, see above;
    the law is a guess."""


class ClockStep(Cause):
    """Clocks jump (HW-605): sessions expire, and links are refused until clocks are right."""

    kind: Literal["clock_step"]
    """Clocks jump."""
    step: Shift
    """How far the clocks jump; forward if positive."""
    correction: DurationLaw = Lognormal.from_p95(2 * HOUR_MS, 12 * HOUR_MS)
    """Time until the clock is set right; a guess: a remote remedy's."""
    drift: Duration = 0
    """For so long before the jump clocks go wrong ever more and their cells weaken, which the
    status report shows; not at all unless given, as when somebody sets them wrong."""

    @property
    def looms(self) -> Millis:
        """How long before it begins telemetry shows it coming."""
        return self.drift


class BadVersion(Cause):
    """A version crashes again and again where it does not fit (SW-703), until another one runs.

    This is for a version that is there when the run begins, or that does not fit a site, a region
    or a batch. One that a campaign of the profile brings to the wrong models says so itself, by its
    `defect`: then the campaign can stop by what it has done.
    """

    kind: Literal["bad_version"]
    """A version does not fit."""
    version: Version
    """The version."""
    delay: DurationLaw = Lognormal.from_p95(2 * HOUR_MS, 12 * HOUR_MS)
    """Time from a sign-in with that version until it crashes; a guess."""


class Dormancy(Lasting):
    """Terminals lie switched off, and wake when it is over; some find their battery flat.

    When a battery is flat, and how long it is charged then, is said by `dormancy` of the profile.
    """

    kind: Literal["dormancy"]
    """Terminals lie idle."""


KINDS: Final[Mapping[str, type[Cause]]] = {
    "<outage>": Outage,
    "<gateway>": Gateway,
    "<stress>": Stress,
    "<restart>": Restart,
    "<certificate>": Certificate,
    "<clock_step>": ClockStep,
    "<dormancy>": Dormancy,
    "<bad_version>": BadVersion,
}
"""The kinds of causes by their tags."""


def _tag(value: object) -> str | None:
    """The tag stands in angle brackets so that the path of a complaint can leave it out."""
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return None if kind is None else f"<{kind}>"


AnyCause = Annotated[
    Annotated[Outage, Tag("<outage>")]
    | Annotated[Gateway, Tag("<gateway>")]
    | Annotated[Stress, Tag("<stress>")]
    | Annotated[Restart, Tag("<restart>")]
    | Annotated[Certificate, Tag("<certificate>")]
    | Annotated[ClockStep, Tag("<clock_step>")]
    | Annotated[Dormancy, Tag("<dormancy>")]
    | Annotated[BadVersion, Tag("<bad_version>")],
    Discriminator(_tag),
]
"""A common cause of any kind, told by its `kind`."""

REFUSING: Final = (Outage, Certificate, ClockStep)
"""The kinds of causes while which links are refused."""
