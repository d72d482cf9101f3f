"""Work of a drawn duration that a fault may interrupt, and that goes on where it stopped."""

from fleet.chance.law import Law
from fleet.chance.streams import Purpose
from fleet.life.faults import NEVER
from fleet.life.terminal import Terminal
from fleet.life.updating.job import Job


async def work(t: Terminal, job: Job, purpose: Purpose, law: Law) -> None:
    """Let what is under way take its time, drawn when it begins.

    Raises:
        Fault: One struck meanwhile; the next call waits for what is left.
    """
    if job.until == NEVER:
        job.until = t.world.now() + t.streams.draw(purpose, law)
    await t.rest_until(job.until)
    job.until = NEVER
