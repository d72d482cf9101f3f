"""Faults strike by their laws, on powered time, and wear raises their hazards."""

import math

import pytest

from fleet.chance.streams import Streams
from fleet.life.faults import CATALOGUE, NEVER, Risks
from fleet.profile.scenario import Fault
from fleet.units import DAY_MS, HOUR_MS

POPULATION = 4_000


def profile_of(**onsets: object) -> dict[str, Fault]:
    """Return fault profiles with these onsets and a repair of an hour."""
    return {
        code.replace("_", "-"): Fault.model_validate({"onset": onset, "repair": "1h"})
        for code, onset in onsets.items()
    }


EXPONENTIAL = {"law": "exponential", "mean": "10d"}
WEIBULL = {"law": "weibull", "shape": 2.0, "scale": "10d"}


@pytest.mark.parametrize("onset", [EXPONENTIAL, WEIBULL])
def test_first_onsets_follow_the_law(onset: dict[str, object]) -> None:
    """The share that has struck by a deadline is what the law says, within 4 sigma."""
    profiles = profile_of(PWR_101=onset)
    deadline = 6 * DAY_MS
    struck = 0
    for serial in range(POPULATION):
        risks = Risks(Streams(1, serial), profiles)
        risks.power_on(0)
        struck += risks.at <= deadline
    p = profiles["PWR-101"].onset.cdf(deadline)
    assert abs(struck - POPULATION * p) <= 4 * math.sqrt(POPULATION * p * (1 - p))


def test_competing_risks_share_the_strikes_by_their_hazards() -> None:
    """With constant hazards, who strikes first goes by the ratio of the rates, within 4 sigma."""
    profiles = profile_of(
        PWR_101={"law": "exponential", "mean": "10d"}, COM_201={"law": "exponential", "mean": "30d"}
    )
    first = 0
    for serial in range(POPULATION):
        risks = Risks(Streams(2, serial), profiles)
        risks.power_on(0)
        first += risks.strike(risks.at).kind.code == "PWR-101"
    p = 0.75
    assert abs(first - POPULATION * p) <= 4 * math.sqrt(POPULATION * p * (1 - p))


def test_only_powered_time_counts() -> None:
    """A night without power shifts the onset by the night."""
    profiles = profile_of(PWR_101=WEIBULL)
    awake = Risks(Streams(3, 1), profiles)
    awake.power_on(0)
    asleep = Risks(Streams(3, 1), profiles)
    asleep.power_on(0)
    asleep.power_off(8 * HOUR_MS)
    assert asleep.at == NEVER
    asleep.power_on(20 * HOUR_MS)
    assert asleep.at == awake.at + 12 * HOUR_MS


def test_a_kind_is_out_of_the_race_until_its_repair() -> None:
    """What struck does not strike again before it is repaired, and then starts anew."""
    profiles = profile_of(PWR_101="5h")
    risks = Risks(Streams(4, 1), profiles)
    risks.power_on(0)
    assert risks.strike(risks.at).kind is CATALOGUE["PWR-101"]
    assert risks.at == NEVER
    risks.renew("PWR-101", 7 * HOUR_MS)
    assert risks.at == 12 * HOUR_MS


def test_wear_multiplies_the_hazard_from_then_on() -> None:
    """After damage that triples a constant hazard, the mean remaining life is a third."""
    profiles = profile_of(PWR_101=EXPONENTIAL)
    remaining = []
    for serial in range(POPULATION):
        risks = Risks(Streams(5, serial), profiles)
        risks.power_on(0)
        if risks.at > DAY_MS:
            risks.wear(DAY_MS, 3.0)
            remaining.append(risks.at - DAY_MS)
    mean = sum(remaining) / len(remaining)
    expected = 10 * DAY_MS / 3
    assert abs(mean - expected) <= 4 * expected / math.sqrt(len(remaining))


def test_what_does_not_wear_is_left_alone_by_damage() -> None:
    """A carrier's outage does not care how the terminal was treated."""
    profiles = profile_of(COM_201=EXPONENTIAL)
    risks = Risks(Streams(6, 1), profiles)
    risks.power_on(0)
    before = risks.at
    risks.wear(HOUR_MS, 5.0)
    assert risks.at == before


def test_a_precursor_begins_before_the_onset_and_reaches_its_rise() -> None:
    """The drift starts at the configured time before the onset, and rises to its full height."""
    fault = Fault.model_validate({"onset": "10h", "repair": "1h", "precursor": "2h"})
    risks = Risks(Streams(7, 1), {"SW-702": fault})
    risks.power_on(HOUR_MS)
    ((_, symptom, begin, grow_ms),) = risks.warnings()
    assert symptom.channel == "mem_pct"
    assert (begin, grow_ms) == (9 * HOUR_MS, 2 * HOUR_MS)


def test_no_faults_no_risk() -> None:
    """A profile without faults never strikes."""
    risks = Risks(Streams(8, 1), {})
    risks.power_on(0)
    assert risks.at == NEVER
