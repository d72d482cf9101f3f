"""Another unit in the same place: what is swapped out is retired, and what comes is new.

The terminal id and the shop stay; serial number, age, levels, keys and versions are another unit's.
What is drawn for it comes from streams of its own generation, so that it depends on nothing that
was drawn for the unit before.
"""

from fleet.life import illness
from fleet.life.faults import Then
from fleet.life.faults.unit import race
from fleet.life.states import Event
from fleet.life.terminal import Terminal


async def tampered(t: Terminal) -> None:
    """Show the alarm, keys erased, until another unit comes: nothing else helps."""
    t.power_off()
    for ailment in illness.stopping(t, Then.TAMPER):
        await illness.endure(t, ailment)
    swap_out(t)


async def retired(t: Terminal) -> None:
    """Let the new unit take the place."""
    t.streams.succeed()
    generation = t.streams.generation
    t.unit.serial_no = f"{t.member.serial_no}R{generation}"
    t.unit.risks = race(t, t.unit.serial_no, t.unit.risks.lives)
    t.vitals.renew(t.pulse.index, generation)
    t.pulse.fw, t.pulse.boot = t.member.model.firmware, 0
    t.drop_job()
    t.software.others = t.software.unfit = None
    t.unit.params = t.setbacks.boots = t.setbacks.passwords = 0
    t.diary.closes = t.shop.next_closing(t.world.now())
    t.step(Event.REPLACED, code=t.unit.serial_no)


def swap_out(t: Terminal) -> None:
    """Take the unit out of service for good."""
    old = t.pulse.fw
    illness.retire(t)
    t.step(Event.SWAPPED, code=f"{old}>{t.member.model.firmware}")
