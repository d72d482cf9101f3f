"""Orders that come while an update waits are obeyed; those that come while it is under way wait."""

import pytest

from fleet.life.states import Event, State
from fleet.life.terminal import Terminal
from fleet.units import HOUR_MS, MINUTE_MS
from fleet.wire.messages import AnyOrder, CancelUpdate, Lock, Reboot, Unlock
from tests.life.solitude import Solitude
from tests.life.test_story import BOOT
from tests.life.updating.estates import NEW, codes, lived, updating, words

E = Event
# The merchant puts it off once, for four hours: at about 0:45 it is offered, at 4:45 again.
PUT_OFF = {"update__defer": 1.0, "update__defers_max": 1, "update__defer_for": "4h"}
OFFERS = {"update__defer": 0.0, "update__response": "20m", "update__download": "20m"}


def put_off(*orders: tuple[float, AnyOrder], hours: float = 8) -> tuple[Solitude, Terminal]:
    """Let an update be put off once, and orders come at these hours."""
    return lived(updating(**PUT_OFF), hours, orders=[(int(h * HOUR_MS), o) for h, o in orders])


def instants(world: Solitude, event: Event) -> list[int]:
    """Return when something happened."""
    return [step.at_ms for step in world.steps if step.event is event]


def test_a_reboot_while_it_is_put_off_costs_no_deferral() -> None:
    """The merchant's time is kept through a reboot, and he is not asked again whether he defers."""
    calm, _ = put_off()
    world, terminal = put_off((2.0, Reboot(plan=0)))
    assert E.REBOOTED in world.events()
    assert instants(world, E.UPDATE_DEFERRED) == instants(calm, E.UPDATE_DEFERRED)
    assert instants(world, E.UPDATE_OFFERED) == instants(calm, E.UPDATE_OFFERED)
    assert terminal.pulse.fw == NEW


def test_a_reboot_just_before_it_is_due_makes_it_wait_for_idleness() -> None:
    """After the boot there are half an hour and two heartbeats again before it is offered."""
    calm, _ = put_off()
    due = instants(calm, E.UPDATE_OFFERED)[1]
    world, _ = put_off(((due - MINUTE_MS) / HOUR_MS, Reboot(plan=0)))
    synced = instants(world, E.SYNCED)[1]
    offered = instants(world, E.UPDATE_OFFERED)[1]
    assert offered >= synced + 30 * MINUTE_MS > due


def test_a_lock_holds_it_until_it_is_lifted() -> None:
    """A locked terminal offers nothing; once unlocked it does, as its time has come."""
    lock, unlock = (1.0, Lock(plan=0)), (7.0, Unlock(plan=0))
    world, terminal = put_off(lock, unlock, hours=10)
    first, second = instants(world, E.UPDATE_OFFERED)
    assert first < instants(world, E.LOCKED)[0] < instants(world, E.UNLOCKED)[0] <= second
    assert terminal.pulse.fw == NEW
    assert [m.outcome for m in world.heard_of("order")] == ["done", "done"]


@pytest.mark.parametrize("locked", [False, True])
def test_a_cancellation_ends_it_while_it_is_put_off(*, locked: bool) -> None:
    """Locked or not: it is forgotten, the server is told, and it is never offered again."""
    lock = [(1.0, Lock(plan=0))] if locked else []
    world, terminal = put_off(*lock, (2.0, CancelUpdate(plan=0)), hours=9)
    assert words(world) == ["offered", "deferred", "cancelled"]
    assert codes(world, E.UPDATE_CANCELLED) == ["UPD-958"]
    assert len(instants(world, E.UPDATE_OFFERED)) == 1
    assert terminal.software.job is None
    assert terminal.pulse.fw != NEW


@pytest.mark.parametrize("phase", [E.UPDATE_OFFERED, E.UPDATE_ACCEPTED])
def test_what_comes_while_it_is_under_way_waits(phase: Event) -> None:
    """Neither the merchant's answer nor the download is interrupted; the terminal boots twice."""
    profile = updating(**OFFERS)
    calm, _ = lived(profile, 4)
    at = instants(calm, phase)[0] + 5 * MINUTE_MS
    world, terminal = lived(profile, 4, orders=[(at, Reboot(plan=0))])
    events = world.events()
    installed = events.index(E.UPDATE_INSTALLED)
    assert events[:installed] == calm.events()[:installed]
    assert events[installed:] == [E.UPDATE_INSTALLED, *BOOT[:3], E.REBOOTED, *BOOT, E.UPDATED]
    assert terminal.pulse.fw == NEW


def test_a_cancellation_comes_too_late_once_it_is_under_way() -> None:
    """It is refused when the update has ended: there is nothing to forget."""
    profile = updating(**OFFERS)
    calm, _ = lived(profile, 4)
    at = instants(calm, E.UPDATE_ACCEPTED)[0] + 5 * MINUTE_MS
    world, terminal = lived(profile, 4, orders=[(at, CancelUpdate(plan=0))])
    assert terminal.pulse.fw == NEW
    assert [m.outcome for m in world.heard_of("order")] == ["refused"]
    assert E.UPDATE_CANCELLED not in world.events()


def test_a_lock_meanwhile_comes_before_the_tests() -> None:
    """It is installed and locked; its tests, and with them its success, wait for the unlocking."""
    profile = updating(**OFFERS)
    calm, _ = lived(profile, 4)
    at = instants(calm, E.UPDATE_ACCEPTED)[0] + 5 * MINUTE_MS
    orders: list[tuple[int, AnyOrder]] = [(at, Lock(plan=0)), (4 * HOUR_MS, Unlock(plan=0))]
    world, terminal = lived(profile, 6, orders=orders)
    events = world.events()
    assert events[events.index(E.UPDATE_INSTALLED) + 1 :] == [
        *BOOT[:3], E.LOCKED, E.UNLOCKED, *BOOT[3:], E.UPDATED,
    ]  # fmt: skip
    assert words(world)[-1] == "succeeded"
    assert terminal.pulse.fw == NEW


def test_a_cancellation_brings_back_who_waits_for_somebody_to_come() -> None:
    """Automation is shut and the terminal out of service for it: it signs in again."""
    profile = updating(update__install_failure=1.0, update__manual_after="48h")
    calm, _ = lived(profile, 8)
    assert calm.steps[-1].target is State.MAINTENANCE
    world, terminal = lived(profile, 12, orders=[(8 * HOUR_MS, CancelUpdate(plan=0))])
    events = world.events()
    assert events[events.index(E.UPDATE_CANCELLED) :] == [
        E.UPDATE_CANCELLED, E.MAINTENANCE_ENDED, E.SIGN_IN_STARTED, E.SIGNED_IN,
    ]  # fmt: skip
    assert codes(world, E.MAINTENANCE_ENDED) == ["cancelled"]
    assert terminal.software.job is None
