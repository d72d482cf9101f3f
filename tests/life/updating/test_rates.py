"""Each chance of `[update]` comes out as asked: 4 sigma over a large population, seed fixed."""

import pytest

from fleet.life.states import Event
from fleet.profile.updating import Update
from tests.life.lives import within_4_sigma, worlds_of
from tests.life.updating.estates import NEW, updating

E = Event
POPULATION = 400
CHANCE = 0.3


def share_of(chance: str, event: Event, kind: str, codes: tuple[str, ...]) -> int:
    """Return how many of the population met an event with one of the codes, once or more."""
    profile = updating(
        {"kind": kind},
        **{f"update__{chance}": CHANCE},
        update__transfer="drawn",
        update__attempts_max=1,
        update__manual_after="30d",
        estate__terminals=POPULATION,
    )
    met = 0
    for world in worlds_of(profile, POPULATION, hours=2.5):
        met += any(s.event is event and (not codes or s.code in codes) for s in world.steps)
    return met


@pytest.mark.parametrize(
    ("chance", "event", "kind", "codes"),
    [
        ("defer", E.UPDATE_DEFERRED, "firmware", ()),
        ("backup_failure", E.BACKUP_FAILED, "firmware", ("DAT-973",)),
        ("stall", E.UPDATE_PAUSED, "firmware", ("stall",)),
        ("rejected", E.UPDATE_REJECTED, "firmware", ("AERR",)),
        ("expired", E.UPDATE_EXPIRED, "firmware", ("UPD-958",)),
        ("cancelled", E.UPDATE_CANCELLED, "firmware", ("UPD-958",)),
        ("no_space", E.UPDATE_FAILED, "firmware", ("UPD-952",)),
        ("download_failure", E.UPDATE_FAILED, "firmware", ("UPD-951",)),
        ("checksum_failure", E.UPDATE_FAILED, "firmware", ("UPD-953",)),
        ("wrong_version", E.UPDATE_FAILED, "firmware", ("UPD-955",)),
        ("parameter_interrupted", E.PARAMETERS_CUT_OFF, "parameter", ("UPD-957",)),
        ("interface_lost", E.FAULT_STRUCK, "parameter", ("PAY-801",)),
        ("install_failure", E.UPDATE_FAILED, "firmware", ("UPD-954",)),
        ("bricked", E.UPDATE_BRICKED, "firmware", (NEW,)),
        ("post_test_failure", E.UPDATE_ROLLED_BACK, "firmware", ()),
        ("compatibility_failure", E.UPDATE_ROLLED_BACK, "firmware", ()),
        ("migration_failure", E.DATA_RESTORED, "firmware", ("DAT-972",)),
    ],
)
def test_a_chance_comes_out_as_asked(
    chance: str, event: Event, kind: str, codes: tuple[str, ...]
) -> None:
    """The count of terminals that meet it lies within 4 sigma of population times chance."""
    within_4_sigma(share_of(chance, event, kind, codes), POPULATION, CHANCE)


@pytest.mark.parametrize(
    ("chance", "event", "code"),
    [
        ("manual_declined", E.MAINTENANCE_ENDED, "declined"),
        ("manual_failure", E.REGISTERED, ""),
        ("wrong_master_password", E.MASTER_PASSWORD_REFUSED, ""),
    ],
)
def test_the_manual_way_goes_wrong_as_asked(chance: str, event: Event, code: str) -> None:
    """The same, of those whose automatic way is shut, which is everybody."""
    profile = updating(
        **{f"update__{chance}": CHANCE},
        update__transfer="drawn",
        update__install_failure=1.0,
        update__attempts_max=1,
        update__manual_after="10m",
        update__manual="10m",
        estate__terminals=POPULATION,
    )
    met = 0
    for world in worlds_of(profile, POPULATION, hours=4):
        shut = next(n for n, s in enumerate(world.steps) if s.event is E.AUTOMATION_DISABLED)
        met += any(s.event is event and s.code == code for s in world.steps[shut:])
    within_4_sigma(met, POPULATION, CHANCE)


def test_the_span_is_used_and_data_lost_as_asked() -> None:
    """`maintenance.used`, and of those that use it `maintenance.lost`."""
    span = {"opens": "9h", "lasts": "30m", "used": 0.4, "lost": 0.5}
    profile = updating(campaigns=[], maintenance=span, estate__terminals=POPULATION)
    codes = []
    for world in worlds_of(profile, POPULATION, hours=1.9):
        codes += [s.code for s in world.steps if s.event is E.USED_IN_MAINTENANCE]
    within_4_sigma(len(codes), POPULATION, 0.4)
    within_4_sigma(codes.count("lost"), len(codes), 0.5)


def test_defaults_add_up_to_the_first_attempts_that_fail() -> None:
    """3 % of first attempts fail: download 55, storage 10, checksum 5, install 20, test 10."""
    rule = Update()
    parts = {
        "download": rule.download_failure,
        "storage": rule.no_space,
        "checksum": rule.checksum_failure,
        "install": rule.install_failure,
        "test": rule.post_test_failure + rule.compatibility_failure,
    }
    assert sum(parts.values()) == pytest.approx(0.03)
    assert [round(part / 0.03, 3) for part in parts.values()] == [0.55, 0.1, 0.05, 0.2, 0.1]
