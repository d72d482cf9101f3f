"""The download: chunk by chunk, paused by a lost link or a lull, resumed with the next chunk.

Each chunk takes its part of the drawn time, whether it really goes over the link or not; what it
meets on the way is drawn before it begins. So a life is the same in either case, event by event.
Where chunks do go over the link, the answer takes no story time, and its bytes are hashed and let
go: a terminal never holds a package.
"""

import hashlib
from typing import Final

from fleet.chance.streams import Purpose
from fleet.life import besetting
from fleet.life.connecting import reconnect
from fleet.life.regions import UpdatePhase
from fleet.life.states import Event
from fleet.life.terminal import Terminal
from fleet.life.updating.job import NOWHERE, Fate, Job
from fleet.life.updating.outcome import fail, job_of, refuse, report
from fleet.life.world import LinkDown, NoAnswer
from fleet.wire.codes import APPROVED
from fleet.wire.messages import ChunkAnswered, ChunkRequested
from fleet.wire.package import Package

_DOWNLOAD: Final = Purpose("update.download")
_STALL: Final = Purpose("update.stall")
_STALLS_AT: Final = Purpose("update.stall.chunk")
_STALLED: Final = Purpose("update.stalled")
_BREAK: Final = Purpose("update.download_failure")
_BREAKS_AT: Final = Purpose("update.download_failure.chunk")
_SPOIL: Final = Purpose("update.checksum_failure")
_SPOILS_AT: Final = Purpose("update.checksum_failure.chunk")
_CUT: Final = Purpose("update.parameter_interrupted")
_CUT_AT: Final = Purpose("update.parameter_interrupted.chunk")
_DELETED: Final = Purpose("update.cancelled")


def package_of(t: Terminal, job: Job) -> Package:
    """Return the package of an update; a server that names no size has one of the usual size."""
    order, rule = job.order, t.profile.update
    size, chunk = order.size or rule.package, order.chunk or rule.chunk
    return Package(order.what, order.version, size, chunk)


def begin_download(t: Terminal, job: Job) -> None:
    """Draw what the download will meet, and let it begin, or go on where it broke off."""
    chunks = package_of(t, job).chunks
    job.phase = UpdatePhase.DOWNLOADING
    job.step_ms = max(1, t.streams.draw(_DOWNLOAD, t.profile.update.download) // chunks)
    job.until = t.world.now() + job.step_ms
    job.fate = _fate(t, job, chunks - job.chunk)
    if job.digest is None and job.order.sha256 and t.profile.update.transfer == "chunks":
        job.digest = hashlib.sha256()
    report(t, job, "downloading")


def _fate(t: Terminal, job: Job, chunks: int) -> Fate:
    rule = t.profile.update
    interrupted = rule.parameter_interrupted if job.order.what == "parameter" else 0.0

    def somewhere(lot: Purpose, place: Purpose, chance: float) -> int:
        at = job.chunk + int(t.streams.uniform(place) * chunks)
        return at if t.streams.chance(lot, chance) else NOWHERE

    return Fate(
        stalls=somewhere(_STALL, _STALLS_AT, rule.stall),
        breaks=somewhere(_BREAK, _BREAKS_AT, rule.download_failure),
        spoils=somewhere(_SPOIL, _SPOILS_AT, rule.checksum_failure),
        cut=somewhere(_CUT, _CUT_AT, interrupted),
    )


async def download(t: Terminal) -> None:
    """Fetch the chunks that are missing."""
    job = job_of(t)
    package = package_of(t, job)
    if job.fate.breaks != NOWHERE:
        besetting.portend(t, "UPD-951", (job.fate.breaks - job.chunk) * job.step_ms)
    while job.chunk < package.chunks:
        if not t.line.up:
            if not await _resume(t, job):
                return
        elif not await _next_chunk(t, job, package):
            return
    if t.streams.chance(_DELETED, t.profile.update.cancelled):
        refuse(t, Event.UPDATE_CANCELLED, "cancelled", "UPD-958")
        return
    job.phase = UpdatePhase.DOWNLOADED
    t.step(Event.UPDATE_DOWNLOADED, code=job.order.version)
    report(t, job, "downloaded")


async def _next_chunk(t: Terminal, job: Job, package: Package) -> bool:
    """Fetch the next chunk; return whether the download goes on.

    Raises:
        LinkDown: The link is lost.
    """
    _pass_over(t, job, package.chunks)
    if job.chunk == job.fate.stalls and not await _stand_still(t, job):
        return False
    await t.rest_until(job.until)
    if job.chunk == job.fate.breaks:
        fail(t, "UPD-951")
        return False
    if job.chunk == job.fate.cut:
        job.fate = job.fate._replace(cut=NOWHERE)
        await t.line.cut()
        raise LinkDown
    if not await fetch(t, job, package):
        fail(t, "UPD-951")
        return False
    job.chunk += 1
    job.until = max(job.until, t.world.now()) + job.step_ms
    return True


def _pass_over(t: Terminal, job: Job, end: int) -> None:
    """Pass over chunks that only take their time, up to the last before something happens.

    Nothing strikes the terminal meanwhile, so one wait is as good as many.
    """
    if job.digest is None and job.until >= t.world.now():
        eventful = min(chunk for chunk in (*job.fate, end) if chunk >= job.chunk)
        quiet_ms = min(t.unit.risks.at, t.fate.at) - job.until
        chunks = max(0, min(eventful - job.chunk - 1, quiet_ms // job.step_ms))
        job.chunk += chunks
        job.until += chunks * job.step_ms


async def _stand_still(t: Terminal, job: Job) -> bool:
    """Make no progress for a while; return whether it was not too long."""
    job.fate = job.fate._replace(stalls=NOWHERE)
    rule = t.profile.update
    lull_ms = t.streams.draw(_STALLED, rule.stalled)
    job.until += min(lull_ms, rule.pause_max)
    t.step(Event.UPDATE_PAUSED, code="stall")
    report(t, job, "paused", "stall")
    if lull_ms < rule.pause_max:
        await t.rest_until(job.until - job.step_ms)
        t.step(Event.UPDATE_RESUMED, code="stall")
        return True
    await t.rest_until(job.until)
    fail(t, "UPD-951")
    return False


async def fetch(t: Terminal, job: Job, package: Package) -> bool:
    """Ask for the next chunk, again if no answer comes; return whether it came.

    Raises:
        LinkDown: The link broke.
    """
    if job.chunk == job.fate.spoils:
        job.spoilt = True
    if job.digest is None:
        return True
    rule = t.profile.update
    for _ in range(1 + rule.chunk_retries):
        job.asked += 1
        request = ChunkRequested(
            t.ts(), job.asked, package.what, package.version, job.chunk, package.chunk, package.size
        )
        try:
            answer = await t.world.ask(request, rule.chunk_timeout)
        except NoAnswer:
            continue
        assert isinstance(answer, ChunkAnswered)  # noqa: S101 - the world matches kinds
        return _take(job, answer)
    return False


def _take(job: Job, answer: ChunkAnswered) -> bool:
    if answer.code != APPROVED or not answer.data:
        return False
    data = answer.data
    if job.chunk == job.fate.spoils:
        data = bytes([data[0] ^ 1]) + data[1:]
    assert job.digest is not None  # noqa: S101 - whoever asks for chunks hashes them
    job.digest.update(data)
    return True


async def _resume(t: Terminal, job: Job) -> bool:
    """Wait for the link; return whether it came back before too long."""
    if job.order.what == "parameter":
        _be_cut_off(t, job)
        return False
    now = t.world.now()
    if job.paused_at is None:
        job.paused_at = now
        t.step(Event.UPDATE_PAUSED, code="link")
    give_up_at = job.paused_at + t.profile.update.pause_max
    await t.rest_until(min(t.diary.reconnects, give_up_at))
    if t.world.now() >= give_up_at:
        fail(t, "UPD-951")
        return False
    await reconnect(t)
    if t.line.up:
        job.until += t.world.now() - job.paused_at
        job.paused_at = None
        t.step(Event.UPDATE_RESUMED, code="link")
    return True


def _be_cut_off(t: Terminal, job: Job) -> None:
    """Parameters cannot be resumed: they are only half there, and the old ones are gone."""
    job.begin_anew()
    report(t, job, "paused", "UPD-957")
    t.diary.completes = t.world.now()
    besetting.beset(t, "UPD-957")
    t.step(Event.PARAMETERS_CUT_OFF, code="UPD-957")
