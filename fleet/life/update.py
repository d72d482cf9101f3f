"""Firmware updates, the automatic way.

An update is ordered by the server, offered when the terminal has been idle for half an hour and has
sent two heartbeats since it booted, and put to the merchant, who agrees or puts it off. Then it is
downloaded, checked, installed, and the terminal restarts. The new version is tested before the
operator signs in; if it fails, the old one is brought back. An update has succeeded when the
version that was ordered runs and the operator is signed in again, never before. Too many failures
shut the automatic way for that version, as Verifone VHQ does, so that retries cannot swamp anyone.

    what went wrong              code      the terminal then
    download broke off           UPD-951   tries again when idle
    checksum or signature        UPD-953   tries again when idle
    installation                 UPD-954   tries again when idle
    post-installation test       UPD-956   runs the old version
"""

from typing import Final

from fleet.chance.streams import Purpose
from fleet.life.faults import NEVER
from fleet.life.states import Event, State
from fleet.life.terminal import Job, Terminal
from fleet.wire.messages import Update, UpdateReported, UpdateWord

_RESPONSE: Final = Purpose("update.response")
_DEFER: Final = Purpose("update.defer")
_DEFER_FOR: Final = Purpose("update.defer_for")
_DOWNLOAD: Final = Purpose("update.download")
_INSTALL: Final = Purpose("update.install")
_BROKEN_OFF: Final = Purpose("update.download_failure")
_CORRUPT: Final = Purpose("update.checksum_failure")
_NOT_INSTALLED: Final = Purpose("update.install_failure")
_POST_TEST: Final = Purpose("update.post_test_failure")


def take_order(t: Terminal, order: Update) -> None:
    """Remember an update, to be offered when the terminal is idle."""
    if order.version != t.pulse.fw:
        t.job = Job(order)
        plan_offer(t)


def plan_offer(t: Terminal) -> None:
    """Find out when the update may be offered."""
    rule = t.profile.update
    idle = t.idle_since + rule.idle
    beaten = t.first_beat_at + max(0, rule.heartbeats - 1) * t.every_ms
    t.diary.updates = max(idle, beaten, t.job.not_before if t.job else 0, t.world.now())


async def offer(t: Terminal) -> None:
    """Prompt the merchant."""
    assert t.job is not None  # noqa: S101 - the diary holds an update only while there is a job
    t.diary.updates = NEVER
    t.step(Event.UPDATE_OFFERED, code=t.job.order.version)
    _report(t, "offered")


async def updating(t: Terminal) -> None:
    """Ask the merchant, then download, check and install; or put it off, or fail."""
    job = t.job
    assert job is not None  # noqa: S101 - see offer
    if await _deferred(t, job):
        return None
    job.accepted_at = t.world.now()
    t.step(Event.UPDATE_ACCEPTED, code=job.order.version)
    _report(t, "downloading")
    await t.rest_for(_DOWNLOAD, t.profile.update.download)
    if t.streams.chance(_BROKEN_OFF, t.profile.update.download_failure):
        return fail(t, "UPD-951")
    t.step(Event.UPDATE_DOWNLOADED, code=job.order.version)
    _report(t, "downloaded")
    if t.streams.chance(_CORRUPT, t.profile.update.checksum_failure):
        return fail(t, "UPD-953")
    _report(t, "installing")
    await t.rest_for(_INSTALL, t.profile.update.install)
    if t.streams.chance(_NOT_INSTALLED, t.profile.update.install_failure):
        return fail(t, "UPD-954")
    await _restart(t, job)
    return None


async def _deferred(t: Terminal, job: Job) -> bool:
    rule = t.profile.update
    if job.order.forced or job.defers >= rule.defers_max:
        return False
    await t.rest_for(_RESPONSE, rule.response)
    if not t.streams.chance(_DEFER, rule.defer):
        return False
    job.defers += 1
    job.not_before = t.world.now() + t.streams.draw(_DEFER_FOR, rule.defer_for)
    t.diary.updates = job.not_before
    _report(t, "deferred")
    t.step(Event.UPDATE_DEFERRED, service_state(t), code=job.order.version)
    return True


def fail(t: Terminal, error: str) -> None:
    """Give this attempt up; after too many of them, the update."""
    job = t.job
    assert job is not None  # noqa: S101 - only an update under way can fail
    job.attempts += 1
    _report(t, "failed", error)
    t.step(Event.UPDATE_FAILED, service_state(t), code=error, duration_ms=_taken(t, job))
    if job.attempts >= t.profile.update.attempts_max:
        t.job = None
        return
    t.idle_since = t.world.now()
    plan_offer(t)


async def _restart(t: Terminal, job: Job) -> None:
    job.old, t.pulse.fw = t.pulse.fw, job.order.version
    t.boot_reason = "update"
    t.step(Event.UPDATE_INSTALLED, code=f"{job.old}>{t.pulse.fw}")
    await t.detach(clean=True)


async def post_test(t: Terminal) -> bool:
    """Test a new version before the operator signs in; False if the old one had to come back."""
    job = t.job
    if job is None or not job.old or job.tested:
        return True
    job.tested = True
    if not t.streams.chance(_POST_TEST, t.profile.update.post_test_failure):
        return True
    new, t.pulse.fw, t.job = t.pulse.fw, job.old, None
    _report_end(t, job, "rolled_back", "UPD-956")
    t.boot_reason = "rollback"
    t.step(Event.UPDATE_ROLLED_BACK, code=f"{new}>{job.old}", duration_ms=_taken(t, job))
    await t.detach(clean=True)
    return False


def conclude(t: Terminal) -> None:
    """After a sign-in: an update whose version runs has succeeded."""
    job = t.job
    if job is None or not job.old or t.pulse.fw != job.order.version:
        return
    t.job = None
    t.updates += 1
    _report_end(t, job, "succeeded", "")
    t.step(Event.UPDATED, code=job.order.version, duration_ms=_taken(t, job))


def service_state(t: Terminal) -> State:
    """Return where the terminal goes back to: signed in still, or not."""
    return State.READY if t.diary.expires != NEVER else State.STANDBY


def _taken(t: Terminal, job: Job) -> int:
    return t.world.now() - job.accepted_at


def _report(t: Terminal, word: UpdateWord, error: str = "") -> None:
    assert t.job is not None  # noqa: S101 - reports are about a job
    _report_end(t, t.job, word, error)


def _report_end(t: Terminal, job: Job, word: UpdateWord, error: str) -> None:
    order = job.order
    t.tell(UpdateReported(t.ts(), order.plan, order.version, word, t.pulse.fw, error))
