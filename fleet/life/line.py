"""The way back online: when to try again after a link was lost, and what is told then."""

from typing import Final

from fleet.chance.streams import Purpose
from fleet.life.states import Event
from fleet.life.terminal import Terminal
from fleet.life.world import LinkDown
from fleet.units import Millis

_BACKOFF: Final = Purpose("reconnect.backoff")


async def reconnect(t: Terminal) -> None:
    """Try to come online and tell what was kept; or plan the next attempt."""
    try:
        await t.attach()
        t.catch_up()
    except LinkDown:
        back_off(t)
        return
    t.setbacks.connects = 0
    t.counters.reconnects += 1
    t.step(Event.LINK_RESTORED)


def back_off(t: Terminal) -> None:
    """Plan the next attempt to bring the link up: later after each failure."""
    rule = t.profile.reconnect
    bound_ms = min(rule.max, rule.first << min(t.setbacks.connects, 30))
    t.setbacks.connects += 1
    part = t.streams.uniform(_BACKOFF) if rule.jitter == "full" else 1.0
    t.diary.reconnects = retry_at(t, int(part * bound_ms))


def retry_at(t: Terminal, protocol_ms: Millis) -> Millis:
    """Return when to try the link again, after so much protocol time.

    A link that failed has brought the story to the clock already; one that the terminal itself,
    a fault or a common cause has cut left the story where it was, and there it goes on.
    """
    return t.world.now() + round(protocol_ms * t.profile.run.speed)
