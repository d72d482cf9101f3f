"""A unit that is swapped out takes with it what it was and knew; the place stays what it is."""

import pytest

from fleet.life.regions import Session
from fleet.life.states import Event
from fleet.life.terminal import Terminal
from fleet.life.truth import FaultTruth, LifeTruth
from fleet.units import HOUR_MS
from fleet.wire.messages import Lock
from tests.life.lives import quiet
from tests.life.solitude import Solitude, settle, spend

E = Event
# A tampered unit (SEC-901) is swapped whatever the cause; it strikes once, in the sixth hour.
BROKEN = {"SEC-901": {"onset": "6h", "repair": "2h", "detection": "0s"}}
SHOP = {
    "estate__sizes": [{"name": "busy", "share": 1.0, "per_day": 480.0}],
    "transactions__messages": True,
    "status__interval": "1h",
}


def swapped(hours: float = 10, **overrides: object) -> tuple[Solitude, Terminal]:
    """Let a terminal live whose unit is swapped out after about six hours."""
    profile = quiet(**(SHOP | {"faults": BROKEN} | overrides))
    world = settle(profile, hours=hours)
    return world, spend(profile, world)


def instant(world: Solitude, event: Event) -> int:
    """Return when something first happened."""
    return next(step.at_ms for step in world.steps if step.event is event)


def test_the_new_unit_has_a_serial_of_its_own_under_the_same_terminal_id() -> None:
    """It registers as itself, boots for the first time, syncs and signs in."""
    world, terminal = swapped()
    first, second = world.heard_of("register")
    assert first.tid == second.tid
    assert second.serial_no == terminal.unit.serial_no == f"{first.serial_no}R1"
    replaced = world.events().index(E.REPLACED)
    assert world.events()[replaced + 1 :][:3] == [E.REGISTERED, E.BOOTED, E.SELF_TEST_PASSED]
    assert [message.boot for message in world.heard_of("boot")] == [1, 1]


def test_its_report_counts_from_its_own_first_boot() -> None:
    """What the first unit counted is gone with it; the terminal's numbers go on."""
    world, _ = swapped()
    replaced = instant(world, E.REPLACED) + world.origin_ms
    reports = world.heard_of("status")
    before = [report for report in reports if report.ts < replaced][-1]
    after = next(report for report in reports if report.ts >= replaced)
    assert before.heartbeats > 15 > after.heartbeats
    assert (before.sign_ins, after.sign_ins) == (1, 1)
    assert after.serial_no != before.serial_no
    requests = [message.req for message in world.said if hasattr(message, "req")]
    assert len(set(requests)) == len(requests)
    payments = [message.order_no for message in world.heard_of("transaction")]
    assert len(set(payments)) == len(payments) > 100


def test_its_journal_begins_empty() -> None:
    """Records of the first unit are in none of the second one's settlement."""
    world, terminal = swapped(hours=13.5, settlement__at="21:00")
    settlement = world.heard_of("settlement")[0]
    replaced = instant(world, E.REPLACED)
    settled = instant(world, E.SETTLED)
    since = sum(
        step.event is E.TRANSACTION_APPROVED and replaced < step.at_ms < settled
        for step in world.steps
    )
    assert 0 < settlement.traces == settlement.records == since
    assert terminal.journal.batch == settlement.batch + 1


def test_what_was_stored_offline_is_lost_with_the_unit() -> None:
    """Payments that no link has carried away go with the unit, and the truth says so."""
    profile = quiet(**(SHOP | {"faults": BROKEN}), transactions__offline=1.0)
    world = settle(profile, hours=10)
    world.outages = [(5 * HOUR_MS, 9 * HOUR_MS)]
    terminal = spend(profile, world)
    lost = [step for step in world.steps if step.event is E.DATA_LOST]
    assert [step.code for step in lost] == ["stored"]
    assert instant(world, E.TAMPERED) <= lost[0].at_ms <= instant(world, E.SWAPPED)
    assert not [m for m in world.heard_of("transaction") if m.offline]
    assert terminal.journal.pending == 0


def test_it_is_not_locked_because_the_first_one_was() -> None:
    """A remote lock holds a unit; the one that comes is signed in to."""
    profile = quiet(faults=BROKEN)
    world = settle(profile, hours=10)
    world.orders = [(5 * HOUR_MS, Lock(plan=1))]
    terminal = spend(profile, world)
    events = world.events()
    assert E.LOCKED in events[: events.index(E.REPLACED)]
    assert E.LOCKED not in events[events.index(E.REPLACED) :]
    assert terminal.shift.session is Session.SIGNED_IN


def test_its_wear_is_its_own() -> None:
    """Its lives begin at age 0 when it comes, and are not multiplied by the first one's damage."""
    faults = BROKEN | {"HW-603": {"onset": {"law": "weibull", "shape": 2.0, "scale": "1095d"}}}
    world, terminal = swapped(
        faults=faults, forced_shutdown__operator="2h", damage__per_forced_shutdown=3.0
    )
    assert terminal.unit.serial_no.endswith("R1")
    lives = [t for t in world.truths if isinstance(t, LifeTruth) and t.code == "HW-603"]
    assert [life.end_reason for life in lives] == ["decommission"]
    assert terminal.unit.risks.lives.rate == pytest.approx(1.0)
    assert terminal.counters.forced_shutdowns < sum(
        step.event is E.FORCIBLY_SHUT_DOWN for step in world.steps
    )


STRESS = {"kind": "stress", "name": "heat", "at": "1h", "lasts": "30h", "factors": {"HW-603": 1e6}}


def test_it_comes_into_the_same_heat() -> None:
    """Stress that is on when it comes multiplies its hazards too, and ends for it in the end."""
    faults = BROKEN | {"HW-603": {"onset": {"law": "exponential", "mean": "36500d"}}}
    for seed in range(4):
        profile = quiet(faults=faults, causes=[STRESS])
        world = settle(profile, hours=30, seed=seed)
        spend(profile, world, seed=seed)
        told = [t for t in world.truths if isinstance(t, FaultTruth) and t.code == "HW-603"]
        # About 20 hours at a million times the hazard of a century: an escape has a chance of 1e-9.
        assert any(truth.serial_no.endswith("R1") for truth in told)


def test_its_certificate_is_a_new_one() -> None:
    """The first unit's certificate has expired; the new one boots and connects all the same."""
    expiry = {"kind": "certificate", "name": "expiry", "at": "5h", "renewal": "9d", "restart": 0.0}
    world, terminal = swapped(causes=[expiry])
    cleared = next(s for s in world.steps if (s.event, s.code) == (E.FAULT_CLEARED, "SEC-902"))
    assert cleared.at_ms == instant(world, E.SWAPPED)
    assert E.BOOT_GIVEN_UP not in world.events()
    assert terminal.shift.session is Session.SIGNED_IN
    (truth,) = [t for t in world.truths if isinstance(t, FaultTruth) and t.code == "SEC-902"]
    assert truth.serial_no == terminal.member.serial_no
