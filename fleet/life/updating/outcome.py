"""How an update ends, and how the server is told.

    what went wrong                  code      the terminal then
    download broke off               UPD-951   tries again when idle, with the next chunk
    no space                         UPD-952   tries again when idle
    checksum or signature            UPD-953   tries again when idle, from the first chunk
    installation                     UPD-954   tries again when idle
    made for another model           UPD-955   gives it up at once
    another version than it said     UPD-955   tries again when idle, from the first chunk
    post-installation test           UPD-956   runs the old version
    parameters cut off               UPD-957   is not ready until they are complete
    expired or cancelled             UPD-958   gives it up
    no backup                        DAT-973   goes on without
    a version that cannot start      -         is out of order, and says nothing any more

An update has succeeded when what runs is the version that was ordered, whatever progress was told.
"""

from typing import Final

from fleet.chance.streams import Purpose
from fleet.life import besetting
from fleet.life.faults import CATALOGUE, NEVER
from fleet.life.regions import UpdatePhase
from fleet.life.signoff import sign_off
from fleet.life.states import IN_SERVICE, Event, State
from fleet.life.terminal import Terminal
from fleet.life.updating import room
from fleet.life.updating.job import Job
from fleet.units import Millis
from fleet.wire.messages import Update, UpdateReported
from fleet.wire.words import UpdateWord

_MANUAL_AFTER: Final = Purpose("update.manual_after")
_NOT_FOR_THIS: Final = "UPD-955"


def job_of(t: Terminal) -> Job:
    """Return the update in question; only while there is one."""
    assert t.software.job is not None  # noqa: S101 - whoever asks is a part of an update
    return t.software.job


def drop_job(t: Terminal) -> None:
    """Forget the update that was ordered, and what was planned for it."""
    t.software.job = None
    t.diary.updates = t.diary.by_hand = t.diary.completes = NEVER
    room.forget(t)


def report(t: Terminal, job: Job, word: UpdateWord, error: str = "") -> None:
    """Tell the server where an update stands."""
    tell_of(t, job.order, word, error)


def tell_of(t: Terminal, order: Update, word: UpdateWord, error: str = "") -> None:
    """Tell the server where what it has ordered stands."""
    runs = t.software.runs(order.what)
    t.line.tell(UpdateReported(t.ts(), order.plan, order.version, word, runs, order.what, error))


def taken(t: Terminal, job: Job) -> Millis:
    """Return how long it has taken since the merchant agreed."""
    return t.world.now() - job.accepted_at


def service_state(t: Terminal) -> State:
    """Return where the terminal goes back to: signed in still, or not."""
    return State.READY if t.diary.expires != NEVER else State.STANDBY


def _back(t: Terminal) -> State:
    return service_state(t) if t.state is State.UPDATING else t.state


def plan_offer(t: Terminal) -> None:
    """Find out when the update may be offered; a security update waits for no idle time."""
    job, rule = t.software.job, t.profile.update
    if job is None or job.old or job.manual:
        return
    earliest = max(job.not_before, t.world.now())
    if job.order.reason != "security":
        beaten = t.software.first_beat_at + max(0, rule.heartbeats - 1) * t.every_ms
        earliest = max(earliest, t.software.idle_since + rule.idle, beaten)
    t.diary.updates = earliest


def fail(t: Terminal, error: str, *, parent: int = 0) -> None:
    """Give this attempt up, for a fault that has another as its parent or none.

    After too many attempts the automatic way is given up.
    """
    job = job_of(t)
    job.attempts += 1
    job.phase = UpdatePhase.FAILED
    job.paused_at = None
    report(t, job, "failed", error)
    if error in CATALOGUE and error not in t.cases.active:
        cause = campaign_of(t, job) if error == _NOT_FOR_THIS else ""
        besetting.attest(t, error, cause=cause, parent=parent)
    besetting.dismiss(t, "UPD-951")
    t.step(Event.UPDATE_FAILED, _back(t), code=error, duration_ms=taken(t, job))
    if job.attempts >= t.profile.update.attempts_max:
        _shut_automation(t, job)
        return
    t.software.idle_since = t.world.now()
    plan_offer(t)
    room.foresee(t)


def refuse(t: Terminal, event: Event, word: UpdateWord, error: str) -> None:
    """Give the update up for good: it was refused, expired, cancelled, or not for this model."""
    job = job_of(t)
    drop_job(t)
    report(t, job, word, error)
    if error in CATALOGUE and error not in t.cases.active:
        besetting.attest(t, error, cause=campaign_of(t, job) if error == _NOT_FOR_THIS else "")
    t.step(event, _back(t), code=error)
    if t.diary.resumes == NEVER:  # no window ends it
        leave_maintenance(t, word)


def leave_maintenance(t: Terminal, why: str) -> None:
    """Go back to service: nobody will come for the update any more."""
    if t.state is State.MAINTENANCE:
        sign_off(t)
        t.diary.signs_in = t.world.now()
        t.diary.resumes = t.diary.misuses = NEVER
        t.step(Event.MAINTENANCE_ENDED, code=why)


def campaign_of(t: Terminal, job: Job) -> str:
    """Return the name of the campaign that brought an update; "" if it was somebody else's."""
    brought = (job.order.what, job.order.version)
    campaigns = t.profile.campaigns
    return next((each.name for each in campaigns if (each.kind, each.version) == brought), "")


def _shut_automation(t: Terminal, job: Job) -> None:
    job.manual = True
    job.begin_anew()
    room.forget(t)
    t.diary.updates = NEVER
    wait_ms = t.streams.draw(_MANUAL_AFTER, t.profile.update.manual_after)
    t.diary.by_hand = t.world.now() + wait_ms
    if t.state in IN_SERVICE:
        t.step(Event.AUTOMATION_DISABLED, code=job.order.version)
