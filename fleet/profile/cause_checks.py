"""What must hold in and between common causes, and between them and the rest of a profile."""

from collections.abc import Iterator
from typing import Final

from fleet.profile.causes import (
    AnyCause,
    BadVersion,
    Certificate,
    ClockStep,
    Lasting,
    Stress,
)
from fleet.profile.complaints import Complaint, suggest
from fleet.profile.faults import CODES, WITHOUT_LAW
from fleet.profile.profile import Profile
from fleet.units import SECOND_MS, Millis, format_duration

PERIOD_MS_MIN: Final = 10 * SECOND_MS
"""What comes more often is kept in mind, each time of it, by all whom it concerns."""
_WHEN = ("at", "daily", "every")


def instants(profile: Profile) -> Iterator[Complaint]:
    """It must be clear when a cause comes, and possible."""
    for i, cause in enumerate(profile.causes):
        yield from _when(f"causes[{i}]", cause)


def stress(profile: Profile) -> Iterator[Complaint]:
    """Stress must change something."""
    for i, cause in enumerate(profile.causes):
        if isinstance(cause, Stress) and not cause.factors and not cause.warmer:
            yield Complaint(f"causes[{i}]", "it would change nothing; give factors or warmer")


def factors(profile: Profile) -> Iterator[Complaint]:
    """Only a fault that may strike by a hazard can strike sooner."""
    known = striking(profile)
    for i, cause in enumerate(profile.causes):
        for code in cause.factors if isinstance(cause, Stress) else ():
            if code not in known:
                hint = suggest(code, profile.faults)
                said = f"there is no {code!r} under faults; {hint}"
                yield Complaint(f"causes[{i}].factors.{code}", said)


def striking(profile: Profile) -> list[str]:
    """Return the kinds of fault that may strike by a hazard, those that the profile names first."""
    by_default = profile.hazards.preset == "default"
    return [*profile.faults, *(sorted(set(CODES) - WITHOUT_LAW) if by_default else ())]


def _when(path: str, cause: AnyCause) -> Iterator[Complaint]:
    given = [key for key in _WHEN if getattr(cause, key) is not None]
    if not given:
        yield Complaint(path, "nothing says when; write one of at, daily and every")
    if len(given) > 1:
        yield Complaint(path, f"{' and '.join(given)} contradict each other; keep one")
    if isinstance(cause, BadVersion | Certificate | ClockStep) and given not in ([], ["at"]):
        yield Complaint(f"{path}.{given[0]}", f"a {cause.kind} happens once; write at instead")
    if cause.every is not None and (period_ms := _period_ms(cause)) < PERIOD_MS_MIN:
        yield Complaint(
            f"{path}.every",
            f"with how long it lasts it would come every {format_duration(period_ms)}; let at "
            f"least {format_duration(PERIOD_MS_MIN)} pass on average from one to the next",
        )
    if cause.between is not None:
        if cause.every is None:
            yield Complaint(f"{path}.between", "only every can be kept to hours; leave it out")
        if cause.between[0] == cause.between[1]:
            yield Complaint(
                f"{path}.between", "it begins and ends at the same time, so it never opens"
            )


def _period_ms(cause: AnyCause) -> Millis:
    """Return the mean time from one begin to the next; what is long enough is not told exactly."""
    lasts = cause.lasts.mean() if isinstance(cause, Lasting) else 0.0
    every = 0.0 if cause.every is None else cause.every.mean()
    return round(min(every + lasts, float(PERIOD_MS_MIN)))
