"""Data synchronisation: parameters and the clock, after the self-test and whenever they are stale.

A terminal that gets no answer stands by all the same, with what it knew before, and tries again by
and by: full jitter, under a bound that doubles. The answer also says how urgently the server wants
to be called for an update (ISO 20022's contact level): a critical one is offered at once, without
the half-hour of idleness that others wait for.
"""

from typing import Final

from fleet.chance.streams import Purpose
from fleet.life import besetting
from fleet.life.connecting import attach
from fleet.life.faults import NEVER
from fleet.life.maintenance import plan_maintenance
from fleet.life.regions import Session
from fleet.life.states import Event
from fleet.life.terminal import Terminal
from fleet.life.updating.outcome import plan_offer
from fleet.life.updating.parameters import are_missing, stay_not_ready
from fleet.life.world import LinkDown, NoAnswer
from fleet.wire.codes import APPROVED
from fleet.wire.messages import SyncAnswered, SyncRequested

_DURATION: Final = Purpose("sync.duration")
_RETRY: Final = Purpose("sync.retry")


async def data_sync(t: Terminal) -> None:
    """Come online, tell of the boot and the self-test, fetch parameters; or go on without."""
    try:
        if not t.line.up:
            await attach(t)
        t.line.catch_up(t.ts())
        contact = await _fetch(t)
        await t.rest_for(_DURATION, t.profile.sync.duration)
    except (LinkDown, NoAnswer):
        await t.line.cut()
        t.setbacks.syncs = 0
        _plan_another(t)
        besetting.beset(t, "DAT-971")
        _stand_by(t, Event.SYNC_TIMED_OUT)
        t.diary.reconnects = max(t.world.now(), t.cases.isolated_until())
        return
    t.diary.syncs = NEVER
    besetting.release(t, "DAT-971")
    _stand_by(t, Event.SYNCED, urgent=contact == "CRIT")


async def sync_again(t: Terminal) -> None:
    """Try again while on duty; raises `LinkDown`."""
    t.diary.syncs = NEVER
    try:
        await _fetch(t)
    except NoAnswer:
        _plan_another(t)
        return
    t.setbacks.syncs = 0
    besetting.release(t, "DAT-971")
    t.step(Event.RESYNCED)


async def _fetch(t: Terminal) -> str:
    number = t.line.request_number()
    request = SyncRequested(t.ts(), number, t.pulse.fw, t.unit.params, t.pulse.plan)
    answer = await t.world.ask(request, t.profile.sync.timeout)
    assert isinstance(answer, SyncAnswered)  # noqa: S101 - the world matches kinds
    if answer.code != APPROVED:
        raise NoAnswer
    t.unit.params = answer.params
    return answer.contact


def _plan_another(t: Terminal) -> None:
    rule = t.profile.sync
    bound_ms = min(rule.retry_max, rule.retry_first << min(t.setbacks.syncs, 30))
    t.setbacks.syncs += 1
    t.diary.syncs = t.world.now() + int(t.streams.uniform(_RETRY) * bound_ms)


def _stand_by(t: Terminal, event: Event, *, urgent: bool = False) -> None:
    now, rule = t.world.now(), t.profile.update
    t.software.idle_since = now - (rule.idle if urgent else 0)
    t.software.first_beat_at = now - (rule.heartbeats * t.every_ms if urgent else 0)
    t.diary.signs_in = now
    t.diary.reports = now
    if t.shift.session is Session.SIGNED_IN:
        t.shift.session = Session.EXPIRED if t.diary.expires <= now else Session.SIGNED_OFF
    t.diary.expires = NEVER
    plan_offer(t)
    plan_maintenance(t)
    t.step(event)
    if t.shift.lifted_by:
        t.step(Event.LOCKED, code=t.shift.lifted_by)
    elif are_missing(t):
        stay_not_ready(t)
