"""Falling ill, being found out, getting well: what befalls a terminal, from onset to repair.

Theory of operation
-------------------
A fault strikes (`Fault`, raised while the terminal waits) and becomes an ailment. Nobody knows of
it yet; telemetry may show it, its effect may be felt. It is *noticed* when its drawn instant has
come, or when a self-test, a sign-in or an update comes upon it first. Only then is there a report,
if the terminal itself can know; a plan of its repair; and a ticket, if support is called. When the
plan has run its course it is *recovered* from: what it showed is gone, the part lives anew, or
another unit takes the place of this one.

How long nobody notices is drawn in `fleet.life.detection`. Other chapters raise faults by `befall`;
what they live through by themselves is in `fleet.life.besetting`. What tends ailments while the
terminal is on duty is one duty with one instant, `diary.tends`.
"""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from fleet.life import detection, methods
from fleet.life.besetting import ail, release, show_precursors, tell_of
from fleet.life.faults import CATALOGUE, NEVER, SOURCE, Point, Rung, Then
from fleet.life.faults.ailment import Ailment
from fleet.life.faults.fault import Fault
from fleet.life.faults.kinds import OUTSIDE
from fleet.life.faults.ladder import depot, plan, preventive, tickets
from fleet.life.faults.service_hours import ServiceHours
from fleet.life.states import Event
from fleet.life.terminal import Terminal
from fleet.life.truth import Ticket, Truth
from fleet.units import Millis

_STEP_MS: Final = 0
_EFFECT: Final = 1_000  # added to a source: what shows after the onset


def befall(t: Terminal, code: str, *, cause: str = "", parent: int = 0) -> None:
    """Let a fault strike now by an event of life or a common cause; not if it is active already.

    Raises:
        Fault: Always, unless it is active.
    """
    if code not in t.cases.active:
        fault = Fault(CATALOGUE[code], None, t.world.now(), None)
        fault.cause, fault.parent = cause, parent
        fault.shown_from = t.cases.omens.pop(code, None)
        raise fault


def fall_ill(t: Terminal, fault: Fault) -> Ailment:
    """Make an ailment of a fault; nobody knows of it yet."""
    kind = fault.kind
    ailment = ail(t, kind, fault.onset_at)
    ailment.cause, ailment.parent, ailment.shown_from = fault.cause, fault.parent, fault.shown_from
    if fault.life is not None:
        ailment.life = fault.life.number
        t.world.note(replace(fault.life, fault=ailment.number))
    if fault.beside is not None:
        t.world.note(fault.beside)
    t.cases.active[kind.code] = ailment
    t.step(Event.FAULT_STRUCK, code=kind.code)
    ailment.notice_at = t.world.now() + detection.unnoticed_ms(t, kind)
    part = methods.share(t, {methods.barred(t, ailment)}) if kind.effect.bars else 1.0
    for symptom in kind.effect.shows:
        source = SOURCE[kind.code] + _EFFECT
        t.unit.show(source, symptom.times(part), ailment.onset_at, _STEP_MS)
    return ailment


def notice(t: Terminal, ailment: Ailment, point: Point) -> None:
    """Let somebody become aware of an ailment: it is told of, if it can be, and its repair planned.

    Args:
        t: The terminal.
        ailment: Of which nobody knew.
        point: Where it was found.
    """
    kind, now = ailment.kind, t.world.now()
    ailment.detected_at, ailment.point = now, point
    ailment.plan = plan(t.streams, t.profile, _service(t), kind, now)
    ailment.reported = kind.observable and point not in OUTSIDE
    t.step(Event.FAULT_RAISED, code=kind.code)
    t.pulse.faults = t.cases.known
    if ailment.reported:
        tell_of(t, kind, "raised")
    tend_next(t)


def come_upon(t: Terminal, point: Point, component: str = "") -> None:
    """Notice all that a self-test, a sign-in or an update comes upon.

    Args:
        t: The terminal.
        point: What it is doing.
        component: Which step of the self-test has failed.
    """
    for ailment in list(t.cases.active.values()):
        kind = ailment.kind
        concerned = not component or kind.tested_as == component
        if ailment.plan is None and concerned and point in kind.points:
            notice(t, ailment, point)


def recover(t: Terminal, ailment: Ailment) -> None:
    """Get well: what showed is gone, the part lives anew, or another unit is on its way."""
    kind, now = ailment.kind, t.world.now()
    swapped = ailment.plan is not None and ailment.plan.rung is Rung.SWAP
    _forget(t, ailment)
    t.step(Event.FAULT_CLEARED, code=kind.code)
    if ailment.reported:
        tell_of(t, kind, "cleared")
    for truth in _account(t, ailment, now, repaired=True):
        t.world.note(truth)
        if swapped and isinstance(truth, Ticket):
            t.cases.swapped_by = truth
    if not swapped:
        t.unit.risks.renew(kind.code, now)
    if kind.effect.isolates:
        t.diary.reconnects = now
    tend_next(t)


def tend_next(t: Terminal) -> None:
    """Plan when ailments and what is coming want attention next."""
    if t.cases.swapped_by:
        t.diary.tends = t.world.now()
        return
    due = t.unit.risks.shows_at
    for ailment in t.cases.active.values():
        due = min(due, ailment.due)
    t.diary.tends = due


def power_on(t: Terminal) -> None:
    """Let the clocks of wear run, and telemetry show what is coming."""
    now = t.world.now()
    t.unit.risks.power_on(now)
    if t.unit.risks.showing_any or t.unit.risks.shows_at <= now:
        foresee(t)
    tend_next(t)


def foresee(t: Terminal) -> None:
    """Let telemetry show what is coming."""
    for kind, begin, grow_ms in t.unit.risks.showing(t.world.now()):
        show_precursors(t, kind, begin, grow_ms)
    tend_next(t)


async def await_repair(t: Terminal, ailment: Ailment) -> Millis:
    """Lie still until an ailment has been noticed; return when it will have been repaired."""
    if ailment.plan is None:
        await t.world.sleep(ailment.notice_at)
        notice(t, ailment, detection.stopped_point(ailment.kind))
    return ailment.until


async def endure(t: Terminal, ailment: Ailment) -> None:
    """Lie still until an ailment that stops the terminal has been noticed and repaired."""
    await t.world.sleep(await await_repair(t, ailment))
    recover(t, ailment)


def inspect(t: Terminal) -> None:
    """Let somebody clean reader, scanner and vents."""
    now, interval = t.world.now(), t.profile.hazards.inspection
    for life in t.unit.risks.inspect(now):
        t.world.note(life)
        t.unit.hide(SOURCE[life.code])
    t.cases.tickets += 1
    t.world.note(preventive(t.cases.tickets, t.unit.serial_no, now))
    t.diary.inspects = NEVER if interval is None else now + interval
    t.step(Event.INSPECTED)
    tend_next(t)


def stopping(t: Terminal, *then: Then) -> list[Ailment]:
    """Return the active ailments that stop the terminal in one of these ways."""
    return [ailment for ailment in t.cases.active.values() if ailment.then in then]


def needing_repair(t: Terminal) -> list[Ailment]:
    """Return what keeps the terminal out of order: what stopped it, or what its self-test found."""
    known = (
        each for each in t.cases.active.values() if each.plan is not None and each.kind.tested_as
    )
    return stopping(t, Then.STOP) or list(known)


def retire(t: Terminal) -> None:
    """Take leave of a unit that is swapped out: its lives and ailments end, the depot gets it."""
    now = t.world.now()
    if t.cases.swapped_by is not None:
        t.cases.tickets += 1
        t.world.note(depot(t.streams, t.profile, t.cases.swapped_by, t.cases.tickets, now))
        t.cases.swapped_by = None
    for ailment in list(t.cases.active.values()):
        _forget(t, ailment)
        t.step(Event.FAULT_CLEARED, code=ailment.kind.code)
        for truth in _account(t, ailment, now, repaired=ailment.plan is not None):
            t.world.note(truth)
    release(t, *(code for code in list(t.cases.beset) if code not in t.cases.plights))
    for life in t.unit.risks.end_all(now, "decommission"):
        t.world.note(life)


def conclude(t: Terminal, at: Millis) -> Iterator[Truth]:
    """Yield the truth about what is not over when the world ends: lives, ailments, open tickets."""
    for ailment in t.cases.active.values():
        yield from _account(t, ailment, at, repaired=False)
    for ailment in t.cases.beset.values():
        yield ailment.truth(t.unit.serial_no, at, repaired=False)
    yield from t.unit.risks.end_all(at, "study_end")


def _service(t: Terminal) -> ServiceHours:
    """Return when technicians and couriers work around here."""
    return ServiceHours(t.profile.support, t.shop.midnight, t.profile.run.start.weekday())


def _forget(t: Terminal, ailment: Ailment) -> None:
    code = ailment.kind.code
    del t.cases.active[code]
    t.pulse.faults = t.cases.known
    t.unit.risks.fade(code)
    t.unit.hide(SOURCE[code])
    t.unit.hide(SOURCE[code] + _EFFECT)


def _account(t: Terminal, ailment: Ailment, now: Millis, *, repaired: bool) -> Iterator[Truth]:
    yield ailment.truth(t.unit.serial_no, now, repaired=repaired)
    if ailment.plan is None:
        return
    first, fault = t.cases.tickets + 1, ailment.number
    for ticket in tickets(
        ailment.plan, ailment.channel, t.unit.serial_no, first=first, fault=fault
    ):
        if ticket.opened_at <= now:
            t.cases.tickets += 1
            begun = ticket.start_at is not None and ticket.start_at <= now
            ended = repaired or (ticket.end_at is not None and ticket.end_at <= now)
            yield replace(
                ticket,
                start_at=ticket.start_at if begun or repaired else None,
                end_at=ticket.end_at if ended else None,
            )
