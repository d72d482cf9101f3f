"""What must hold in and between common causes, and between them and the rest of a profile."""

from collections.abc import Iterator

from fleet.profile.causes import AnyCause, BadVersion, Certificate, ClockStep, Stress
from fleet.profile.cohort_checks import cohort_complaints, unknown, versions
from fleet.profile.complaints import Complaint, suggest
from fleet.profile.profile import Profile

_WHEN = ("at", "daily", "every")


def cause_complaints(profile: Profile) -> Iterator[Complaint]:
    """Complain of everything wrong with the common causes."""
    for i, cause in enumerate(profile.causes):
        path = f"causes[{i}]"
        yield from cohort_complaints(profile, path, cause)
        yield from _when(path, cause)
        yield from _what(profile, path, cause)


def _when(path: str, cause: AnyCause) -> Iterator[Complaint]:
    given = [key for key in _WHEN if getattr(cause, key) is not None]
    if not given:
        yield Complaint(path, "nothing says when; write one of at, daily and every")
    if len(given) > 1:
        yield Complaint(path, f"{' and '.join(given)} contradict each other; keep one")
    if isinstance(cause, BadVersion | Certificate | ClockStep) and given not in ([], ["at"]):
        yield Complaint(f"{path}.{given[0]}", f"a {cause.kind} happens once; write at instead")
    if cause.between is not None:
        if cause.every is None:
            yield Complaint(f"{path}.between", "only every can be kept to hours; leave it out")
        if cause.between[0] == cause.between[1]:
            yield Complaint(
                f"{path}.between", "it begins and ends at the same time, so it never opens"
            )


def _what(profile: Profile, path: str, cause: AnyCause) -> Iterator[Complaint]:
    if isinstance(cause, BadVersion):
        yield from unknown(f"{path}.version", (cause.version,), versions(profile))
    if not isinstance(cause, Stress):
        return
    if not cause.factors and not cause.warmer:
        yield Complaint(path, "it would change nothing; give factors or warmer")
    for code in cause.factors:
        if code not in profile.faults:
            hint = suggest(code, profile.faults)
            yield Complaint(f"{path}.factors.{code}", f"there is no {code!r} under faults; {hint}")
