"""The remedy ladder: who repairs, when, for how long, and how often they are mistaken."""

import math
from typing import Any

import pytest

from fleet.chance.streams import Streams
from fleet.life.faults import CATALOGUE, Rung
from fleet.life.faults.ladder import Plan, depot, plan, tickets
from fleet.life.faults.service_hours import ServiceHours
from fleet.life.truth import NO_FAULT_FOUND
from fleet.profile import load
from fleet.profile.faults import Support
from fleet.profile.profile import Profile
from fleet.units import DAY_MS, HOUR_MS

POPULATION = 2_000
ALWAYS = ServiceHours(Support(opens=0, closes=DAY_MS, closed_weekdays=()), 0, 0)


def profile_of(faults: Any = None, **support: Any) -> Profile:
    """Return a profile with this support."""
    return load("steady", {"faults": faults or {}, "support": support})


def plans(code: str, profile: Profile, hours: ServiceHours = ALWAYS) -> list[Plan]:
    """Return how a population is repaired of a fault noticed at the epoch."""
    streams = (Streams(1, serial) for serial in range(POPULATION))
    return [plan(each, profile, hours, CATALOGUE[code], 0) for each in streams]


def within_4_sigma(count: int, p: float) -> bool:
    """Return whether a count of the population is what the chance says."""
    return abs(count - POPULATION * p) <= 4 * math.sqrt(POPULATION * p * (1 - p))


@pytest.mark.parametrize(
    ("code", "law"),
    [("SW-701", "watchdog"), ("PRN-503", "merchant"), ("UPD-952", "remote"), ("PRN-505", "swap")],
)
def test_repair_times_follow_the_law_of_their_profile(code: str, law: str) -> None:
    """Half of the repairs take less than the median, 95 % less than the tail (4 sigma)."""
    profile = profile_of(misdiagnosis=0.0)
    taken = [each.until - each.began_at for each in plans(code, profile)]
    expected = getattr(profile.repair, law)
    for q in (0.5, 0.95):
        assert within_4_sigma(sum(ms <= expected.quantile(q) for ms in taken), q)


def test_two_rungs_share_the_cures_as_the_catalogue_says() -> None:
    """Half of the unstable supplies are mended by the merchant, half by a technician."""
    rungs = [each.rung for each in plans("PWR-101", profile_of())]
    assert set(rungs) == {Rung.MERCHANT, Rung.VISIT}
    assert within_4_sigma(rungs.count(Rung.MERCHANT), 0.5)


@pytest.mark.parametrize("share", [0.1, 0.4])
def test_support_is_mistaken_as_often_as_asked(share: float) -> None:
    """A wrong diagnosis costs a visit of its own, with a ticket that names another fault."""
    found = plans("PRN-505", profile_of(misdiagnosis=share))
    mistaken = [each for each in found if len(each.visits) > 1]
    assert within_4_sigma(len(mistaken), share)
    assert all(each.visits[0].diagnosis != "PRN-505" for each in mistaken)
    assert all(each.visits[-1].diagnosis == "PRN-505" for each in found)
    first, second = tickets(mistaken[0], "user_report", "FL1", first=4, fault=7)
    assert (first.number, second.number) == (4, 5)
    assert first.diagnosis != second.diagnosis == "PRN-505"


def test_a_wrong_diagnosis_takes_its_part_of_a_repair_that_was_asked_for() -> None:
    """A kind's own law says how long its repair takes, whatever it was first taken for."""
    own = {"PRN-505": {"onset": "9d", "repair": "6h"}}
    found = plans("PRN-505", profile_of(own, misdiagnosis=0.4))
    mistaken = [each for each in found if len(each.visits) > 1]
    assert within_4_sigma(len(mistaken), 0.4)
    assert {each.until - each.began_at for each in found} == {6 * HOUR_MS}
    for each in mistaken:
        first, second = each.visits
        assert first.diagnosis != second.diagnosis == "PRN-505"
        assert each.began_at == first.start_at <= first.end_at == second.start_at
        assert second.end_at == each.until


def test_the_depot_finds_nothing_as_often_as_asked() -> None:
    """A quarter of the swapped units have no fault that anybody could find."""
    profile = profile_of(misdiagnosis=0.0)
    streams = Streams(2, 1)
    swap = plan(streams, profile, ALWAYS, CATALOGUE["PRN-505"], 0)
    (ticket,) = tickets(swap, "user_report", "FL1", first=1, fault=1)
    returned = [depot(streams, profile, ticket, 2, 0) for _ in range(POPULATION)]
    nothing = [each for each in returned if each.diagnosis == NO_FAULT_FOUND]
    assert within_4_sigma(len(nothing), 0.25)
    assert {each.kind for each in returned} == {"depot"}


def test_visits_begin_and_end_in_service_hours() -> None:
    """No technician and no courier works at night or on a Sunday; the hotline does."""
    hours = ServiceHours(Support(), 0, 0)
    for each in plans("PRN-505", profile_of(), hours):
        for visit in each.visits:
            for at in (visit.start_at, visit.end_at):
                assert 9 * HOUR_MS <= at % DAY_MS <= 18 * HOUR_MS
                assert at // DAY_MS % 7 != 6


def test_work_is_counted_within_service_hours() -> None:
    """Four hours from five in the afternoon on Saturday end at noon on Monday."""
    hours = ServiceHours(Support(), 0, 0)
    saturday = 5 * DAY_MS
    begun, done = hours.work(saturday + 17 * HOUR_MS, 4 * HOUR_MS)
    assert begun == saturday + 17 * HOUR_MS
    assert done == saturday + 2 * DAY_MS + 12 * HOUR_MS


def test_downtime_has_two_humps() -> None:
    """Swaps that miss the evening wait for the morning: some end the same day, none at night."""
    found = plans("PRN-505", profile_of(misdiagnosis=0.0), ServiceHours(Support(), 0, 0))
    assert all(each.until > each.began_at for each in found)
    assert {each.until % DAY_MS // HOUR_MS for each in found} <= set(range(9, 19))


def test_support_is_reached_by_every_channel() -> None:
    """Somebody has to be reached before anything is done from afar; a provider takes longer."""
    own, providers = (
        [each.opened_at or 0 for each in plans(code, profile_of())]
        for code in ("UPD-952", "COM-208")
    )
    assert min(own) > 0
    assert sum(providers) > sum(own)
