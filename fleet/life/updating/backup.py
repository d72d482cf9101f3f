"""The backup before an update: signatures, customers, transactions.

Without it an update goes on all the same, and old data that does not fit the new version is lost.
"""

from typing import Final

from fleet.chance.streams import Purpose
from fleet.life import besetting
from fleet.life.faults import NEVER
from fleet.life.regions import UpdatePhase
from fleet.life.states import Event
from fleet.life.terminal import Terminal
from fleet.life.updating import room
from fleet.life.updating.download import begin_download
from fleet.life.updating.job import Job
from fleet.life.updating.outcome import fail, job_of, refuse, report
from fleet.life.updating.room import NO_BACKUP, NO_SPACE
from fleet.life.updating.work import work

_BACKUP: Final = Purpose("update.backup")
_EXPIRED: Final = Purpose("update.expired")
_MIGRATION: Final = Purpose("update.migration_failure")


def begin_backup(t: Terminal, job: Job) -> None:
    """Let the backup begin."""
    job.phase = UpdatePhase.BACKUP
    job.until = NEVER
    report(t, job, "backing_up")


async def back_up(t: Terminal) -> None:
    """Back up, then see whether the package is still to be had and there is room for it."""
    job, rule = job_of(t), t.profile.update
    await work(t, job, _BACKUP, rule.backup)
    job.backed_up = room.holds_backup(t)
    if not job.backed_up:
        t.step(Event.BACKUP_FAILED, code=NO_BACKUP)
        report(t, job, "backing_up", NO_BACKUP)
        besetting.attest(t, NO_BACKUP)
    if t.streams.chance(_EXPIRED, rule.expired):
        refuse(t, Event.UPDATE_EXPIRED, "expired", "UPD-958")
    elif not room.holds_package(t):
        fail(t, NO_SPACE)
    else:
        begin_download(t, job)


def migrate(t: Terminal, job: Job) -> None:
    """Carry old data over to the new version; what does not fit is restored, or lost."""
    if t.streams.chance(_MIGRATION, t.profile.update.migration_failure):
        t.step(Event.DATA_RESTORED if job.backed_up else Event.DATA_LOST, code="DAT-972")
        besetting.attest(t, "DAT-972", cause=job.order.version, mechanism="firmware")
