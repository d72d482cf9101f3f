"""The manual way: what somebody does when automation is shut (T38, T39).

Power off; hold the keys that open the maintenance menu; type the master maintenance password, which
is not the operator's; the terminal registers, sends a heartbeat, fetches and installs what it was
to have, and reboots; then the operator signs in.
"""

from typing import Final

from fleet.chance.streams import Purpose
from fleet.life import besetting
from fleet.life.faults import NEVER
from fleet.life.regions import UpdatePhase
from fleet.life.signoff import sign_off
from fleet.life.states import IN_SERVICE, Event
from fleet.life.terminal import Terminal
from fleet.life.updating.download import begin_download, fetch, package_of
from fleet.life.updating.install import switch_slot
from fleet.life.updating.job import REBOOTS, Job
from fleet.life.updating.outcome import drop_job, job_of, leave_maintenance, report
from fleet.units import SECOND_MS

_DECLINED: Final = Purpose("update.manual_declined")
_MISTYPED: Final = Purpose("update.wrong_master_password")
_MANUAL: Final = Purpose("update.manual")
_FAILED: Final = Purpose("update.manual_failure")
# A few digits more than the operator's; a guess.
_TYPING_MS: Final = 20 * SECOND_MS


async def by_hand(t: Terminal) -> None:
    """Somebody comes, or nobody does and the old version stays."""
    job, rule = job_of(t), t.profile.update
    t.diary.by_hand = NEVER
    if t.streams.chance(_DECLINED, rule.manual_declined):
        _leave(t, job)
        return
    if t.state in IN_SERVICE:
        t.step(Event.MAINTENANCE_BEGUN, code="manual")
    await t.line.detach(t.ts())
    await t.world.sleep(t.world.now() + t.profile.boot.settle + _TYPING_MS)
    while t.streams.chance(_MISTYPED, rule.wrong_master_password):
        t.step(Event.MASTER_PASSWORD_REFUSED)
        await t.world.sleep(t.world.now() + _TYPING_MS)
    sign_off(t)
    job.accepted_at = t.world.now()
    t.step(Event.MASTER_PASSWORD_ACCEPTED)


def _leave(t: Terminal, job: Job) -> None:
    drop_job(t)
    report(t, job, "failed", "declined")
    leave_maintenance(t, "declined")


async def update_registered(t: Terminal) -> bool:
    """After the registration: update by hand, where that is why it registered.

    Returns:
        Whether the terminal boots into the new version.

    Raises:
        LinkDown: The link broke; the registration begins anew.
    """
    job = t.software.job
    if job is None or not job.manual or not t.line.up:
        return False
    await t.world.beat(t.every_ms, t.world.now())
    await t.world.sleep(t.world.now() + t.streams.draw(_MANUAL, t.profile.update.manual))
    if t.streams.chance(_FAILED, t.profile.update.manual_failure) or not await _fetch_all(t, job):
        drop_job(t)
        besetting.attest(t, "UPD-954", cause="manual", mechanism="human")
        report(t, job, "failed", "UPD-954")
        return False
    job.manual = False
    if job.order.what not in REBOOTS:
        t.software.put_in_force(job.order.what, job.order.version)
        job.phase = UpdatePhase.POST_TEST
        return False
    await switch_slot(t, job)
    return True


async def _fetch_all(t: Terminal, job: Job) -> bool:
    job.begin_anew()
    begin_download(t, job)
    package = package_of(t, job)
    while job.chunk < package.chunks:
        if not await fetch(t, job, package):
            return False
        job.chunk += 1
    return not job.spoilt
