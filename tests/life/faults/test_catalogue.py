"""The catalogue is whole, and its default laws add up to what they say."""

import pytest

from fleet.chance.noise import lane_levels, levels
from fleet.life.channels import COLUMN
from fleet.life.faults import CATALOGUE, Clock
from fleet.life.faults.kinds import Hazard
from fleet.life.faults.laws import YEAR_H
from fleet.life.gauges import GAUGES
from fleet.life.symptoms import Symptom
from fleet.profile import ProfileError, load
from fleet.profile.faults import CODES, WITHOUT_LAW
from fleet.units import HOUR_MS
from fleet.wire.messages import SlowReadings

HARDWARE = {
    "RDR-402": 0.022, "PRN-504": 0.012, "PRN-505": 0.008, "PWR-103": 0.020, "PWR-102": 0.015,
    "HW-603": 0.012, "HW-601": 0.003, "HW-602": 0.004, "SEC-901": 0.008, "RDR-401": 0.006,
    "RDR-403": 0.006, "COM-204": 0.006, "HW-604": 0.005,
}  # fmt: skip


def yearly(hazard: Hazard) -> float:
    """Return the hazard of an average one of the first four years."""
    return hazard.law.cumulative_hazard(4 * YEAR_H[hazard.clock] * HOUR_MS) / 4


def test_the_profile_knows_every_code() -> None:
    """What may stand in a profile is what the catalogue holds; those without a law are named."""
    assert tuple(CATALOGUE) == CODES or set(CATALOGUE) == set(CODES)
    assert {code for code, kind in CATALOGUE.items() if kind.hazard is None} == WITHOUT_LAW
    assert "PAY-804" not in CATALOGUE


@pytest.mark.parametrize("code", sorted(HARDWARE))
def test_hardware_fails_by_its_share(code: str) -> None:
    """Each part has its share of the split, on average over four years."""
    hazard = CATALOGUE[code].hazard
    assert hazard is not None
    assert yearly(hazard) == pytest.approx(HARDWARE[code], rel=0.06)


def test_the_split_comes_to_thirteen_percent() -> None:
    """All parts together, the rest of the mainboard included, stay near 13 % a year."""
    total = sum(HARDWARE.values()) + 0.003
    assert total == pytest.approx(0.13, abs=0.005)


def test_every_symptom_names_a_reading() -> None:
    """Each precursor and each effect moves a channel of heartbeats or of status reports."""
    known = {*COLUMN, *(gauge.name for gauge in GAUGES)}
    symptoms: list[Symptom] = []
    for kind in CATALOGUE.values():
        symptoms += [*kind.precursors, *kind.effect.shows]
    assert {symptom.channel for symptom in symptoms} <= known


def test_the_status_report_holds_every_slow_reading() -> None:
    """Gauges are the message's fields, in order."""
    assert tuple(gauge.name for gauge in GAUGES) == SlowReadings.__struct_fields__


def test_a_single_row_of_noise_is_as_among_many() -> None:
    """The cheap hash of one row gives what the vectorised one gives."""
    import numpy as np  # noqa: PLC0415

    serial, seq = np.array([7, 2**40], np.uint64), np.array([9, 2**62], np.uint64)
    many = levels(5, serial, seq, 19)
    assert lane_levels(5, 7, 9, 19) == many[0].tolist()
    assert lane_levels(5, 2**40, 2**62, 19) == many[1].tolist()


@pytest.mark.parametrize(
    ("overrides", "complaint"),
    [
        ({"faults": {"PRN-599": {"onset": "1h"}}}, "there is no fault 'PRN-599'"),
        ({"faults": {"COM-207": {}}}, "has no law of its own"),
        ({"hazards.models": {"nobody": 2.0}}, "there is no 'nobody'"),
        ({"support.opens": "18:00", "support.closes": "09:00"}, "service must close after"),
    ],
)
def test_contradictions_are_refused(overrides: dict[str, object], complaint: str) -> None:
    """A code that does not exist, a kind without a law, an unknown model, hours in reverse."""
    with pytest.raises(ProfileError, match=complaint):
        load("steady", overrides)


def test_the_preset_lets_all_kinds_with_a_law_strike() -> None:
    """One line of a profile turns the whole catalogue on; clocks differ."""
    from fleet.life.faults.slate import Slate  # noqa: PLC0415

    slate = Slate(load("steady", {"faults": {}, "hazards.preset": "default"}))
    assert len(slate.risks) == len(CATALOGUE) - len(WITHOUT_LAW)
    assert {risk.clock for risk in slate.risks} == set(Clock)
