"""Hazards strike by their laws, on the right clocks, and what they collect is accountable."""

import math

import pytest

from fleet.chance.streams import Streams
from fleet.life.faults import CATALOGUE, NEVER, Clock
from fleet.life.faults.clocks import Clocks
from fleet.life.faults.risks import Risks
from fleet.life.faults.slate import Slate
from fleet.life.vitals import STREET
from fleet.units import DAY_MS, HOUR_MS
from tests.life.faults.races import DAY_OF_USE_MS, FLAT, profile_of, race_of

POPULATION = 4_000
EXPONENTIAL = {"law": "exponential", "mean": "10d"}
WEIBULL = {"law": "weibull", "shape": 2.0, "scale": "10d"}
FALLING = {"law": "weibull", "shape": 0.5, "scale": "10d"}


def slate_of(**onsets: object) -> Slate:
    """Return a slate of kinds with these onsets on powered time."""
    return Slate(profile_of({c.replace("_", "-"): {"onset": onset} for c, onset in onsets.items()}))


@pytest.mark.parametrize("onset", [EXPONENTIAL, WEIBULL, FALLING])
@pytest.mark.parametrize("age_d", [0, 7])
def test_first_onsets_follow_the_law(onset: dict[str, object], age_d: int) -> None:
    """The share that has struck by a deadline is the law's, given the age at entry (4 sigma)."""
    slate = slate_of(PWR_101=onset)
    law, age, deadline = slate.risks[0].law, age_d * DAY_MS, 6 * DAY_MS
    struck = sum(
        race_of(slate, n, age_ms=age).at <= deadline for n in range(POPULATION)
    )  # fmt: skip
    p = 1.0 - law.survival(age + deadline) / law.survival(age)
    assert abs(struck - POPULATION * p) <= 4 * math.sqrt(POPULATION * p * (1 - p))


def test_competing_risks_share_the_strikes_by_their_hazards() -> None:
    """With constant hazards, who strikes first goes by the ratio of the rates, within 4 sigma."""
    slate = slate_of(PWR_101=EXPONENTIAL, COM_201={"law": "exponential", "mean": "30d"})
    first = 0
    for serial in range(POPULATION):
        risks = race_of(slate, serial)
        first += risks.strike(risks.at).kind.code == "PWR-101"
    p = 0.75
    assert abs(first - POPULATION * p) <= 4 * math.sqrt(POPULATION * p * (1 - p))


def test_only_powered_time_counts() -> None:
    """A night without power shifts the onset by the night."""
    slate = slate_of(PWR_101=WEIBULL)
    awake, asleep = race_of(slate, 1), race_of(slate, 1)
    asleep.power_off(8 * HOUR_MS)
    assert asleep.at == NEVER
    asleep.power_on(20 * HOUR_MS)
    assert asleep.at == awake.at + 12 * HOUR_MS


def test_calendar_time_counts_through_the_night() -> None:
    """What ages by the calendar strikes at its instant, seen when the power is back."""
    fault = {"onset": "10h", "clock": "calendar"}
    risks = race_of(Slate(profile_of({"SEC-902": fault})), 1)
    risks.power_off(8 * HOUR_MS)
    risks.power_on(20 * HOUR_MS)
    assert risks.at == 10 * HOUR_MS
    assert risks.strike(20 * HOUR_MS).onset_at == 10 * HOUR_MS


def test_use_passes_as_fast_as_customers_come() -> None:
    """Two hours of use take four at half the pace, and one at double."""
    slate = Slate(profile_of({"RDR-402": {"onset": "2h", "clock": "use"}}))
    assert race_of(slate, 1, pace=0.5).at == 4 * HOUR_MS
    assert race_of(slate, 1, pace=2.0).at == HOUR_MS


@pytest.mark.parametrize("hours", [0.3, 5.0, 25.0, 24.0 * 900 + 0.01])
def test_a_clock_of_use_and_its_inverse_agree(hours: float) -> None:
    """The instant at which so much use was made is the instant that was asked for."""
    clocks = Clocks(STREET, 10.0 * HOUR_MS, 5 * HOUR_MS, (0.0, 7.0, 0.0))
    clocks.start(2 * HOUR_MS)
    at = round(hours * HOUR_MS) + 2 * HOUR_MS
    assert clocks.when(Clock.USE, clocks.reading(Clock.USE, at)) == pytest.approx(at, abs=1)


def test_use_before_the_night_is_kept() -> None:
    """The clock of use stands still without power and goes on where it stood."""
    clocks = Clocks(FLAT, DAY_OF_USE_MS, 0, (0.0, 0.0, 0.0))
    clocks.start(0)
    clocks.stop(3 * HOUR_MS)
    clocks.start(20 * HOUR_MS)
    assert clocks.reading(Clock.USE, 21 * HOUR_MS) == pytest.approx(4 * HOUR_MS)
    assert clocks.when(Clock.USE, 5 * HOUR_MS) == 22 * HOUR_MS


def test_a_kind_is_out_of_the_race_until_its_repair() -> None:
    """What struck does not strike again before it is repaired, and then starts anew."""
    risks = race_of(slate_of(PWR_101="5h"), 1)
    assert risks.strike(risks.at).kind is CATALOGUE["PWR-101"]
    assert risks.at == NEVER
    risks.renew("PWR-101", 7 * HOUR_MS)
    assert risks.at == 12 * HOUR_MS


def test_wear_multiplies_the_hazard_from_then_on() -> None:
    """After damage that triples a constant hazard, the mean remaining life is a third."""
    slate = slate_of(PWR_101=EXPONENTIAL)
    remaining = []
    for serial in range(POPULATION):
        risks = race_of(slate, serial)
        if risks.at > DAY_MS:
            risks.wear(DAY_MS, 3.0)
            remaining.append(risks.at - DAY_MS)
    mean = sum(remaining) / len(remaining)
    expected = 10 * DAY_MS / 3
    assert abs(mean - expected) <= 4 * expected / math.sqrt(len(remaining))


def test_what_is_multiplied_and_divided_again_is_as_before() -> None:
    """A stress that ends at once leaves the story as it was, whatever the law."""
    slate = slate_of(PWR_101=EXPONENTIAL, RDR_402=WEIBULL, HW_606=FALLING)
    for serial in range(50):
        risks = race_of(slate, serial)
        before = risks.at
        for code in ("PWR-101", "RDR-402", "HW-606"):
            risks.scale(code, 7.0, HOUR_MS)
            risks.scale(code, 1.0 / 7.0, HOUR_MS)
        assert risks.at == pytest.approx(before, abs=5)


def test_what_does_not_wear_is_left_alone_by_damage() -> None:
    """A carrier's outage does not care how the terminal was treated."""
    risks = race_of(slate_of(COM_201=EXPONENTIAL), 1)
    before = risks.at
    risks.wear(HOUR_MS, 5.0)
    assert risks.at == before


def test_a_patch_eases_software_alone() -> None:
    """An update lowers the hazards of software, and of nothing else."""
    slate = slate_of(SW_702=EXPONENTIAL, PWR_101=EXPONENTIAL)
    eased = kept = 0
    for serial in range(200):
        risks, patched = race_of(slate, serial), race_of(slate, serial)
        patched.patch(0, 0.5)
        eased += patched._strikes.readings[1] > risks._strikes.readings[1]
        kept += patched._strikes.readings[0] == risks._strikes.readings[0]
    assert slate.index == {"PWR-101": 0, "SW-702": 1}
    assert (eased, kept) == (200, 200)


def test_a_precursor_begins_its_lead_before_the_onset() -> None:
    """It shows from the configured time before the onset, and has grown by then."""
    slate = Slate(profile_of({"SW-702": {"onset": "10h", "precursor": "2h"}}))
    risks = race_of(slate, 1)
    assert risks.shows_at == 8 * HOUR_MS
    assert not list(risks.showing(7 * HOUR_MS))
    ((kind, begin, grow_ms),) = risks.showing(8 * HOUR_MS)
    assert (kind.code, begin, grow_ms) == ("SW-702", 8 * HOUR_MS, 2 * HOUR_MS)
    assert risks.strike(risks.at).shown_from == 8 * HOUR_MS


@pytest.mark.parametrize("pace", [0.3, 1.0, 7.3, 41.7])
def test_who_wakes_for_a_precursor_finds_it(pace: float) -> None:
    """At the instant for which it was announced it shows, however fast the clock of use runs."""
    worn = {"onset": {"law": "weibull", "shape": 2.0, "scale": "900d"}, "clock": "use"}
    slate = Slate(profile_of({"RDR-402": {**worn, "precursor": "1s"}}))
    for serial in range(200):
        risks = race_of(slate, serial, pace=pace, curve=STREET)
        at = risks.shows_at
        assert at <= risks.at
        assert [kind.code for kind, *_ in risks.showing(at)] == ["RDR-402"]
        assert risks.shows_at > at


def test_an_inspection_renews_what_gets_dirty_and_nothing_else() -> None:
    """Dust starts anew after an inspection; the worn chip reader does not."""
    slate = Slate(profile_of({"RDR-405": {"onset": "10h"}, "RDR-402": {"onset": "30h"}}))
    risks = race_of(slate, 1)
    (ended,) = risks.inspect(8 * HOUR_MS)
    assert (ended.code, ended.end_reason) == ("RDR-405", "preventive")
    assert risks.at == 18 * HOUR_MS


def test_no_faults_no_risk() -> None:
    """A profile without faults never strikes."""
    assert race_of(slate_of(), 1).at == NEVER


LAWS = {"PWR-101": {"onset": EXPONENTIAL}, "RDR-402": {"onset": WEIBULL, "clock": "use"},
        "SW-702": {"onset": FALLING}, "RDR-405": {"onset": WEIBULL, "clock": "calendar"},
        "HW-606": {"onset": EXPONENTIAL}}  # fmt: skip


def rough_life(slate: Slate, serial: int) -> tuple[list[str], dict[str, float]]:
    """Live 20 days of damage, stress, patches and inspections; return strikes and hazards."""
    aged_ms = 3.0 * DAY_MS
    risks = race_of(slate, serial, age_ms=aged_ms, curve=STREET, spread=0.4, multiplier=1.3)
    struck, lives = [], []
    for day in range(20):
        morning = day * DAY_MS + 8 * HOUR_MS
        risks.power_on(morning)
        evening = morning + 12 * HOUR_MS
        while risks.at <= evening:
            now = max(risks.at, morning)
            fault = risks.strike(now)
            struck.append(fault.kind.code)
            lives += [life for life in (fault.life, fault.beside) if life is not None]
            risks.wear(now, 1.01)
            risks.renew(fault.kind.code, now)
        if day == 5:
            risks.scale("HW-606", 6.0, evening)
        if day == 9:
            risks.scale("HW-606", 1 / 6.0, evening)
            risks.patch(evening, 0.5)
        if day == 12:
            lives += risks.inspect(evening)
        risks.power_off(evening)
    lives += risks.end_all(20 * DAY_MS, "study_end")
    hazards: dict[str, float] = {}
    for life in lives:
        collected = life.cum_hazard_exit - life.cum_hazard_entry
        hazards[life.code] = hazards.get(life.code, 0.0) + collected
    assert sum(life.event_observed for life in lives) == len(struck)
    return struck, hazards


def test_faults_are_as_many_as_the_hazard_that_was_collected() -> None:
    """Through age, use, damage, stress, patch and inspection: count = hazard, within 4 sigma."""
    slate = Slate(profile_of(LAWS))
    lives = [rough_life(slate, serial) for serial in range(400)]
    for code in LAWS:
        count = sum(struck.count(code) for struck, _ in lives)
        hazard = sum(hazards.get(code, 0.0) for _, hazards in lives)
        assert hazard > 100
        assert abs(count - hazard) <= 4 * math.sqrt(hazard), code


def test_early_failures_come_to_the_share_of_units_that_have_a_defect() -> None:
    """One unit in a hundred has a defect, which strikes young; all lives are accounted for."""
    slate = Slate(profile_of({}, preset="default", early=0.2))
    early = 0
    for serial in range(500):
        clocks = Clocks(FLAT, DAY_OF_USE_MS, 0, (0.0, 0.0, 0.0))
        risks = Risks(slate, Streams(3, serial), clocks, "FL00000001")
        risks.power_on(0)
        early += sum(life.shape == 0.5 for life in risks.end_all(0, "study_end"))
    assert abs(early - 100) <= 4 * math.sqrt(500 * 0.2 * 0.8)
