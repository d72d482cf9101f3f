"""Whoever signs off is signed in no more, whatever he was doing, and says so if it matters."""

from collections.abc import Callable

import pytest

from fleet.life.faults import NEVER
from fleet.life.regions import Session
from fleet.life.signoff import forget, leave, sign_off
from fleet.life.states import State
from fleet.life.terminal import Terminal
from fleet.profile import load
from fleet.units import HOUR_MS
from tests.life.solitude import Solitude, settle, settler, spend


def signed_in(state: State) -> tuple[Terminal, Solitude]:
    """Return a terminal in a state, online and with a session that will expire, and its world."""
    profile = load("demo")
    world = settle(profile, hours=1)
    terminal = settler(profile, world)
    with pytest.raises(StopIteration):
        terminal.line.attach().send(None)
    terminal.pulse.state = state
    terminal.shift.session = Session.SIGNED_IN
    terminal.diary.expires = 8 * HOUR_MS
    return terminal, world


@pytest.mark.parametrize("end", [sign_off, leave, forget])
@pytest.mark.parametrize("state", [State.READY, State.LOCKED, State.STANDBY])
def test_no_session_is_left_to_expire(end: Callable[[Terminal], None], state: State) -> None:
    """However it ends, nobody is signed in and nothing is planned for the session."""
    terminal, _ = signed_in(state)
    end(terminal)
    assert terminal.shift.session is Session.SIGNED_OFF
    assert terminal.diary.expires == NEVER


def test_only_who_was_ready_to_sell_says_so() -> None:
    """The server hears the number of the batch; of a locked terminal it hears nothing."""
    ready, heard = signed_in(State.READY)
    ready.journal.batch = 7
    leave(ready)
    assert [message.batch for message in heard.heard_of("sign_off")] == [7]
    locked, unheard = signed_in(State.LOCKED)
    leave(locked)
    assert not unheard.said


def test_a_new_unit_knows_of_no_lock() -> None:
    """What would have lifted it is forgotten with it."""
    terminal, _ = signed_in(State.LOCKED)
    terminal.shift.lifted_by, terminal.diary.unlocks = "timer", HOUR_MS
    forget(terminal)
    assert not terminal.shift.lifted_by
    assert terminal.diary.unlocks == NEVER


@pytest.mark.parametrize("index", range(6))
def test_a_terminal_that_waits_for_an_operator_says_that_nobody_is_signed_in(index: int) -> None:
    """In standby, its status never claims a session, whatever had happened before."""
    profile = load("proving", {"status.interval": "7m"})
    world = settle(profile, hours=24 * 6, index=index)
    spend(profile, world, index=index)
    statuses = world.heard_of("status")
    assert statuses
    assert not [each for each in statuses if each.state == "standby" and each.signed_in]
    assert all(each.signed_in for each in statuses if each.state == "ready")
