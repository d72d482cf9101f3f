"""Verification, installation, and the tests of what was installed.

There are two slots. The new version goes into the one that does not run; a reboot makes it run; if
it fails its tests, another reboot makes the old one run again.
"""

from typing import Final

from fleet.chance.streams import Purpose
from fleet.life import besetting
from fleet.life.faults import NEVER
from fleet.life.regions import UpdatePhase
from fleet.life.states import Event
from fleet.life.terminal import Terminal
from fleet.life.updating.backup import migrate
from fleet.life.updating.defect import defective, shows_in_test
from fleet.life.updating.download import package_of
from fleet.life.updating.interfaces import lose_interface
from fleet.life.updating.job import REBOOTS, Job
from fleet.life.updating.outcome import drop_job, fail, job_of, report, service_state, taken
from fleet.life.updating.work import work
from fleet.wire.package import is_signed
from fleet.wire.password import estate_secret

_WRONG_VERSION: Final = Purpose("update.wrong_version")
_INSTALL: Final = Purpose("update.install")
_NOT_INSTALLED: Final = Purpose("update.install_failure")
_BRICKED: Final = Purpose("update.bricked")
_APPLY: Final = Purpose("update.apply")
_FUNCTIONAL: Final = Purpose("update.functional_test")
_COMPATIBILITY: Final = Purpose("update.compatibility_test")
_POST_TEST: Final = Purpose("update.post_test_failure")
_INCOMPATIBLE: Final = Purpose("update.compatibility_failure")


async def verify(t: Terminal) -> None:
    """Check checksum, signature and version; what is wrong is fetched anew."""
    job = job_of(t)
    error = _flaw(t, job)
    if error:
        job.begin_anew()
        fail(t, error)
        return
    job.phase = UpdatePhase.VERIFIED
    t.step(Event.UPDATE_VERIFIED, code=job.order.version)
    report(t, job, "verified")
    job.phase = UpdatePhase.INSTALLING
    job.until = NEVER
    report(t, job, "installing")


def _flaw(t: Terminal, job: Job) -> str:
    order = job.order
    sound = not job.spoilt if job.digest is None else job.digest.hexdigest() == order.sha256
    secret = estate_secret(t.streams.seed)
    # A server without signatures, as a foreign one may be, is taken at its word.
    if order.signature:
        sound = sound and is_signed(secret, package_of(t, job), order.sha256, order.signature)
    if not sound:
        return "UPD-953"
    wrong = t.streams.chance(_WRONG_VERSION, t.profile.update.wrong_version)
    return "UPD-955" if wrong else ""


async def install(t: Terminal) -> None:
    """Install firmware or an app and reboot; put parameters or keys into force."""
    job, rule = job_of(t), t.profile.update
    if job.order.what not in REBOOTS:
        await work(t, job, _APPLY, rule.apply)
        t.software.put_in_force(job.order.what, job.order.version)
        succeed(t, job)
        lose_interface(t, job)
        return
    await work(t, job, _INSTALL, rule.install)
    if t.streams.chance(_BRICKED, rule.bricked):
        drop_job(t)
        t.step(Event.UPDATE_BRICKED, code=job.order.version)
    elif t.streams.chance(_NOT_INSTALLED, rule.install_failure):
        fail(t, "UPD-954")
    else:
        await switch_slot(t, job)


async def switch_slot(t: Terminal, job: Job) -> None:
    """Reboot into the new version."""
    what, new = job.order.what, job.order.version
    job.old = t.software.runs(what)
    job.phase = UpdatePhase.REBOOTING
    t.software.put_in_force(what, new)
    t.unit.boot_reason = "update"
    t.step(Event.UPDATE_INSTALLED, code=_change(job, job.old, new))
    await t.line.detach(t.ts())


async def post_test(t: Terminal) -> bool:
    """Test a new version before the operator signs in; False if the old one had to come back."""
    job = t.software.job
    if job is None or job.phase is not UpdatePhase.REBOOTING:
        return True
    rule = t.profile.update
    await t.rest_for(_FUNCTIONAL, rule.functional_test)
    await t.rest_for(_COMPATIBILITY, rule.compatibility_test)
    # All are drawn, whatever the others say, so that each keeps its own count.
    failed = t.streams.chance(_POST_TEST, rule.post_test_failure)
    failed |= t.streams.chance(_INCOMPATIBLE, rule.compatibility_failure)
    failed |= shows_in_test(t, job)
    if failed:
        await _roll_back(t, job)
        return False
    job.phase = UpdatePhase.POST_TEST
    migrate(t, job)
    return True


async def _roll_back(t: Terminal, job: Job) -> None:
    drop_job(t)
    t.software.put_in_force(job.order.what, job.old)
    report(t, job, "rolled_back", "UPD-956")
    campaign = defective(t, job)
    besetting.attest(t, "UPD-956", cause=campaign.name if campaign else "")
    t.unit.boot_reason = "rollback"
    code = _change(job, job.order.version, job.old)
    t.step(Event.UPDATE_ROLLED_BACK, code=code, duration_ms=taken(t, job))
    await t.line.detach(t.ts())


def conclude(t: Terminal) -> None:
    """After a sign-in: an update whose version runs, and has been tested, has succeeded."""
    job = t.software.job
    if job is not None and job.phase is UpdatePhase.POST_TEST:
        succeed(t, job)


def succeed(t: Terminal, job: Job) -> None:
    """Note that the update has succeeded."""
    drop_job(t)
    t.counters.updates += 1
    if job.order.what == "firmware":
        t.unit.risks.patch(t.world.now(), t.profile.hazards.patch)
    report(t, job, "succeeded")
    t.step(Event.UPDATED, service_state(t), code=job.order.version, duration_ms=taken(t, job))


def _change(job: Job, old: str, new: str) -> str:
    """Return what a step says of a change: of firmware what ran and runs, else what is new."""
    return f"{old}>{new}" if job.order.what == "firmware" else f"{job.order.what}:{new}"
