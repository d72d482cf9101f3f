"""Shutdowns that nobody planned: hangs, power cut by an operator or by the terminal itself.

Theory of operation
-------------------
Whoever cuts the power of a running terminal interrupts what is under way, may lose what was being
stored, and leaves damage: each forced shutdown multiplies the hazards of wear. A forced shutdown
says why it came: `watchdog` out of a hang, `operator`, or one of the causes that vendors name for
terminals which shut down by themselves (software, hardware, network, external, settings).

An operator does it in order: looks at the terminal's state (it is never done in the middle of a
payment or an update), sees to it that a portable is charged, reads the instructions, unplugs and
disconnects it, switches off, waits until it is off for sure. The time of all that is drawn; then
power must stay off for a while, and only then may it be switched on again.
"""

from typing import Final

from fleet.chance.streams import Purpose
from fleet.life import besetting, illness, transaction
from fleet.life.faults import NEVER, Then
from fleet.life.states import Event
from fleet.life.terminal import Terminal

_PREPARATION: Final = Purpose("forced_shutdown.preparation")
_CHARGE: Final = Purpose("forced_shutdown.charge")
_CAUSE: Final = Purpose("forced_shutdown.cause")
_DATA_LOST: Final = Purpose("damage.data_loss")


async def hung(t: Terminal) -> None:
    """Make no progress, link and all, until a watchdog or an operator cuts the power."""
    watchdog = NEVER
    for ailment in illness.stopping(t, Then.HANG):
        watchdog = await illness.await_repair(t, ailment)
    rescued, t.diary.rescued = t.diary.rescued, NEVER
    await t.world.sleep(min(watchdog, rescued))
    besetting.release(t, "PWR-105")
    lose_power(t)
    t.step(Event.FORCIBLY_SHUT_DOWN, code="operator" if rescued < watchdog else "watchdog")


async def forced_shutdown(t: Terminal) -> None:
    """Lose the link without a word, take damage, wait until power may be switched on again."""
    t.unit.risks.power_off(t.world.now())
    await t.line.cut()
    t.counters.forced_shutdowns += 1
    now = t.world.now()
    t.unit.risks.wear(now, t.profile.damage.per_forced_shutdown)
    until = now + t.profile.boot.settle
    if t.diary.closes <= now < t.diary.opens < NEVER:
        until = t.diary.opens  # it was on its way to a closed shop's night
    for ailment in illness.stopping(t, Then.HANG, Then.SHUT_DOWN):
        await illness.endure(t, ailment)
    await t.world.sleep(until)
    if t.diary.closes <= now:
        t.diary.closes = t.shop.next_closing(t.world.now())
    t.unit.boot_reason = "forced_shutdown"
    t.step(Event.RECOVERED)


async def by_operator(t: Terminal) -> None:
    """Prepare a forced shutdown, which may mean to charge a portable, and cut the power."""
    rule = t.profile.forced_shutdown
    t.diary.forced = NEVER
    taken_ms = 0
    if t.member.model.battery and t.unit.level("battery_pct", t.world.now()) < rule.charge_min:
        taken_ms = await t.rest_for(_CHARGE, t.profile.dormancy.charge)
    taken_ms += await t.rest_for(_PREPARATION, rule.preparation)
    lose_power(t)
    t.step(Event.FORCIBLY_SHUT_DOWN, code="operator", duration_ms=taken_ms)


def by_itself(t: Terminal) -> None:
    """Shut down of its own accord, for a drawn cause."""
    causes = t.profile.forced_shutdown.causes
    cause = tuple(causes)[t.streams.pick(_CAUSE, tuple(causes.values()))]
    t.step(Event.FORCIBLY_SHUT_DOWN, code=cause)


def lose_power(t: Terminal) -> None:
    """Let a sudden loss of power take its toll: the payment under way, and what is stored."""
    transaction.cut_off(t, "power")
    if t.streams.chance(_DATA_LOST, t.profile.damage.data_loss):
        t.unit.params = 0
        t.journal.lose()
        t.step(Event.DATA_LOST, code="DAT-972")
        besetting.attest(t, "DAT-972", cause="forced_shutdown")
