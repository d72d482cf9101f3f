"""What must hold in what is asked of a dataset, and between it and the rest of a profile."""

from collections.abc import Iterator

from fleet.profile.cause_checks import striking
from fleet.profile.cohort_checks import unknown
from fleet.profile.complaints import Complaint, twice
from fleet.profile.profile import Profile
from fleet.units import format_duration

_ROUNDING = 1e-9


def horizons(profile: Profile) -> Iterator[Complaint]:
    """Each horizon has a table of its own."""
    given = profile.dataset.horizons
    for i, horizon in enumerate(given):
        if horizon in given[:i]:
            yield Complaint(
                f"dataset.horizons[{i}]", f"{format_duration(horizon)!r} stands there already"
            )


def targets(profile: Profile) -> Iterator[Complaint]:
    """Only a kind of fault that may strike by a law has labels."""
    yield from unknown("dataset.targets", profile.dataset.targets, striking(profile))


def drift_names(profile: Profile) -> Iterator[Complaint]:
    """Regimes are told apart by their names."""
    yield from twice("dataset.drifts", [drift.name for drift in profile.dataset.drifts])


def drift_models(profile: Profile) -> Iterator[Complaint]:
    """Models that a regime names must be there."""
    known = [model.name for model in profile.estate.models]
    for i, drift in enumerate(profile.dataset.drifts):
        yield from unknown(f"dataset.drifts[{i}].models", drift.models, known)


def drift_regions(profile: Profile) -> Iterator[Complaint]:
    """And so must regions."""
    known = [region.name for region in profile.estate.regions]
    for i, drift in enumerate(profile.dataset.drifts):
        yield from unknown(f"dataset.drifts[{i}].regions", drift.regions, known)


def split(profile: Profile) -> Iterator[Complaint]:
    """Parts of the terminals must not be more than all."""
    rule = profile.dataset.split
    if rule.train + rule.validate_ > 1.0 + _ROUNDING:
        yield Complaint(
            "dataset.split",
            f"train and validate sum to {rule.train + rule.validate_:g}; they are parts of the "
            "terminals, of which the rest is for the test, so at most 1 is possible",
        )
