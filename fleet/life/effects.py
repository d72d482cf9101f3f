"""What a fault does to the terminal: at the onset, and for as long as it lasts."""

from functools import lru_cache
from typing import Final

from fleet.chance.parametric import Exponential
from fleet.chance.streams import Purpose
from fleet.life import detection, illness, shutdown, transaction
from fleet.life.faults import CATALOGUE, NEVER, FaultKind, Then
from fleet.life.faults.ailment import Ailment
from fleet.life.faults.fault import Fault
from fleet.life.signoff import sign_off
from fleet.life.states import IN_SERVICE, Event, State
from fleet.life.terminal import Terminal
from fleet.life.updating.phases import struck

_CUT: Final = frozenset({Then.REBOOT, Then.BLACK_OUT, Then.SHUT_DOWN, Then.STOP})
_POWER_CUT: Final = frozenset({Then.BLACK_OUT, Then.SHUT_DOWN})
_INTERRUPTING: Final = frozenset({Then.REBOOT, Then.STOP, Then.TAMPER})
_FLAP: Final = {code: Purpose(f"fault.{code}.flap") for code in CATALOGUE}
_DRAIN: Final = {code: Purpose(f"fault.{code}.drain") for code in CATALOGUE}
_EMPTY: Final = "PWR-104"
_memoryless: Final = lru_cache(maxsize=64)(Exponential)


async def suffer(t: Terminal, fault: Fault) -> None:
    """Let a fault take its effect."""
    kind = fault.kind
    then = _then(t, kind)
    if then in _CUT or kind.effect.isolates:
        await t.line.cut()
    if then in _POWER_CUT:
        shutdown.lose_power(t)
    elif then in _INTERRUPTING:
        transaction.cut_off(t, "power")
    if t.state is State.UPDATING and (then is not Then.GO_ON or "update" in kind.effect.hinders):
        struck(t, kind.code)
    ailment = illness.fall_ill(t, fault)
    ailment.then = then
    plan_act(t, ailment)
    illness.tend_next(t)
    await _take_effect(t, kind, then)


async def _take_effect(t: Terminal, kind: FaultKind, then: Then) -> None:
    match then:
        case Then.GO_ON:
            if kind.effect.isolates:
                transaction.lose_link(t)
                t.diary.reconnects = NEVER
        case Then.REBOOT:
            t.unit.boot_reason = "reboot"
            t.step(Event.UNEXPECTEDLY_REBOOTED, code=kind.code)
        case Then.BLACK_OUT:
            t.step(Event.POWER_LOST, code=kind.code)
        case Then.HANG:
            t.step(Event.HUNG, code=kind.code)
        case Then.SHUT_DOWN:
            shutdown.by_itself(t)
        case Then.STOP:
            t.step(Event.PUT_OUT_OF_ORDER, code=kind.code)
        case Then.TAMPER:
            ailment = t.cases.active[kind.code]
            illness.notice(t, ailment, kind.points[-1])  # its last words
            await t.line.cut()
            t.step(Event.TAMPERED, code=kind.code)


def power_on(t: Terminal) -> None:
    """Let wear go on, and ailments act anew on a terminal that comes up."""
    for ailment in t.cases.active.values():
        plan_act(t, ailment)
    illness.power_on(t)


async def tend(t: Terminal) -> None:
    """Attend to the ailments that are due, and let telemetry show what is coming."""
    now = t.world.now()
    if t.cases.swapped_by is not None:
        await t.line.detach(t.ts())
        t.step(Event.PUT_OUT_OF_ORDER, code=t.cases.swapped_by.diagnosis)
        return
    for ailment in list(t.cases.active.values()):
        if ailment.until <= now:
            recover(t, ailment)
        elif ailment.plan is None and ailment.notice_at <= now:
            illness.notice(t, ailment, detection.point_of(ailment.kind))
        elif ailment.acts_at <= now:
            await _act(t, ailment)
            return
    if t.unit.risks.shows_at <= now:
        illness.foresee(t)
    illness.tend_next(t)


def recover(t: Terminal, ailment: Ailment) -> None:
    """Get well on duty; a lock that came with it ends."""
    illness.recover(t, ailment)
    if ailment.kind.effect.locks and t.state is State.LOCKED:
        sign_off(t)
        t.diary.signs_in = t.world.now()
        t.step(Event.UNLOCKED, code=ailment.kind.code)


def plan_act(t: Terminal, ailment: Ailment) -> None:
    """Plan when an ailment next acts on the running terminal."""
    effect, code, now = ailment.kind.effect, ailment.kind.code, t.world.now()
    if effect.flaps:
        ailment.acts_at = now + t.streams.draw(_FLAP[code], _memoryless(effect.flaps))
    elif effect.drains and t.member.model.battery:
        share = 0.6 + 0.8 * t.streams.uniform(_DRAIN[code])
        ailment.acts_at = now + int(effect.drains * share)
    elif effect.loops:
        ailment.acts_at = now + effect.loops
    elif effect.locks:
        ailment.acts_at = now


async def _act(t: Terminal, ailment: Ailment) -> None:
    effect, code = ailment.kind.effect, ailment.kind.code
    plan_act(t, ailment)
    if effect.flaps:
        await _flap(t, code)
    elif effect.drains:
        ailment.acts_at = NEVER
        illness.tend_next(t)
        illness.befall(t, _EMPTY, cause=code, parent=ailment.number)
    elif effect.loops:
        await _restart(t, ailment)
    elif effect.locks:
        ailment.acts_at = NEVER
        illness.tend_next(t)
        if t.state in IN_SERVICE:
            t.diary.unlocks = NEVER
            t.step(Event.LOCKED, code=code)


async def _restart(t: Terminal, ailment: Ailment) -> None:
    """Restart once more; a terminal that cannot be used is put aside once somebody knows."""
    illness.tend_next(t)
    await t.line.cut()
    if ailment.plan is not None and ailment.kind.severity == "critical":
        ailment.then = Then.STOP
        t.step(Event.PUT_OUT_OF_ORDER, code=ailment.kind.code)
        return
    t.unit.boot_reason = "reboot"
    t.step(Event.UNEXPECTEDLY_REBOOTED, code=ailment.kind.code)


async def _flap(t: Terminal, code: str) -> None:
    illness.tend_next(t)
    if t.line.up:
        await t.line.cut()
        t.setbacks.connects = 0
        t.diary.reconnects = t.world.now()
        t.step(Event.LINK_LOST, code=code)


def _then(t: Terminal, kind: FaultKind) -> Then:
    """Return what it does at once; without a battery, a broken adapter is a loss of power."""
    unsupplied = kind.effect.drains and not t.member.model.battery
    return Then.BLACK_OUT if unsupplied else kind.effect.then
