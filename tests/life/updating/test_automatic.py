"""The automatic way, phase by phase, with a real desk that serves real packages."""

from typing import Any, get_args

import pytest

from fleet.life.states import Event, State
from fleet.life.truth import FaultTruth
from fleet.profile.clock import origin_ms
from fleet.profile.members import member
from fleet.tms.desk import Desk
from fleet.units import HOUR_MS, MINUTE_MS
from fleet.wire.messages import CancelUpdate, Update
from fleet.wire.words import Reason
from tests.life.lives import quiet, within_4_sigma
from tests.life.solitude import settle, spend
from tests.life.test_story import BOOT, fault
from tests.life.updating.estates import NEW, codes, lived, updating, words

E = Event
UPDATE = [
    E.UPDATE_OFFERED, E.UPDATE_ACCEPTED, E.UPDATE_DOWNLOADED, E.UPDATE_VERIFIED,
    E.UPDATE_INSTALLED, *BOOT, E.UPDATED,
]  # fmt: skip


def test_an_update_waits_for_half_an_hour_and_two_heartbeats() -> None:
    """It is offered no sooner, installed, and has succeeded when the operator is signed in."""
    world, terminal = lived(updating(), 3)
    offered = next(s for s in world.steps if s.event is E.UPDATE_OFFERED)
    synced = next(s for s in world.steps if s.event is E.SYNCED)
    assert offered.at_ms - synced.at_ms >= 30 * MINUTE_MS
    assert sum(at <= offered.at_ms for at, _ in world.beats) >= 2
    events = world.events()
    assert events[events.index(E.UPDATE_OFFERED) :] == UPDATE
    assert terminal.pulse.fw == NEW
    assert words(world) == [
        "offered", "backing_up", "downloading", "downloaded", "verified", "installing",
        "succeeded",
    ]  # fmt: skip


def test_a_security_update_waits_for_no_idle_half_hour() -> None:
    """It is put to the merchant as soon as it is ordered."""
    world, _ = lived(updating({"reason": "security"}), 1)
    offered = next(s for s in world.steps if s.event is E.UPDATE_OFFERED)
    assert offered.at_ms <= world.beats[0][0] + MINUTE_MS


def test_the_package_is_fetched_in_chunks_and_verified() -> None:
    """Eight chunks of 8 KiB are asked for in order, and their bytes are what was signed."""
    world, _ = lived(updating(), 3)
    requests = world.heard_of("chunk")
    assert [request.number for request in requests] == list(range(8))
    assert {(r.version, r.size, r.chunk) for r in requests} == {(NEW, 65_536, 8_192)}


@pytest.mark.parametrize("index", range(6))
def test_a_life_is_the_same_whether_chunks_are_carried_or_drawn(index: int) -> None:
    """Step by step, code by code, instant by instant: in the midst of everything that fails."""
    often = {
        f"update__{chance}": 0.3
        for chance in (
            "stall", "download_failure", "checksum_failure", "install_failure", "wrong_version",
            "no_space", "post_test_failure", "backup_failure", "cancelled", "defer",
        )
    }  # fmt: skip
    steps = []
    for transfer in ("chunks", "drawn"):
        profile = updating(update__transfer=transfer, **often, faults=fault("COM-201", "40m", "5m"))
        world, _ = lived(profile, 30, index=index)
        assert bool(world.heard_of("chunk")) == (transfer == "chunks")
        steps.append(world.steps)
    assert steps[0] == steps[1]


def test_a_merchant_may_defer_only_so_often() -> None:
    """After the last deferral the update goes ahead."""
    profile = updating(update__defer=1.0, update__defer_for="1h", update__defers_max=2)
    world, _ = lived(profile, 6)
    assert world.events().count(E.UPDATE_DEFERRED) == 2
    assert world.events()[-1] is E.UPDATED


def test_a_security_update_may_be_deferred_less_often() -> None:
    """Once, where others may be deferred three times."""
    profile = updating({"reason": "security"}, update__defer=1.0, update__defer_for="1h")
    world, _ = lived(profile, 4)
    assert world.events().count(E.UPDATE_DEFERRED) == 1


@pytest.mark.parametrize("reason", get_args(Reason))
def test_the_reason_of_a_campaign_is_told_to_the_terminal(reason: str) -> None:
    """The order of each kind of campaign says why, and is carried out."""
    profile = updating({"reason": reason, "forced": True})
    desk, who = Desk(profile, 7), member(profile.estate, 7, 0)
    order = desk.order_at(who.tid, 0, who.model.firmware, origin_ms(profile.run) + HOUR_MS)
    assert isinstance(order, Update)
    assert order.reason == reason
    world, _ = lived(profile, 4)
    assert world.events()[-1] is E.UPDATED


@pytest.mark.parametrize("what", ["parameter", "key"])
def test_parameters_and_keys_come_into_force_without_a_reboot(what: str) -> None:
    """They are verified and applied, and the operator stays signed in."""
    world, terminal = lived(updating({"kind": what}), 3)
    events = world.events()
    assert events[events.index(E.UPDATE_VERIFIED) :] == [E.UPDATE_VERIFIED, E.UPDATED]
    assert terminal.state is State.READY
    assert terminal.software.others == {what: NEW}
    assert world.heard_of("update")[-1].runs == NEW


def test_an_app_has_a_version_of_its_own() -> None:
    """An app comes into force by a reboot and leaves the firmware as it was."""
    world, terminal = lived(updating({"kind": "app"}), 3)
    assert world.events()[-len(UPDATE) :] == UPDATE
    assert terminal.pulse.fw != NEW
    assert terminal.software.others == {"app": NEW}


def test_an_update_to_the_version_that_runs_is_no_update() -> None:
    """Nothing is installed twice."""
    world = settle(quiet(), hours=3)
    world.orders = [(HOUR_MS, Update(plan=1, version=world.pulse.fw, campaign="again"))]
    spend(quiet(), world)
    assert E.UPDATE_OFFERED not in world.events()


def test_a_server_without_checksums_is_taken_at_its_word() -> None:
    """A foreign server's update that names neither size nor checksum takes its time, no more."""
    order = Update(plan=0, version=NEW, campaign="foreign")
    world, terminal = lived(quiet(), 4, orders=[(HOUR_MS, order)])
    assert terminal.pulse.fw == NEW
    assert world.heard_of("chunk") == []


def test_a_lost_link_pauses_the_download_and_it_goes_on_with_the_next_chunk() -> None:
    """No chunk is asked for twice, and the update succeeds (T32)."""
    profile = updating(update__download="20m")
    calm, _ = lived(profile, 3)
    accepted = next(s.at_ms for s in calm.steps if s.event is E.UPDATE_ACCEPTED)
    cut = accepted + 10 * MINUTE_MS
    world, _ = lived(profile, 4, outages=[(cut, cut + 8 * MINUTE_MS)])
    assert codes(world, E.UPDATE_PAUSED) == codes(world, E.UPDATE_RESUMED) == ["link"]
    answered = [r.number for r in world.heard_of("chunk")]
    assert answered == list(range(8))
    assert world.events()[-1] is E.UPDATED


def test_a_link_that_stays_away_fails_the_attempt_and_the_next_one_resumes() -> None:
    """UPD-951 after the longest pause; then the missing chunks, and those alone."""
    profile = updating(update__download="20m", update__pause_max="5m")
    calm, _ = lived(profile, 3)
    accepted = next(s.at_ms for s in calm.steps if s.event is E.UPDATE_ACCEPTED)
    cut = accepted + 10 * MINUTE_MS
    world, _ = lived(profile, 6, outages=[(cut, cut + HOUR_MS)])
    assert codes(world, E.UPDATE_FAILED) == ["UPD-951"]
    assert [r.number for r in world.heard_of("chunk")] == list(range(8))
    assert world.events()[-1] is E.UPDATED


def test_a_broken_part_does_not_keep_the_rest_from_being_updated() -> None:
    """A chip reader that fails during the download does not stop the update."""
    profile = updating(update__download="1h", faults=fault("RDR-402", "70m", "9h"))
    world, _ = lived(profile, 4)
    struck = next(s for s in world.steps if s.event is E.FAULT_STRUCK)
    assert struck.source is State.UPDATING
    assert E.UPDATE_FAILED not in world.events()
    assert E.UPDATED in world.events()


def test_a_power_cut_fails_the_attempt() -> None:
    """Power lost in the middle: the fault's own code, and another attempt after the boot."""
    profile = updating(update__download="1h", faults=fault("PWR-101", "70m", "10m"))
    world, _ = lived(profile, 3)
    assert codes(world, E.UPDATE_FAILED)[:1] == ["PWR-101"]


# ------------------------------------------------------------------------- ends


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


def test_an_update_that_has_not_begun_can_be_cancelled() -> None:
    """The order to forget it ends it, and is answered; there is nothing to forget after that."""
    cancel = [(20 * MINUTE_MS, CancelUpdate(plan=0)), (25 * MINUTE_MS, CancelUpdate(plan=0))]
    world = settle(updating(campaigns=[]), hours=4)
    world.orders = [(MINUTE_MS, Update(plan=0, version="7", campaign="x")), *cancel]
    terminal = spend(updating(campaigns=[]), world)
    assert codes(world, E.UPDATE_CANCELLED) == ["UPD-958"]
    assert [m.outcome for m in world.heard_of("order")] == ["done", "refused"]
    assert terminal.pulse.fw != "7"
