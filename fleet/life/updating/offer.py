"""From the order to the merchant's consent."""

from typing import Final

from fleet.chance.streams import Purpose
from fleet.life.faults import NEVER
from fleet.life.regions import UpdatePhase
from fleet.life.states import Event, State
from fleet.life.terminal import Terminal
from fleet.life.updating import room
from fleet.life.updating.backup import begin_backup
from fleet.life.updating.guards import objection
from fleet.life.updating.job import Job
from fleet.life.updating.outcome import job_of, plan_offer, refuse, report, service_state
from fleet.life.updating.work import work
from fleet.wire.messages import CancelUpdate, Update

_RESPONSE: Final = Purpose("update.response")
_DEFER: Final = Purpose("update.defer")
_DEFER_FOR: Final = Purpose("update.defer_for")
_REJECTED: Final = Purpose("update.rejected")


def take_order(t: Terminal, order: Update) -> None:
    """Remember an update, to be offered when the terminal is idle; refuse one that does not fit."""
    if order.version == t.software.runs(order.what) or _is_busy_with_another(t):
        return
    t.software.job = Job(order)
    if order.made_for and t.member.model.name not in order.made_for:
        refuse(t, Event.UPDATE_FAILED, "failed", "UPD-955")
    else:
        t.diary.by_hand = NEVER
        plan_offer(t)
        room.foresee(t)


def _is_busy_with_another(t: Terminal) -> bool:
    """Whether an update is installed and on its way to its proof, or its parameters are missing."""
    return t.software.job is not None and (
        t.software.job.old != "" or t.software.job.phase is UpdatePhase.DOWNLOADING
    )


def can_cancel(t: Terminal, order: CancelUpdate) -> bool:
    """Whether there is such an update, and it has not begun."""
    job = t.software.job
    if job is None or _is_busy_with_another(t):
        return False
    return order.version in {"", job.order.version}


async def offer(t: Terminal) -> None:
    """Prompt the merchant, unless a guard objects or it is too late."""
    job = job_of(t)
    t.diary.updates = NEVER
    if 0 < job.order.expires <= t.ts():
        refuse(t, Event.UPDATE_EXPIRED, "expired", "UPD-958")
        return
    held = objection(t, job)
    if held is not None:
        _hold(t, job, *held)
        return
    job.held = ""
    job.unattended = t.state is State.MAINTENANCE
    job.phase = UpdatePhase.OFFERED
    job.until = NEVER
    t.step(Event.UPDATE_OFFERED, code=job.order.version)
    report(t, job, "offered")


def _hold(t: Terminal, job: Job, word: str, again_at: int) -> None:
    t.diary.updates = again_at
    if word != job.held:
        job.held = word
        report(t, job, "held", word)
        t.step(Event.UPDATE_HELD, code=word)


async def ask_merchant(t: Terminal) -> None:
    """Wait for the merchant's answer, where the merchant has one to give."""
    job, rule = job_of(t), t.profile.update
    most = rule.defers_max_security if job.order.reason == "security" else rule.defers_max
    if not (job.order.forced or job.unattended) and job.defers < most:
        await work(t, job, _RESPONSE, rule.response)
        if t.streams.chance(_DEFER, rule.defer):
            _defer(t, job)
            return
    job.accepted_at = t.world.now()
    if t.streams.chance(_REJECTED, rule.rejected):
        refuse(t, Event.UPDATE_REJECTED, "rejected", "AERR")
        return
    t.step(Event.UPDATE_ACCEPTED, code=job.order.version)
    begin_backup(t, job)


def _defer(t: Terminal, job: Job) -> None:
    job.defers += 1
    job.phase = UpdatePhase.DEFERRED
    job.not_before = t.world.now() + t.streams.draw(_DEFER_FOR, t.profile.update.defer_for)
    t.diary.updates = job.not_before
    report(t, job, "deferred")
    t.step(Event.UPDATE_DEFERRED, service_state(t), code=job.order.version)
