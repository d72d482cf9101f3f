"""A terminal's story, told in a world without clock or network, with a real desk."""

from typing import Any

import pytest

from fleet.life.line import UNTOLD_MAX
from fleet.life.states import Event, State
from fleet.profile import load
from fleet.units import HOUR_MS, MINUTE_MS
from fleet.wire.messages import Lock, Reboot, Unlock
from tests.life.lives import quiet
from tests.life.solitude import settle, spend

E = Event
BOOT = [E.BOOTED, E.SELF_TEST_PASSED, E.SYNCED, E.SIGN_IN_STARTED, E.SIGNED_IN]


def fault(code: str, onset: str, repair: str = "10m") -> dict[str, Any]:
    """Return a profile's table with one fault that strikes at a fixed age."""
    return {code: {"onset": onset, "repair": repair, "detection": "0s"}}


def test_a_quiet_day_reads_down_the_table() -> None:
    """Unboxed, registered, booted, tested, synced, signed in, and then quiet."""
    world = settle(quiet(), hours=10)
    terminal = spend(quiet(), world)
    assert world.events() == [E.DELIVERED, E.REGISTERED, *BOOT]
    assert terminal.state is State.READY


def test_heartbeats_keep_an_absolute_grid() -> None:
    """Heartbeats come at equal distances from the first, through the sign-in."""
    world = settle(quiet(), hours=6)
    terminal = spend(quiet(), world)
    instants = [at for at, _ in world.beats]
    first_synced = next(s.at_ms for s in world.steps if s.event is E.SYNCED)
    assert instants == [first_synced + n * terminal.every_ms for n in range(len(instants))]
    assert len(instants) > 20


def test_status_reports_have_an_interval_of_their_own() -> None:
    """One full report after the boot, then one every six hours."""
    world = settle(quiet(), hours=20)
    spend(quiet(), world)
    assert len(world.heard_of("status")) == 4


def test_the_session_expires_after_a_day() -> None:
    """A sign-in is valid for 24 hours; the operator signs in again, and newer parameters come."""
    world = settle(quiet(), hours=26)
    spend(quiet(), world)
    assert world.events()[-4:] == [
        E.SESSION_EXPIRED, E.SIGN_IN_STARTED, E.SIGNED_IN, E.RESYNCED,
    ]  # fmt: skip


def test_three_wrong_passwords_lock() -> None:
    """The third wrong password locks the terminal for five minutes."""
    profile = quiet(sign_in__wrong_password=1.0)
    world = settle(profile, hours=0.5)
    spend(profile, world)
    refusals = [s for s in world.steps if s.event in {E.PASSWORD_REFUSED, E.LOCKED_OUT}]
    assert [s.event for s in refusals[:3]] == [E.PASSWORD_REFUSED] * 2 + [E.LOCKED_OUT]
    unlocked = next(s for s in world.steps if s.event is E.UNLOCKED)
    assert unlocked.at_ms - refusals[2].at_ms == 5 * MINUTE_MS


def test_a_server_malfunction_is_retried() -> None:
    """Response 96 leads back to standby, and the operator tries again."""
    profile = quiet(tms__sign_in_malfunction=0.7)
    world = settle(profile, hours=1)
    spend(profile, world)
    assert E.SIGN_IN_FAILED in world.events()
    assert {s.code for s in world.steps if s.event is E.SIGN_IN_FAILED} == {"96"}
    assert world.events()[-1] is E.SIGNED_IN


def test_no_answer_to_a_sign_in_is_a_time_out() -> None:
    """A server that says nothing costs the time-out, and the attempt."""
    world = settle(quiet(), hours=0.2)
    world.mute.add("sign_in")
    spend(quiet(), world)
    assert {s.code for s in world.steps if s.event is E.SIGN_IN_FAILED} == {"timeout"}


def test_an_unknown_terminal_is_refused() -> None:
    """A terminal that the server does not know is out of order until a technician comes."""
    profile = quiet()
    world = settle(profile, hours=0.2, index=0)
    world.tid = "99999999"
    spend(profile, world)
    assert world.events()[:2] == [E.DELIVERED, E.REGISTRATION_REFUSED]


def test_a_shop_signs_off_and_powers_off_at_night() -> None:
    """At closing time the terminal signs off and switches off, and boots the next morning."""
    profile = quiet(day={"opens": "09:00", "closes": "18:00"})
    world = settle(profile, hours=30)
    spend(profile, world)
    events = world.events()
    evening = events.index(E.SIGNED_OFF)
    assert events[evening : evening + 3] == [E.SIGNED_OFF, E.POWERED_OFF, E.POWERED_ON]
    assert world.departures[0] is True
    opened = next(s.at_ms for s in world.steps if s.event is E.POWERED_ON)
    assert opened == 25 * HOUR_MS  # the run begins at 08:00


def test_a_failed_critical_component_stops_the_terminal() -> None:
    """A critical failure leads to a diagnosis, never to a sign-in."""
    profile = quiet(self_test__failure={"memory": 1.0})
    world = settle(profile, hours=0.5)
    terminal = spend(profile, world)
    assert E.SELF_TEST_FAILED in world.events()
    assert E.SIGN_IN_STARTED not in world.events()
    assert len(terminal.line.untold) <= UNTOLD_MAX


def test_a_failed_scanner_degrades() -> None:
    """Without a scanner a shop can still sell."""
    profile = quiet(self_test__failure={"scanner": 1.0})
    world = settle(profile, hours=0.5)
    terminal = spend(profile, world)
    step = next(s for s in world.steps if s.event is E.SELF_TEST_DEGRADED)
    assert step.code == "scanner"
    assert terminal.state is State.READY
    assert world.heard_of("self_test")[0].outcome == "degraded"


def test_a_boot_that_keeps_failing_is_given_up() -> None:
    """Three failed boots in a row need a technician."""
    profile = quiet(boot__failure=1.0)
    world = settle(profile, hours=0.5)
    spend(profile, world)
    assert world.events()[2:5] == [E.BOOT_FAILED, E.BOOT_FAILED, E.BOOT_GIVEN_UP]


# ------------------------------------------------------------------------- updates and orders


def test_a_reboot_order_reboots() -> None:
    """The terminal answers the order, restarts, and signs in again."""
    world = settle(quiet(), hours=2)
    world.orders = [(HOUR_MS, Reboot(plan=1))]
    terminal = spend(quiet(), world)
    assert world.events()[-6:] == [E.REBOOTED, *BOOT]
    assert world.heard_of("order")[0].outcome == "done"
    assert terminal.unit.boot_reason == "reboot"


def test_a_lock_lasts_until_it_is_lifted() -> None:
    """A locked terminal beats, but does not sell, until it is unlocked."""
    world = settle(quiet(), hours=5)
    world.orders = [(HOUR_MS, Lock(plan=1)), (3 * HOUR_MS, Unlock(plan=2))]
    spend(quiet(), world)
    events = world.events()
    start = events.index(E.LOCKED)
    assert events[start:] == [E.LOCKED, E.UNLOCKED, E.SIGN_IN_STARTED, E.SIGNED_IN]
    assert State.LOCKED in {state for _, state in world.beats}


def test_an_order_delivered_twice_is_obeyed_once() -> None:
    """QoS 1 may deliver twice."""
    world = settle(quiet(), hours=2)
    world.orders = [(HOUR_MS, Reboot(plan=1)), (HOUR_MS + 20 * MINUTE_MS, Reboot(plan=1))]
    spend(quiet(), world)
    assert world.events().count(E.REBOOTED) == 1


def test_an_order_that_cannot_be_obeyed_is_refused() -> None:
    """Unlocking what is not locked is refused, and changes nothing."""
    world = settle(quiet(), hours=2)
    world.orders = [(HOUR_MS, Unlock(plan=1))]
    spend(quiet(), world)
    assert world.heard_of("order")[0].outcome == "refused"
    assert E.UNLOCKED not in world.events()


# ------------------------------------------------------------------------- faults and the link


def test_a_blackout_cuts_the_link_and_boots_after_the_repair() -> None:
    """Power lost, link cut without a word, boot when the mains are back."""
    profile = quiet(faults=fault("PWR-101", "1h"))
    world = settle(profile, hours=1.9)
    spend(profile, world)
    start = world.events().index(E.FAULT_STRUCK)
    assert world.events()[start:] == [
        E.FAULT_STRUCK, E.POWER_LOST, E.FAULT_RAISED, E.FAULT_CLEARED, E.POWERED_ON, *BOOT,
    ]  # fmt: skip
    assert world.departures == [False]


def test_isolation_keeps_the_terminal_offline_until_the_repair() -> None:
    """No heartbeat while the link is down, then it comes back by itself."""
    profile = quiet(faults=fault("COM-201", "1h", "1h"))
    world = settle(profile, hours=2.9)
    spend(profile, world)
    raised = next(s.at_ms for s in world.steps if s.event is E.FAULT_RAISED)
    assert not [at for at, _ in world.beats if raised <= at < raised + HOUR_MS]
    assert [at for at, _ in world.beats if at >= raised + HOUR_MS]
    assert world.events()[-2:] == [E.FAULT_CLEARED, E.LINK_RESTORED]


def test_a_degraded_terminal_goes_on_and_tells() -> None:
    """A chip reader's failure is reported, shows in the status, and is repaired."""
    profile = quiet(faults=fault("RDR-402", "1h", "1h"), status__interval="90m")
    world = settle(profile, hours=2.5)
    spend(profile, world)
    assert [m.phase for m in world.heard_of("fault")] == ["raised", "cleared"]
    reports = world.heard_of("status")
    assert [report.faults for report in reports] == [(), ("RDR-402",)]
    assert State.READY in {state for _, state in world.beats}


def test_a_hung_terminal_keeps_its_link_and_stops_beating() -> None:
    """The trap for last wills: no heartbeat, and no disconnect either, until the watchdog."""
    profile = quiet(faults=fault("SW-702", "1h", "40m"))
    world = settle(profile, hours=1.8)
    spend(profile, world)
    hung = next(s.at_ms for s in world.steps if s.event is E.HUNG)
    down = next(s for s in world.steps if s.event is E.FORCIBLY_SHUT_DOWN)
    assert not [at for at, _ in world.beats if hung <= at < down.at_ms]
    assert down.at_ms - hung == 40 * MINUTE_MS
    assert down.code == "watchdog"


def test_a_forced_shutdown_raises_later_hazards() -> None:
    """Each forced shutdown multiplies the hazards of wear by the profile's factor."""
    profile = quiet(faults=fault("PWR-106", "2h", "5m"), damage__per_forced_shutdown=1.5)
    world = settle(profile, hours=7)
    terminal = spend(profile, world)
    assert terminal.counters.forced_shutdowns == 3
    assert terminal.unit.risks.lives.rate_of(0) == pytest.approx(1.5**3)


def test_a_lost_link_is_taken_up_again_with_backoff() -> None:
    """The link breaks, attempts follow with growing waits, and heartbeats go on."""
    world = settle(quiet(), hours=3)
    world.outages = [(HOUR_MS, HOUR_MS + 20 * MINUTE_MS)]
    spend(quiet(), world)
    events = world.events()
    assert events[-2:] == [E.LINK_LOST, E.LINK_RESTORED]
    restored = world.steps[-1].at_ms
    assert restored >= HOUR_MS + 20 * MINUTE_MS
    assert restored <= HOUR_MS + 20 * MINUTE_MS + 300_000


def test_a_server_out_of_reach_at_boot_leaves_the_terminal_offline_in_standby() -> None:
    """Synchronisation fails, the terminal stands by, and signs in when it is online."""
    profile = quiet()
    world = settle(profile, hours=2)
    world.mute.add("sync")
    spend(profile, world)
    assert E.SYNC_TIMED_OUT in world.events()
    assert world.events()[-1] is E.SIGNED_IN


@pytest.mark.parametrize("index", range(40))
def test_random_lives_stay_inside_the_table(index: int) -> None:
    """Lives in which everything goes wrong, often, never take an impossible step."""
    profile = load("demo", {"estate.terminals": 100})
    world = settle(profile, hours=24 * 20, index=index)
    world.outages = [(n * 7 * HOUR_MS, n * 7 * HOUR_MS + 3 * MINUTE_MS) for n in range(1, 60)]
    spend(profile, world, index=index)
    assert [s.number for s in world.steps] == list(range(1, len(world.steps) + 1))
    assert all(a.at_ms <= b.at_ms for a, b in zip(world.steps, world.steps[1:], strict=False))


def test_the_same_seed_gives_the_same_life() -> None:
    """A life is a function of seed and serial; another seed gives another."""
    profile = load("demo", {"estate.terminals": 100})
    lives = []
    for seed in (1, 1, 2):
        world = settle(profile, hours=100, seed=seed, index=5)
        spend(profile, world, seed=seed, index=5)
        lives.append(world.steps)
    assert lives[0] == lives[1] != lives[2]
