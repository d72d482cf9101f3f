"""Another unit in the same place: what is swapped out is retired, and what comes is new.

The terminal id, the shop and the operator's password stay; serial number, age, levels, keys,
versions, journal and counters are another unit's, and so is the certificate. Numbers that must be
given once only under a terminal id go on: of requests, orders and heartbeats.

What is drawn for it comes from streams of its own generation, so that it depends on nothing that
was drawn for the unit before.
"""

from fleet.life import illness, plights, signoff
from fleet.life.faults import NEVER, Then
from fleet.life.states import Event
from fleet.life.terminal import Terminal
from fleet.life.updating.outcome import drop_job


async def tampered(t: Terminal) -> None:
    """Show the alarm, keys erased, until another unit comes: nothing else helps."""
    t.unit.risks.power_off(t.world.now())
    for ailment in illness.stopping(t, Then.TAMPER):
        await illness.endure(t, ailment)
    swap_out(t)


async def retired(t: Terminal) -> None:
    """Let the new unit take the place: nobody is signed in, and nothing is planned for it."""
    t.streams.succeed()
    generation = t.streams.generation
    t.vitals.renew(t.pulse.index, generation)
    t.pulse.fw, t.pulse.boot = t.member.model.firmware, 0
    t.equip(f"{t.member.serial_no}R{generation}", t.unit.risks.told)
    t.cases.omens.clear()
    plights.inherit(t)
    drop_job(t)
    signoff.forget(t)
    t.diary.reverses = NEVER
    t.diary.closes = t.shop.next_closing(t.world.now())
    t.step(Event.REPLACED, code=t.unit.serial_no)


def swap_out(t: Terminal) -> None:
    """Take the unit out of service for good."""
    old = t.pulse.fw
    plights.leave_behind(t)
    illness.retire(t)
    if t.journal.stored:
        t.step(Event.DATA_LOST, code="stored")
    t.step(Event.SWAPPED, code=f"{old}>{t.member.model.firmware}")
