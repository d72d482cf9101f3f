"""How an update ends that does not succeed at once."""

from typing import Any

import pytest

from fleet.life.states import Event, State
from fleet.life.truth import FaultTruth
from fleet.units import HOUR_MS, MINUTE_MS
from tests.life.lives import within_4_sigma
from tests.life.updating.estates import NEW, codes, lived, updating, words

E = Event


def ended(**overrides: Any) -> list[str]:
    """Return how the attempts of a campaign end where one thing always goes wrong."""
    world, _ = lived(updating(**overrides), 12)
    return codes(world, E.UPDATE_FAILED)


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        ("download_failure", "UPD-951"),
        ("no_space", "UPD-952"),
        ("checksum_failure", "UPD-953"),
        ("wrong_version", "UPD-955"),
        ("install_failure", "UPD-954"),
    ],
)
def test_an_attempt_that_fails_is_made_again(failure: str, code: str) -> None:
    """Two failures of the automatic way, each with its code, told to the server."""
    assert ended(**{f"update__{failure}": 1.0}, update__manual_declined=1.0) == [code, code]


def test_a_wrong_byte_is_found_by_the_checksum_itself() -> None:
    """The bytes are hashed: all chunks come twice, and the second time they are no better."""
    profile = updating(update__checksum_failure=1.0, update__manual_declined=1.0)
    world, _ = lived(profile, 8)
    assert [r.number for r in world.heard_of("chunk")] == [*range(8), *range(8)]


def test_a_package_that_nobody_signed_is_refused() -> None:
    """Every byte is right and the signature is not: UPD-953."""
    world, terminal = lived(updating({"signed": False}, update__manual_declined=1.0), 8)
    assert codes(world, E.UPDATE_FAILED) == ["UPD-953", "UPD-953"]
    assert terminal.pulse.fw != NEW


def test_a_lull_passes_or_fails_the_attempt() -> None:
    """A short one only takes its time; one that is too long is a download that failed."""
    world, _ = lived(updating(update__stall=1.0, update__stalled="10m"), 4)
    assert codes(world, E.UPDATE_PAUSED) == codes(world, E.UPDATE_RESUMED) == ["stall"]
    assert world.events()[-1] is E.UPDATED
    long = updating(update__stall=1.0, update__stalled="2h", update__pause_max="1h")
    world, _ = lived(long, 3)
    assert codes(world, E.UPDATE_FAILED) == ["UPD-951"]


@pytest.mark.parametrize(
    ("chance", "event", "code", "word"),
    [
        ("rejected", E.UPDATE_REJECTED, "AERR", "rejected"),
        ("expired", E.UPDATE_EXPIRED, "UPD-958", "expired"),
        ("cancelled", E.UPDATE_CANCELLED, "UPD-958", "cancelled"),
    ],
)
def test_an_end_without_another_attempt(chance: str, event: Event, code: str, word: str) -> None:
    """Refused, expired or deleted: once, and the old version goes on in service."""
    world, terminal = lived(updating(**{f"update__{chance}": 1.0}), 12)
    assert codes(world, event) == [code]
    assert world.events()[-1] is event
    assert words(world)[-1] == word
    assert terminal.software.job is None
    assert terminal.state is State.READY


def test_an_order_that_has_expired_is_not_offered() -> None:
    """An update that waited too long for an idle half hour is given up: UPD-958."""
    world, _ = lived(updating({"expires": "10m"}), 3)
    assert codes(world, E.UPDATE_EXPIRED) == ["UPD-958"]
    assert E.UPDATE_OFFERED not in world.events()


def test_a_package_for_another_model_fails_at_once() -> None:
    """UPD-955 as soon as the order comes; nobody is asked and nothing is fetched."""
    world, terminal = lived(updating({"made_for": ["B2"]}), 3)
    assert codes(world, E.UPDATE_FAILED) == ["UPD-955"]
    assert words(world) == ["failed"]
    assert terminal.state is State.READY
    assert E.UPDATE_OFFERED not in world.events()


def test_a_version_that_fails_its_test_is_rolled_back() -> None:
    """The old slot runs again, and the update is not reported as a success (T37)."""
    for chance in ("post_test_failure", "compatibility_failure"):
        world, terminal = lived(updating(**{f"update__{chance}": 1.0}), 12)
        assert E.UPDATE_ROLLED_BACK in world.events()
        assert E.UPDATED not in world.events()
        assert terminal.pulse.fw != NEW
        assert words(world)[-1] == "rolled_back"


def test_a_defect_shows_on_its_models_alone() -> None:
    """A version with a defect is rolled back where it has one."""
    for where, rolled_back in (("S1", True), ("B2", False)):
        world, _ = lived(updating({"defect": 1.0, "defect_models": [where]}), 6)
        assert (E.UPDATE_ROLLED_BACK in world.events()) == rolled_back


def test_a_defect_that_no_test_shows_crashes_the_terminal_until_another_version_runs() -> None:
    """SW-703 some time after each sign-in, told as a failed update; the cure ends it."""
    bad = {"defect": 1.0, "defect_caught": 0.0, "crash_after": "2h", "name": "bad"}
    cure = {"name": "cure", "version": "9.9.10", "at": "12h"}
    profile = updating(campaigns=[{"version": NEW, "at": "0s", **bad}, cure])
    world, terminal = lived(profile, 24)
    struck = [s.at_ms for s in world.steps if (s.event, s.code) == (E.REBOOTED, "SW-703")]
    updated = {s.code: s.at_ms for s in world.steps if s.event is E.UPDATED}
    assert E.UPDATE_ROLLED_BACK not in world.events()
    assert len(struck) >= 5
    assert min(struck) - updated[NEW] == pytest.approx(2 * HOUR_MS, abs=MINUTE_MS)
    assert updated[NEW] < min(struck) < max(struck) < updated["9.9.10"]
    told = [(m.state, m.version, m.error) for m in world.heard_of("update") if m.error]
    assert told == [("failed", NEW, "SW-703")] * len(struck)
    truths = [t for t in world.truths if isinstance(t, FaultTruth) and t.code == "SW-703"]
    assert {(t.cause, t.mechanism) for t in truths} == {("bad", "firmware")}
    assert terminal.pulse.fw == "9.9.10"


@pytest.mark.parametrize("caught", [0.0, 0.3])
def test_a_defect_is_caught_as_often_as_asked(caught: float) -> None:
    """Of those which a version does not fit some roll back, and the others crash."""
    bad = {"defect": 0.5, "defect_caught": caught, "crash_after": "30m", "forced": True}
    profile = updating(bad, update__transfer="drawn", estate__terminals=200)
    worlds = [lived(profile, 4, index=n)[0] for n in range(200)]
    caught_ones = sum(E.UPDATE_ROLLED_BACK in world.events() for world in worlds)
    crashed = sum("SW-703" in codes(world, E.FAULT_RAISED) for world in worlds)
    within_4_sigma(caught_ones, 200, 0.5 * caught)
    within_4_sigma(crashed, 200, 0.5 * (1.0 - caught))


def test_a_bricked_terminal_is_out_of_order_and_tells_nobody() -> None:
    """It cannot start any more: the server never hears how the update ended."""
    world, _ = lived(updating(update__bricked=1.0), 2)
    step = next(s for s in world.steps if s.event is E.UPDATE_BRICKED)
    assert step.target is State.OUT_OF_ORDER
    assert words(world)[-1] == "installing"


def test_without_a_backup_the_update_goes_on() -> None:
    """DAT-973 is a warning, no end."""
    world, _ = lived(updating(update__backup_failure=1.0), 3)
    assert codes(world, E.BACKUP_FAILED) == ["DAT-973"]
    assert world.events()[-1] is E.UPDATED


def test_data_that_does_not_fit_is_lost_without_a_backup() -> None:
    """Old data is restored from the backup; where there is none, it is lost (DAT-972)."""
    world, _ = lived(updating(update__migration_failure=1.0), 3)
    assert codes(world, E.DATA_RESTORED) == ["DAT-972"]
    lost = updating(update__migration_failure=1.0, update__backup_failure=1.0)
    world, _ = lived(lost, 3)
    assert codes(world, E.DATA_LOST) == ["DAT-972"]
