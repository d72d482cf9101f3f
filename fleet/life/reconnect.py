"""Coming online again."""

from fleet.life.states import Event
from fleet.life.terminal import Terminal
from fleet.life.world import LinkDown


async def reconnect(t: Terminal) -> None:
    """Try to come online and tell what was kept; or plan the next attempt."""
    try:
        await t.attach()
        t.catch_up()
    except LinkDown:
        t.back_off()
        return
    t.setbacks.connects = 0
    t.counters.reconnects += 1
    t.step(Event.LINK_RESTORED)
