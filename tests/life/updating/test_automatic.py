"""The automatic way, phase by phase, with a real desk that serves real packages."""

from typing import get_args

import pytest

from fleet.life.states import Event, State
from fleet.profile.clock import origin_ms
from fleet.profile.members import member
from fleet.tms.desk import Desk
from fleet.units import HOUR_MS, MINUTE_MS
from fleet.wire.messages import CancelUpdate, Update
from fleet.wire.words import Reason
from tests.life.lives import quiet
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


def test_an_update_that_has_not_begun_can_be_cancelled() -> None:
    """The order to forget it ends it, and is answered; there is nothing to forget after that."""
    cancel = [(20 * MINUTE_MS, CancelUpdate(plan=0)), (25 * MINUTE_MS, CancelUpdate(plan=0))]
    world = settle(updating(campaigns=[]), hours=4)
    world.orders = [(MINUTE_MS, Update(plan=0, version="7", campaign="x")), *cancel]
    terminal = spend(updating(campaigns=[]), world)
    assert codes(world, E.UPDATE_CANCELLED) == ["UPD-958"]
    assert [m.outcome for m in world.heard_of("order")] == ["done", "refused"]
    assert terminal.pulse.fw != "7"
