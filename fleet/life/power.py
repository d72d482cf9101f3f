"""Power: on, off in good order, boot, restart, and the wait for a technician.

Each function here is a chapter: it lives through one state until the terminal is in another.
"""

from typing import Final

from fleet.chance.law import Law
from fleet.chance.streams import Purpose
from fleet.life import besetting, effects, illness
from fleet.life.enrolment import await_enrolment
from fleet.life.faults import NEVER, Then
from fleet.life.opening import next_opening
from fleet.life.plights import EXPIRED
from fleet.life.replacement import swap_out
from fleet.life.signoff import leave
from fleet.life.states import Event, State
from fleet.life.terminal import Terminal
from fleet.profile.causes import Certificate
from fleet.units import Millis
from fleet.wire.messages import Booted

_BOOT: Final = Purpose("boot.duration")
_BOOT_FAILURE: Final = Purpose("boot.failure")
_SHUTDOWN: Final = Purpose("shutdown.duration")
_HANG: Final = Purpose("shutdown.hang")
_RESCUE: Final = Purpose("shutdown.rescue")
_DORMANT: Final = Purpose("dormancy.chance")
_DORMANCY: Final = Purpose("dormancy.duration")
_CHARGE: Final = Purpose("dormancy.charge")
_FORCED: Final = Purpose("forced_shutdown.operator")
_REPAIR: Final = {"field": Purpose("repair.field"), "remote": Purpose("repair.remote")}


async def powered_off(t: Terminal) -> None:
    """Wait for the shop to open, or for power to come back; never before all is settled."""
    t.unit.risks.power_off(t.world.now())
    off_at = t.state_since
    blackouts = illness.stopping(t, Then.BLACK_OUT)
    for ailment in blackouts:
        await illness.endure(t, ailment)
    until = t.world.now() if blackouts else t.diary.opens
    await t.world.sleep(max(until, off_at + t.profile.boot.settle))
    flat = t.member.model.battery and t.world.now() - off_at >= t.profile.dormancy.flat_after
    charged_ms = t.streams.draw(_CHARGE, t.profile.dormancy.charge) if flat else 0
    await t.world.sleep(t.world.now() + charged_ms)
    t.diary.closes = t.shop.next_closing(t.world.now())
    t.unit.boot_reason = "power_on"
    t.step(Event.POWERED_ON, code="flat" if flat else "", duration_ms=charged_ms)


async def booting(t: Terminal) -> None:
    """Show the banner and load; a boot that fails too often needs a technician."""
    effects.power_on(t)
    started = t.world.now()
    await t.rest_for(_BOOT, t.profile.boot.duration)
    if t.streams.chance(_BOOT_FAILURE, t.profile.boot.failure):
        _fail_to_boot(t)
    elif any(t.fate.current(Certificate, t.world.now(), t.pulse.fw)):
        t.step(Event.BOOT_GIVEN_UP, code=EXPIRED)
    else:
        _come_up(t, started)


def _fail_to_boot(t: Terminal) -> None:
    t.setbacks.boots += 1
    if t.setbacks.boots < t.profile.boot.attempts_max:
        t.step(Event.BOOT_FAILED)
    else:
        besetting.beset(t, "SW-705")
        t.step(Event.BOOT_GIVEN_UP, code="SW-705")


def _come_up(t: Terminal, started: Millis) -> None:
    """The boot has succeeded: what depends on it begins anew."""
    t.setbacks.boots = 0
    t.pulse.boot += 1
    t.vitals.boot(t.pulse.index, started)
    now = t.world.now()
    taken_ms = now - started
    t.diary.restarts = t.shop.next_security_reboot(now)
    t.diary.settles = t.shop.next_settlement(now)
    t.diary.forced = now + t.streams.draw(_FORCED, t.profile.forced_shutdown.operator)
    t.line.keep(Booted(t.ts(), t.pulse.boot, t.unit.boot_reason, t.pulse.fw, taken_ms))
    t.step(Event.BOOTED, code=t.unit.boot_reason, duration_ms=taken_ms)


async def out_of_order(t: Terminal) -> None:
    """Wait for the technician; or for a clerk, if the server does not know the terminal."""
    t.unit.risks.power_off(t.world.now())
    await t.line.detach(t.ts())
    if t.setbacks.registrations:
        await await_enrolment(t)
        return
    broken = illness.needing_repair(t)
    for ailment in broken:
        await illness.endure(t, ailment)
    if not broken and t.cases.swapped_by is None:
        await t.world.sleep(_repair(t))
    if t.cases.swapped_by is not None:
        swap_out(t)
        return
    t.unit.boot_reason = "repair"
    t.setbacks.boots = t.setbacks.tests = t.setbacks.passwords = 0
    besetting.release(t, "SW-705", "SGN-854", "IDN-302")
    t.step(Event.REPAIRED)


def _repair(t: Terminal) -> Millis:
    """Return when it is done; a certificate that has expired is replaced by the way."""
    now = t.world.now()
    certificates = [cause for cause, _, _ in t.fate.current(Certificate, now, t.pulse.fw)]
    law = certificates[0].repair if certificates else _law(t)
    done = now + t.streams.draw(_REPAIR[t.cases.remedy], law)
    t.cases.remedy = "field"
    if certificates:
        t.fate.forget(Certificate)
        t.diary.befalls = t.fate.at
        t.diary.power_cycles = NEVER
    if EXPIRED in t.cases.plights:
        t.cases.plights[EXPIRED] = t.diary.relieved = done
    return done


def _law(t: Terminal) -> Law:
    return t.profile.repair.remote if t.cases.remedy == "remote" else t.profile.repair.field


async def switch_off(t: Terminal) -> None:
    """Sign off and close for the day, or for much longer; now and then it hangs on its way down."""
    ready = t.state is State.READY
    leave(t)
    if ready:
        t.step(Event.SIGNED_OFF)
    now, rule = t.world.now(), t.profile.shutdown
    lies_ms = 0
    if t.streams.chance(_DORMANT, t.profile.dormancy.chance):
        lies_ms = t.streams.draw(_DORMANCY, t.profile.dormancy.duration)
    t.diary.opens = next_opening(t, now + lies_ms)
    await t.line.detach(t.ts())
    if t.streams.chance(_HANG, rule.hang):
        t.diary.rescued = now + t.streams.draw(_RESCUE, rule.rescue)
        besetting.beset(t, "PWR-105")
        t.step(Event.HUNG, code="PWR-105")
        return
    taken_ms = await t.rest_for(_SHUTDOWN, rule.duration)
    t.step(Event.POWERED_OFF, duration_ms=taken_ms)


async def reboot(t: Terminal, *, why: str) -> None:
    """Restart in good order."""
    await t.line.detach(t.ts())
    t.unit.boot_reason = "security" if why == "security" else "reboot"
    t.step(Event.REBOOTED, code=why)
