"""On duty: standing by, ready or locked, always waiting for the earliest of its next duties.

Theory of operation
-------------------
Which duties a terminal has follows from its state and its link; `DUTIES` says so, a line for each.
It waits for the earliest instant among them, beating where the state sends heartbeats, and does
what is due; equal instants go by the order of the table. An order ends the wait early and is obeyed
at once. A duty which needs the link waits for it.

Of what is due already, customers come last: a queue that never ends, each of it due before anything
else, would put off for ever that a fault is noticed, that it has been repaired, or that the shop
closes.
"""

from collections.abc import Awaitable, Callable
from operator import attrgetter
from typing import Any, Final, NamedTuple

from fleet.life import (
    besetting,
    effects,
    fortune,
    illness,
    maintenance,
    plights,
    settlement,
    shutdown,
    signin,
    sync,
    transaction,
)
from fleet.life.connecting import pass_over, reconnect
from fleet.life.faults import NEVER
from fleet.life.orders import obey
from fleet.life.power import reboot, switch_off
from fleet.life.regions import Link, Session
from fleet.life.report import status
from fleet.life.states import BEATING, IN_SERVICE, Event, State
from fleet.life.terminal import Terminal
from fleet.life.updating.install import post_test
from fleet.life.updating.manual import by_hand
from fleet.life.updating.offer import offer
from fleet.life.updating.parameters import are_missing, complete, stay_not_ready
from fleet.units import Millis
from fleet.wire.messages import StatusReported

_ANYWHERE: Final = BEATING
_STANDBY: Final = frozenset({State.STANDBY})
_READY: Final = frozenset({State.READY})
_LOCKED: Final = frozenset({State.LOCKED})
_MAINTENANCE: Final = frozenset({State.MAINTENANCE})
_NOT_READY: Final = frozenset({State.NOT_READY})


async def on_duty(t: Terminal) -> None:
    """Do the next thing."""
    at, deed = _next(t)
    order = await t.attend(at)
    if order is None:
        t.bear(at)
        await deed(t)
    else:
        await obey(t, order)


async def _close(t: Terminal) -> None:
    t.count_customers()
    if t.state is State.READY and settlement.must_settle(t):
        t.step(Event.SETTLEMENT_STARTED, code="closing")
        return  # and close when that is over
    await switch_off(t)


async def _sign_in(t: Terminal) -> None:
    if are_missing(t):
        stay_not_ready(t)
        return
    fit_at = signin.fit_at(t)
    if fit_at > t.world.now():
        t.diary.signs_in = fit_at
    elif await post_test(t):
        t.step(Event.SIGN_IN_STARTED)


async def _expire(t: Terminal) -> None:
    t.diary.expires = NEVER
    t.diary.signs_in = t.world.now()
    t.shift.session = Session.EXPIRED
    besetting.beset(t, "SGN-855")
    t.step(Event.SESSION_EXPIRED, code="SGN-855")


async def _restart(t: Terminal) -> None:
    t.diary.restarts = NEVER
    await reboot(t, why="security")


async def _report(t: Terminal) -> None:
    if not t.world.heeds(StatusReported):
        t.diary.reports = NEVER  # it is no step of the story, so nobody need wake for it
        return
    t.diary.reports = t.world.now() + t.profile.status.interval
    t.line.say(status(t))


async def _end_lockout(t: Terminal) -> None:
    signin.unlock(t, t.shift.lifted_by)


async def _inspect(t: Terminal) -> None:
    illness.inspect(t)


Deed = Callable[[Terminal], Awaitable[None]]


class Duty(NamedTuple):
    """When it is due (a field of the diary), in which states, and whether it needs the link."""

    when: str
    deed: Deed
    states: frozenset[State]
    needs_link: bool


DUTIES: Final = (
    Duty("closes", _close, _ANYWHERE, needs_link=False),
    Duty("tends", effects.tend, _ANYWHERE, needs_link=False),
    Duty("inspects", _inspect, IN_SERVICE, needs_link=False),
    Duty("restarts", _restart, _ANYWHERE, needs_link=False),
    Duty("forced", shutdown.by_operator, _ANYWHERE, needs_link=False),
    Duty("relieved", plights.relieve, _ANYWHERE, needs_link=False),
    Duty("befalls", fortune.befall, _ANYWHERE, needs_link=False),
    Duty("crashes", fortune.crash, _ANYWHERE, needs_link=False),
    Duty("power_cycles", fortune.power_cycle, _ANYWHERE, needs_link=False),
    Duty("settles", settlement.by_the_clock, _READY, needs_link=True),
    Duty("expires", _expire, _READY, needs_link=False),
    Duty("unlocks", _end_lockout, _LOCKED, needs_link=False),
    Duty("resumes", maintenance.end, _MAINTENANCE, needs_link=False),
    Duty("maintains", maintenance.begin, IN_SERVICE, needs_link=False),
    Duty("misuses", maintenance.misuse, _MAINTENANCE, needs_link=False),
    Duty("by_hand", by_hand, IN_SERVICE | _MAINTENANCE, needs_link=False),
    Duty("completes", complete, _NOT_READY, needs_link=True),
    Duty("reverses", transaction.reverse, _READY, needs_link=True),
    Duty("sells", transaction.begin, _READY, needs_link=False),
    Duty("updates", offer, IN_SERVICE | _MAINTENANCE, needs_link=True),
    Duty("signs_in", _sign_in, _STANDBY, needs_link=True),
    Duty("syncs", sync.sync_again, _ANYWHERE, needs_link=True),
    Duty("reports", _report, _ANYWHERE, needs_link=True),
)


async def _reconnect(t: Terminal) -> None:
    await reconnect(t)
    if not t.line.up:
        instants, _ = _AGENDA[t.pulse.state][Link.DOWN]
        *others, _ = instants(t.diary)
        pass_over(t, min(t.unit.risks.at, *others))


_RECONNECT: Final = Duty("reconnects", _reconnect, _ANYWHERE, needs_link=False)


class _Agenda(NamedTuple):
    """The duties of one state and link: how their instants are read off a diary, and the deeds."""

    instants: Callable[[Any], tuple[Millis, ...]]
    deeds: tuple[Deed, ...]


def _agenda(state: State, link: Link) -> _Agenda:
    known = [
        duty
        for duty in (*DUTIES, *([_RECONNECT] if link is Link.DOWN else []))
        if state in duty.states and (link is Link.ONLINE or not duty.needs_link)
    ]
    return _Agenda(attrgetter(*(d.when for d in known)), tuple(d.deed for d in known))


_AGENDA: Final = {state: {link: _agenda(state, link) for link in Link} for state in _ANYWHERE}


def _next(t: Terminal) -> tuple[Millis, Deed]:
    instants, deeds = _AGENDA[t.pulse.state][t.line.link]
    dues = instants(t.diary)
    at = min(dues)
    if at >= NEVER:
        return NEVER, _idle
    deed = deeds[dues.index(at)]
    if deed is transaction.begin and at < t.world.now():
        return _before_customers(t.world.now(), dues, deeds)
    return at, deed


def _before_customers(
    now: Millis, dues: tuple[Millis, ...], deeds: tuple[Deed, ...]
) -> tuple[Millis, Deed]:
    """Return what is due by now beside a customer who waits in line; else his turn."""
    waiting = dues[deeds.index(transaction.begin)]
    others = [(at, place) for place, at in enumerate(dues)
              if at <= now and deeds[place] is not transaction.begin]  # fmt: skip
    if not others:
        return waiting, transaction.begin
    at, place = min(others)
    return at, deeds[place]


async def _idle(t: Terminal) -> None:
    """Nothing was due: the world has come to its end of time."""
