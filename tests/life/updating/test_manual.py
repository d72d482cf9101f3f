"""Parameters that were cut off, the manual way, and the span for maintenance."""

import pytest

from fleet.life.states import Event, State
from fleet.units import HOUR_MS, MINUTE_MS
from tests.life.lives import quiet
from tests.life.solitude import settle, spend
from tests.life.test_story import BOOT
from tests.life.updating.estates import NEW, codes, lived, updating, words

E = Event


# ------------------------------------------------------------------------- NOT_READY


def test_cut_off_parameters_leave_the_terminal_not_ready() -> None:
    """T33: half of the parameters are there; only a completed download exits (UPD-957)."""
    profile = updating({"kind": "parameter"}, update__parameter_interrupted=1.0)
    world, terminal = lived(profile, 8)
    assert codes(world, E.PARAMETERS_CUT_OFF) == ["UPD-957"]
    assert terminal.state is State.NOT_READY
    assert State.NOT_READY in {state for _, state in world.beats}
    assert E.PARAMETERS_COMPLETED not in world.events()


def test_a_completed_download_makes_it_ready_again() -> None:
    """Parameters come anew, from the first chunk, and the operator signs in."""
    profile = updating({"kind": "parameter"}, update__download="20m")
    calm, _ = lived(profile, 3)
    accepted = next(s.at_ms for s in calm.steps if s.event is E.UPDATE_ACCEPTED)
    cut = accepted + 10 * MINUTE_MS
    world, terminal = lived(profile, 6, outages=[(cut, cut + 20 * MINUTE_MS)])
    events = world.events()
    assert events[events.index(E.PARAMETERS_CUT_OFF) :] == [
        E.PARAMETERS_CUT_OFF, E.LINK_RESTORED, E.PARAMETERS_COMPLETED, E.SIGN_IN_STARTED,
        E.SIGNED_IN,
    ]  # fmt: skip
    assert terminal.software.others == {"parameter": NEW}
    assert words(world)[-1] == "succeeded"


def test_a_power_cycle_does_not_help() -> None:
    """After the night the terminal boots, and is not ready still."""
    profile = updating(
        {"kind": "parameter"},
        update__parameter_interrupted=1.0,
        day={"opens": "09:00", "closes": "18:00"},
    )
    world, terminal = lived(profile, 29)
    assert E.POWERED_OFF in world.events()
    assert codes(world, E.PARAMETERS_MISSING) == ["UPD-957"]
    assert terminal.state is State.NOT_READY
    assert E.SIGN_IN_STARTED not in world.events()[world.events().index(E.POWERED_OFF) :]


# ------------------------------------------------------------------------- the manual way


def failing(**more: object) -> list[Event]:
    """Return the life of a terminal whose automatic updates fail."""
    world, _ = lived(updating(update__install_failure=1.0, update__manual_after="1h", **more), 12)
    events = world.events()
    return events[events.index(E.AUTOMATION_DISABLED) :]


def test_after_too_many_failures_somebody_updates_by_hand() -> None:
    """T38, T39: maintenance, master password, registration, heartbeat, reboot, sign-in."""
    profile = updating(update__install_failure=1.0, update__manual_after="1h")
    world, terminal = lived(profile, 8)
    events = world.events()
    assert events[events.index(E.AUTOMATION_DISABLED) :] == [
        E.AUTOMATION_DISABLED, E.MASTER_PASSWORD_ACCEPTED, E.UPDATE_INSTALLED, *BOOT, E.UPDATED,
    ]  # fmt: skip
    assert terminal.pulse.fw == NEW
    assert len(world.heard_of("register")) == 2
    assert State.MAINTENANCE in {state for _, state in world.beats}
    assert State.REGISTERING in {state for _, state in world.beats}
    disabled = next(s.at_ms for s in world.steps if s.event is E.AUTOMATION_DISABLED)
    accepted = next(s.at_ms for s in world.steps if s.event is E.MASTER_PASSWORD_ACCEPTED)
    assert accepted - disabled >= HOUR_MS


def test_nobody_may_come() -> None:
    """The old version stays, and the operator signs in again."""
    assert failing(update__manual_declined=1.0) == [
        E.AUTOMATION_DISABLED, E.MAINTENANCE_ENDED, E.SIGN_IN_STARTED, E.SIGNED_IN,
    ]  # fmt: skip


def test_it_may_fail_by_hand_as_well() -> None:
    """The terminal boots the old version."""
    assert failing(update__manual_failure=1.0) == [
        E.AUTOMATION_DISABLED, E.MASTER_PASSWORD_ACCEPTED, E.REGISTERED, *BOOT,
    ]  # fmt: skip


def test_a_master_password_may_be_mistyped() -> None:
    """It is typed again until it is right."""
    assert E.MASTER_PASSWORD_REFUSED in failing(update__wrong_master_password=0.9)


# ------------------------------------------------------------------------- the span


def maintained(**more: object) -> dict[str, object]:
    """Return a profile's span for maintenance, from 20:00 to 21:00."""
    return {"maintenance": {"opens": "20h", "lasts": "1h", "used": 0.0, "lost": 0.0} | more}


@pytest.mark.parametrize("opens", ["20:00", "20h"])
def test_maintenance_begins_and_ends_by_the_local_clock(opens: str) -> None:
    """T40: from 20:00 to 21:00 the terminal is in maintenance, then the operator signs in."""
    world, _ = lived(updating(campaigns=[], **maintained(opens=opens)), 14)
    steps = [s for s in world.steps if s.at_ms >= 12 * HOUR_MS]
    assert [(s.at_ms, s.event) for s in steps[:2]] == [
        (12 * HOUR_MS, E.MAINTENANCE_BEGUN),
        (13 * HOUR_MS, E.MAINTENANCE_ENDED),
    ]
    assert [s.event for s in steps[2:]] == [E.SIGN_IN_STARTED, E.SIGNED_IN]
    assert State.MAINTENANCE in {state for _, state in world.beats}


@pytest.mark.parametrize(("lost", "code"), [(0.0, "delayed"), (1.0, "lost")])
def test_who_uses_the_terminal_in_it_pays_for_it(lost: float, code: str) -> None:
    """Data comes late, or is lost (DAT-972)."""
    world, _ = lived(updating(campaigns=[], **maintained(used=1.0, lost=lost)), 14)
    assert codes(world, E.USED_IN_MAINTENANCE) == [code]
    assert codes(world, E.DATA_LOST) == (["DAT-972"] if lost else [])


def test_an_update_is_done_in_it_without_asking_the_merchant() -> None:
    """A maintenance heartbeat needs no idle half hour, and nobody is there to put it off."""
    profile = updating(update__idle="20h", update__defer=1.0, **maintained())
    world, terminal = lived(profile, 14)
    offered = next(s for s in world.steps if s.event is E.UPDATE_OFFERED)
    assert offered.source is State.MAINTENANCE
    assert offered.at_ms == 12 * HOUR_MS
    assert E.UPDATE_DEFERRED not in world.events()
    assert terminal.pulse.fw == NEW


def test_the_hardware_is_checked_in_it() -> None:
    """Item 103: a reader that only a self-test finds is found that night, not at the next boot."""
    found = []
    for span in (maintained(), {}):
        faults = {"RDR-404": {"onset": "8h", "repair": "9d"}}
        world = settle(quiet(faults=faults, **span), hours=20)
        spend(quiet(faults=faults, **span), world)
        found.append([s for s in world.steps if (s.event, s.code) == (E.FAULT_RAISED, "RDR-404")])
    ((raised,), never) = found
    assert (raised.source, raised.at_ms) == (State.MAINTENANCE, 12 * HOUR_MS)
    assert not never
