"""A terminal's story: one chapter for each state, and what happens when a fault breaks in.

Theory of operation
-------------------
The terminal is one coroutine. It lives the chapter of its state until that chapter has brought it
into another; then comes that one's. Two things break into a chapter. A fault that strikes is told
of by `Fault`, and its effect decides the state that follows. A link that breaks is told of by
`LinkDown`; the terminal notes it and takes the same chapter up again, offline.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from fleet.life import (
    authorisation,
    effects,
    enrolment,
    fortune,
    power,
    replacement,
    selftest,
    settlement,
    shutdown,
    signin,
    sync,
    transaction,
)
from fleet.life.connecting import back_off_anew, refused
from fleet.life.duty import on_duty
from fleet.life.faults.fault import Fault
from fleet.life.orders import obey
from fleet.life.states import Event, State
from fleet.life.terminal import Terminal
from fleet.life.updating.install import conclude
from fleet.life.updating.phases import updating
from fleet.life.world import LinkDown

Chapter = Callable[[Terminal], Awaitable[None]]


async def live(t: Terminal) -> None:
    """Live until the world ends."""
    while True:
        try:
            await CHAPTERS[t.pulse.state](t)
        except Fault as fault:
            await effects.suffer(t, fault)
        except LinkDown:
            await _lose_link(t)


async def _signing_in(t: Terminal) -> None:
    if not t.line.up:
        t.step(Event.SIGN_IN_FAILED, code="link")
        return
    await signin.signing_in(t)
    if t.state is State.READY:
        conclude(t)
        fortune.try_version(t)
        authorisation.foresee(t, anew=True)


async def _in_transaction(t: Terminal) -> None:
    for order in await transaction.in_transaction(t):
        await obey(t, order)


CHAPTERS: Final[dict[State, Chapter]] = {
    State.INVENTORY: enrolment.inventory,
    State.REGISTERING: enrolment.registering,
    State.POWERED_OFF: power.powered_off,
    State.BOOTING: power.booting,
    State.SELF_TEST: selftest.self_test,
    State.DIAGNOSING: selftest.diagnosing,
    State.DATA_SYNC: sync.data_sync,
    State.STANDBY: on_duty,
    State.SIGNING_IN: _signing_in,
    State.READY: on_duty,
    State.IN_TRANSACTION: _in_transaction,
    State.SETTLING: settlement.settling,
    State.UPDATING: updating,
    State.MAINTENANCE: on_duty,
    State.NOT_READY: on_duty,
    State.LOCKED: on_duty,
    State.HUNG: shutdown.hung,
    State.FORCED_SHUTDOWN: shutdown.forced_shutdown,
    State.OUT_OF_ORDER: power.out_of_order,
    State.TAMPERED: replacement.tampered,
    State.RETIRED: replacement.retired,
}


async def _lose_link(t: Terminal) -> None:
    """The link broke, by nobody's order: note it, and try again when on duty."""
    t.line.lose()
    transaction.lose_link(t)
    back_off_anew(t)
    t.diary.reconnects = max(t.diary.reconnects, t.cases.isolated_until())
    t.step(Event.LINK_LOST, code="cause" if refused(t) else "network")
