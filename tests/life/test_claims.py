"""What a terminal is said to do, one claim each, in whole lives."""

from typing import Any

import pytest

from fleet.life.states import Event, State
from fleet.life.truth import FaultTruth, Ticket
from fleet.units import HOUR_MS
from tests.life.faults.arcs import arc_of
from tests.life.lives import quiet
from tests.life.solitude import Solitude, settle, spend
from tests.life.test_laws_of_life import SELLING, SHOP

E = Event


def lived(hours: float, index: int = 0, **trouble: Any) -> Solitude:
    """Let a terminal live in a quiet estate with this trouble."""
    profile = quiet(**trouble)
    world = settle(profile, hours=hours, index=index)
    spend(profile, world, index=index)
    return world


def test_a_boot_is_a_stage_of_its_own_before_every_self_test() -> None:
    """As long as the banner shows nothing is said and no heartbeat sent; then the self-test begins.

    The boot report comes after it, and so nobody is asked for a password while it boots.
    """
    world = lived(24 * 6, day=SHOP, boot__failure=0.3, boot__duration="40s")
    boots = [s for s in world.steps if s.target is State.BOOTING and s.source is not s.target]
    tests = [n for n, s in enumerate(world.steps) if s.target is State.SELF_TEST]
    assert len(boots) >= 6
    assert all(world.steps[n].event is E.BOOTED for n in tests)
    assert all(world.steps[n].source is State.BOOTING for n in tests)
    assert E.BOOT_FAILED in world.events()
    said = [message.ts - world.origin_ms for message in world.said]  # type: ignore[attr-defined]
    heard = [*said, *(at for at, _ in world.beats)]
    for step in (world.steps[n] for n in tests):
        assert step.duration_ms >= 40_000
        # Registering ends at the very instant at which the first boot begins.
        assert not [at for at in heard if step.at_ms - step.duration_ms < at < step.at_ms]


@pytest.mark.parametrize(("code", "new_unit"), [("HW-606", False), ("HW-608", True)])
def test_a_board_is_cleaned_or_replaced(code: str, *, new_unit: bool) -> None:
    """One that is too hot is cleaned in its place; one that got wet goes, with all of its unit."""
    arc = arc_of(code)
    assert (E.FAULT_CLEARED, code) in [(s.event, s.code) for s in arc.steps]
    kinds = {t.kind for t in arc.world.truths if isinstance(t, Ticket)}
    assert (E.REPLACED in {s.event for s in arc.steps}) is new_unit
    assert ("swap" in kinds) is new_unit
    serials = {m.serial_no for m in arc.world.heard_of("register")}
    assert (len(serials) > 1) is new_unit


def test_nobody_pays_unless_somebody_is_signed_in() -> None:
    """Between the end of a session and the next sign-in there is no payment; within one, many."""
    trouble: dict[str, Any] = SELLING | {"sign_in__validity": "2h", "sign_in__typing": "10m"}
    world = lived(24, **trouble)
    signed_in, paid = False, 0
    for step in world.steps:
        if step.event is E.SIGNED_IN:
            signed_in = True
        elif step.event is E.SESSION_EXPIRED:
            signed_in = False
        elif step.event is E.TRANSACTION_STARTED:
            assert signed_in
            paid += 1
    assert world.events().count(E.SESSION_EXPIRED) > 5
    assert paid > 100


def test_nobody_signs_in_without_power() -> None:
    """The supply fails in the middle of a session; the next one begins after repair and boot."""
    fault = {"onset": "90m", "repair": "5h", "detection": "0s"}
    world = lived(9, faults={"PWR-101": fault}, sign_in__validity="2h")
    struck = next(s.at_ms for s in world.steps if s.event is E.POWER_LOST)
    (truth, *_) = [t for t in world.truths if isinstance(t, FaultTruth) and t.code == "PWR-101"]
    assert truth.repaired_at == struck + 5 * HOUR_MS
    tried = [s.at_ms for s in world.steps if s.event is E.SIGN_IN_STARTED]
    assert not [at for at in tried if struck <= at <= truth.repaired_at]
    assert [at for at in tried if at > truth.repaired_at]
    after = world.events()[[s.event for s in world.steps].index(E.POWER_LOST) :]
    assert after.index(E.BOOTED) < after.index(E.SIGN_IN_STARTED)


def test_a_wrong_address_fails_the_self_test_until_it_is_set_right() -> None:
    """Nobody notices but the self-test of the next morning: its step of communication fails."""
    fault = {"onset": "20h", "repair": "5h", "detection": "9d"}
    restart = {"at": {"law": "uniform", "low": "06:00", "high": "06:10"}}
    world = lived(48, faults={"COM-203": fault}, security_reboot=restart, diagnosis__transient=0.0)
    (truth, *_) = [t for t in world.truths if isinstance(t, FaultTruth) and t.code == "COM-203"]
    failed = [s for s in world.steps if s.event is E.SELF_TEST_FAILED]
    assert {s.code for s in failed} == {"communication"}
    assert truth.detected_at == failed[0].at_ms > 22 * HOUR_MS
    assert truth.repaired_at == truth.detected_at + 5 * HOUR_MS
    reports = world.heard_of("self_test")
    assert reports[0].outcome == reports[-1].outcome == "passed"
    passed = [s.at_ms for s in world.steps if s.event is E.SELF_TEST_PASSED]
    assert not [at for at in passed if truth.onset_at <= at <= truth.repaired_at]
    assert [at for at in passed if at > truth.repaired_at]


def test_a_registration_says_who_it_is_and_comes_before_anything_else() -> None:
    """Terminal id, serial number, model, region, version and link, in the first message of all."""
    profile = quiet()
    world = settle(profile, hours=1)
    who = spend(profile, world).member
    first = next(message for message in world.said if message.kind != "presence")
    assert first == world.heard_of("register")[0]
    assert (first.tid, first.serial_no) == (who.tid, who.serial_no)  # type: ignore[attr-defined]
    assert (first.model, first.region) == (who.model.name, who.region.name)  # type: ignore[attr-defined]
    assert (first.fw, first.link) == (who.model.firmware, who.model.link)  # type: ignore[attr-defined]
