"""The chapter of an update under way: whichever phase it is in, until it is over."""

from collections.abc import Awaitable, Callable
from typing import Final

from fleet.life.faults import Effect, FaultKind
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
# A broken part does not keep the rest from being updated; without a link it waits.
_HARMLESS: Final = frozenset({Effect.DEGRADE, Effect.ISOLATE})


async def updating(t: Terminal) -> None:
    """Go on with the update."""
    await PHASES[job_of(t).phase](t)


def struck(t: Terminal, kind: FaultKind) -> None:
    """A fault broke in: the update fails, or waits, or leaves parameters half there."""
    job = job_of(t)
    if kind.effect in _HARMLESS:
        return
    if job.phase is UpdatePhase.DOWNLOADING and job.order.what == "parameter":
        job.begin_anew()
        report(t, job, "paused", "UPD-957")
        t.diary.completes = t.world.now()
        t.step(Event.PARAMETERS_CUT_OFF, code="UPD-957")
    else:
        fail(t, kind.code)
