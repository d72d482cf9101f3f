"""Power: unboxing, registration, boot, shutdown, and the way back after a forced one.

Each function here is a chapter: it lives through one state until the terminal is in another.
"""

from typing import Final

from fleet.chance.streams import Purpose
from fleet.life.faults import CATALOGUE, Effect
from fleet.life.regions import Link
from fleet.life.states import Event
from fleet.life.terminal import Terminal
from fleet.life.world import LinkDown, NoAnswer
from fleet.wire.messages import APPROVED, Booted, RegistrationAnswered, RegistrationRequested

_BOOT: Final = Purpose("boot.duration")
_BOOT_FAILURE: Final = Purpose("boot.failure")
_REGISTRATION_RETRY: Final = Purpose("registration.retry")
_FIELD_REPAIR: Final = Purpose("repair.field")


async def inventory(t: Terminal) -> None:
    """Lie in its box until the shop first opens."""
    await t.world.sleep(t.shop.first_power_on())
    t.diary.closes = t.shop.next_closing(t.world.now())
    t.step(Event.DELIVERED)


async def registering(t: Terminal) -> None:
    """Make itself known to the server; try again until it answers."""
    try:
        if t.link is Link.DOWN:
            await t.attach()
        answer = await t.world.ask(_registration(t), t.profile.registration.timeout)
    except (LinkDown, NoAnswer):
        await t.detach(clean=False)
        pause_ms = t.streams.draw(_REGISTRATION_RETRY, t.profile.registration.retry)
        await t.world.sleep(t.world.patience(pause_ms))
        return
    assert isinstance(answer, RegistrationAnswered)  # noqa: S101 - the world matches kinds
    if answer.code != APPROVED:
        t.step(Event.REGISTRATION_REFUSED, code=answer.code)
        await t.detach(clean=True)
        return
    if answer.heartbeat_ms:
        t.beat_every(answer.heartbeat_ms)
    t.step(Event.REGISTERED)


async def powered_off(t: Terminal) -> None:
    """Wait for the shop to open, or for power to come back."""
    t.power_off()
    blackout = next((c for c in t.active if CATALOGUE[c].effect is Effect.BLACKOUT), None)
    until = t.diary.opens if blackout is None else t.active[blackout]
    await t.world.sleep(until)
    if blackout is not None:
        t.recover(CATALOGUE[blackout])
    now = t.world.now()
    t.diary.closes = t.shop.next_closing(now)
    t.boot_reason = "power_on"
    t.step(Event.POWERED_ON)


async def booting(t: Terminal) -> None:
    """Show the banner and load; a boot that fails too often needs a technician."""
    t.power_on()
    started = t.world.now()
    await t.rest_for(_BOOT, t.profile.boot.duration)
    if t.streams.chance(_BOOT_FAILURE, t.profile.boot.failure):
        t.failed_boots += 1
        if t.failed_boots >= t.profile.boot.attempts_max:
            t.step(Event.BOOT_GIVEN_UP, code="SW-705")
        else:
            t.step(Event.BOOT_FAILED)
        return
    t.failed_boots = 0
    t.pulse.boot += 1
    t.vitals.boot(t.pulse.index, started)
    taken_ms = t.world.now() - started
    t.keep(Booted(t.ts(), t.pulse.boot, t.boot_reason, t.pulse.fw, taken_ms))
    t.step(Event.BOOTED, code=t.boot_reason, duration_ms=taken_ms)


async def hung(t: Terminal) -> None:
    """Make no progress, link and all, until a watchdog or an operator cuts the power."""
    until = min(at for code, at in t.active.items() if CATALOGUE[code].effect is Effect.HANG)
    await t.world.sleep(until)
    t.step(Event.FORCIBLY_SHUT_DOWN, code="watchdog")


async def forced_shutdown(t: Terminal) -> None:
    """Lose the link without a word, take damage, wait until power may be switched on again."""
    t.power_off()
    await t.detach(clean=False)
    t.forced_shutdowns += 1
    t.risks.wear(t.world.now(), t.profile.damage.per_forced_shutdown)
    until = t.world.now() + t.profile.boot.settle
    cured = [CATALOGUE[code] for code in t.active if CATALOGUE[code].effect in _CURED]
    await t.world.sleep(max([until, *(t.active[kind.code] for kind in cured)]))
    for kind in cured:
        t.recover(kind)
    t.boot_reason = "forced_shutdown"
    t.step(Event.RECOVERED)


async def out_of_order(t: Terminal) -> None:
    """Wait for the technician."""
    t.power_off()
    await t.detach(clean=True)
    await t.world.sleep(t.world.now() + t.streams.draw(_FIELD_REPAIR, t.profile.repair.field))
    t.boot_reason = "repair"
    t.failed_boots = t.tries = 0
    t.step(Event.REPAIRED)


async def switch_off(t: Terminal) -> None:
    """Close for the day."""
    t.diary.opens = t.shop.next_opening(t.world.now())
    await t.detach(clean=True)
    t.step(Event.POWERED_OFF)


async def reboot(t: Terminal, *, why: str) -> None:
    """Restart in good order."""
    await t.detach(clean=True)
    t.boot_reason = "reboot"
    t.step(Event.REBOOTED, code=why)


# What a cold start cures.
_CURED: Final = frozenset({Effect.HANG, Effect.SHUTDOWN})


def _registration(t: Terminal) -> RegistrationRequested:
    member = t.member
    return RegistrationRequested(
        ts=t.ts(),
        req=t.request_number(),
        tid=member.tid,
        serial_no=member.serial_no,
        model=member.model.name,
        region=member.region.name,
        fw=t.pulse.fw,
        link=member.model.link,
    )
