"""What must hold between a cohort and the estate: whoever it names must be there."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, Protocol

from fleet.profile.causes import BadVersion
from fleet.profile.cohort import Cohort
from fleet.profile.complaints import Complaint, suggest
from fleet.profile.profile import Profile

# Fewer than so many terminals, on average, are none.
# A trial with one terminal of a real estate is no mistake: a share of 4 % of it may be nobody.
_NOBODY: Final = 0.002


class _Part(Protocol):
    """A part of the estate: a model, a region or a trade."""

    @property
    def name(self) -> str: ...

    @property
    def share(self) -> float: ...


def unknown(path: str, names: tuple[str, ...], known: Iterable[str]) -> Iterator[Complaint]:
    """Complain of each name that is not among the known ones."""
    names_known = list(dict.fromkeys(known))
    for i, name in enumerate(names):
        if name not in names_known:
            yield Complaint(f"{path}[{i}]", f"there is no {name!r}; {suggest(name, names_known)}")


def versions(profile: Profile) -> Iterator[Complaint]:
    """A version that somebody asks for must be one that a terminal may come to run."""
    known = [model.firmware for model in profile.estate.models]
    known += [campaign.version for campaign in profile.campaigns]
    for section in ("campaigns", "orders", "causes"):
        for i, cohort in enumerate(getattr(profile, section)):
            yield from unknown(f"{section}[{i}].firmware", cohort.firmware, known)
            if isinstance(cohort, BadVersion):
                yield from unknown(f"{section}[{i}].version", (cohort.version,), known)


def _cells(profile: Profile) -> Iterator[str]:
    for region in profile.estate.regions:
        yield from (f"{region.name}-{n}" for n in range(1, region.cells + 1))


_KNOWN: Final[Mapping[str, Callable[[Profile], Iterable[str]]]] = {
    "models": lambda profile: (model.name for model in profile.estate.models),
    "regions": lambda profile: (region.name for region in profile.estate.regions),
    "sectors": lambda profile: (sector.name for sector in profile.estate.sectors),
    "cells": _cells,
}


def _names(key: str, profile: Profile, path: str, cohort: Cohort) -> Iterator[Complaint]:
    yield from unknown(f"{path}.{key}", getattr(cohort, key), _KNOWN[key](profile))


def _sites(profile: Profile, path: str, cohort: Cohort) -> Iterator[Complaint]:
    last = profile.estate.terminals - 1
    for i, site in enumerate(cohort.sites):
        if site > last:
            yield Complaint(
                f"{path}.sites[{i}]", f"there is no {site}; the last terminal is {last}"
            )


def _batches(profile: Profile, path: str, cohort: Cohort) -> Iterator[Complaint]:
    models = profile.estate.models
    named = [model for model in models if model.name in cohort.models]
    most = max(model.batches for model in named or models)
    for i, batch in enumerate(cohort.batches):
        if batch > most:
            yield Complaint(
                f"{path}.batches[{i}]", f"there is no batch {batch}; the last is {most}"
            )


def _nobody(profile: Profile, path: str, cohort: Cohort) -> Iterator[Complaint]:
    """A lottery in which all but surely nobody wins is a mistake."""
    estate = profile.estate
    expected = estate.terminals * cohort.share * _part(cohort.models, estate.models)
    expected *= _part(cohort.regions, estate.regions) * _part(cohort.sectors, estate.sectors)
    if not cohort.sites and expected < _NOBODY:
        yield Complaint(
            f"{path}.share",
            f"of {estate.terminals} terminals {expected:.2g} would take part; raise it",
        )


def _part(names: tuple[str, ...], parts: Sequence[_Part]) -> float:
    # Names that are not there have a complaint of their own.
    return sum(part.share for part in parts if part.name in names) or 1.0


_CohortCheck = Callable[[Profile, str, Cohort], Iterator[Complaint]]

_OF_A_COHORT: Final[tuple[tuple[frozenset[str], _CohortCheck], ...]] = (
    (frozenset({"estate.models.name"}), partial(_names, "models")),
    (frozenset({"estate.regions.name"}), partial(_names, "regions")),
    (frozenset({"estate.sectors.name"}), partial(_names, "sectors")),
    (frozenset({"estate.regions.name", "estate.regions.cells"}), partial(_names, "cells")),
    (frozenset({"estate.terminals"}), _sites),
    (frozenset({"estate.models.name", "estate.models.batches"}), _batches),
    (
        frozenset({"estate.terminals"}).union(
            f"estate.{part}.{key}"
            for part in ("models", "regions", "sectors")
            for key in ("name", "share")
        ),
        _nobody,
    ),
)


def _of_each(section: str, check: _CohortCheck, profile: Profile) -> Iterator[Complaint]:
    for i, cohort in enumerate(getattr(profile, section)):
        yield from check(profile, f"{section}[{i}]", cohort)


CHECKS: Final = tuple(
    (needs, partial(_of_each, section, check))
    for section in ("campaigns", "orders", "causes")
    for needs, check in _OF_A_COHORT
)
"""What must hold of every cohort, each with the keys that it is judged by."""
