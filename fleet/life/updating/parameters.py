"""Parameters that were cut off: the terminal is not ready until they are all there.

An interrupted download of parameters leaves old ones gone and new ones half there; Ingenico's
terminals show NOT READY. No reboot and no power cycle helps, only a download that is completed.
"""

from fleet.life import besetting
from fleet.life.faults import NEVER
from fleet.life.regions import UpdatePhase
from fleet.life.states import Event
from fleet.life.terminal import Terminal
from fleet.life.updating.download import begin_download, fetch, package_of
from fleet.life.updating.interfaces import lose_interface
from fleet.life.updating.job import NOWHERE, Job
from fleet.life.updating.outcome import drop_job, job_of, report
from fleet.life.world import LinkDown


def are_missing(t: Terminal) -> bool:
    """Whether a download of parameters was cut off and has not been completed."""
    job = t.software.job
    return (
        job is not None
        and job.order.what == "parameter"
        and job.phase is UpdatePhase.DOWNLOADING
        and not job.manual
    )


def stay_not_ready(t: Terminal) -> None:
    """After a boot: parameters are still missing."""
    t.diary.signs_in = NEVER
    t.diary.completes = t.world.now()
    t.step(Event.PARAMETERS_MISSING, code="UPD-957")


async def complete(t: Terminal) -> None:
    """Fetch them all, from the first chunk; try again later if they do not come.

    Raises:
        LinkDown: They were cut off once more.
        Fault: One struck meanwhile.
    """
    job = job_of(t)
    package = package_of(t, job)
    t.diary.completes = t.world.now() + t.profile.update.recheck
    job.begin_anew()
    begin_download(t, job)
    await t.rest(job.step_ms * package.chunks)
    if job.fate.cut != NOWHERE:
        await t.line.cut()
        raise LinkDown
    while job.chunk < package.chunks:
        if not await fetch(t, job, package):
            return
        job.chunk += 1
    if not job.spoilt:
        _put_in_force(t, job)


def _put_in_force(t: Terminal, job: Job) -> None:
    drop_job(t)
    t.software.put_in_force(job.order.what, job.order.version)
    t.diary.completes = NEVER
    t.diary.signs_in = t.world.now()
    t.counters.updates += 1
    report(t, job, "succeeded")
    besetting.release(t, "UPD-957")
    t.step(Event.PARAMETERS_COMPLETED, code=job.order.version)
    lose_interface(t, job)
