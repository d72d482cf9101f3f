"""The chapter of an update under way: whichever phase it is in, until it is over."""

from collections.abc import Awaitable, Callable
from typing import Final

from fleet.life import besetting, illness
from fleet.life.faults import Point
from fleet.life.regions import UpdatePhase
from fleet.life.states import Event
from fleet.life.terminal import Terminal
from fleet.life.updating.backup import back_up
from fleet.life.updating.download import download
from fleet.life.updating.install import install, verify
from fleet.life.updating.offer import ask_merchant
from fleet.life.updating.outcome import fail, job_of, report

PHASES: Final[dict[UpdatePhase, Callable[[Terminal], Awaitable[None]]]] = {
    UpdatePhase.OFFERED: ask_merchant,
    UpdatePhase.BACKUP: back_up,
    UpdatePhase.DOWNLOADING: download,
    UpdatePhase.DOWNLOADED: verify,
    UpdatePhase.INSTALLING: install,
}


_LEADS_TO: Final = {"HW-602": "UPD-952"}
"""What a fault makes an update fail by, where that is a fault of its own."""


async def updating(t: Terminal) -> None:
    """Go on with the update, unless a fault makes that impossible."""
    hindering = t.cases.hindered("update")
    if hindering:
        illness.come_upon(t, Point.UPDATE)
        parent = t.cases.active[hindering].number
        fail(t, _LEADS_TO.get(hindering, hindering), parent=parent)
        return
    await PHASES[job_of(t).phase](t)


def struck(t: Terminal, code: str) -> None:
    """A fault that stops the terminal broke in: the update fails, or is left half there."""
    job = job_of(t)
    if job.phase is UpdatePhase.DOWNLOADING and job.order.what == "parameter":
        job.begin_anew()
        report(t, job, "paused", "UPD-957")
        t.diary.completes = t.world.now()
        besetting.beset(t, "UPD-957")
        t.step(Event.PARAMETERS_CUT_OFF, code="UPD-957")
    else:
        fail(t, code)
