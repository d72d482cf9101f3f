"""The way online: what bars it, when to try again after a link was lost, what is told then."""

from typing import Final

from fleet.chance.streams import Purpose
from fleet.life.states import Event
from fleet.life.terminal import Terminal
from fleet.life.world import LinkDown
from fleet.profile.causes import REFUSING
from fleet.units import Millis
from fleet.wire.messages import Presence

_BACKOFF: Final = Purpose("reconnect.backoff")
# Bounds that still double, and the most attempts whose waits are drawn at once.
_FIRST: Final = 4
_AT_ONCE_MAX: Final = 256


async def attach(t: Terminal) -> None:
    """Bring the line up and say so; raises `LinkDown`."""
    now = t.world.now()
    if barred_until(t, now) > now:
        raise LinkDown
    await t.line.attach()
    t.line.say(Presence(t.ts(), online=True, reason="attached"))


def barred_until(t: Terminal, at: Millis) -> Millis:
    """Return until when what keeps the link down at an instant does so; 0 if nothing does."""
    isolated = t.cases.isolated_until() if t.cases.active else 0
    ends = [spell.end for _, _, spell in t.fate.current(REFUSING, at, t.pulse.fw)]
    return max(isolated if isolated > at else 0, *ends) if ends else isolated


def refused(t: Terminal) -> bool:
    """Return whether a common cause keeps the link down now."""
    return any(t.fate.current(REFUSING, t.world.now(), t.pulse.fw))


async def reconnect(t: Terminal) -> None:
    """Try to come online and tell what was kept; or plan the next attempt."""
    try:
        await attach(t)
        t.line.catch_up(t.ts())
    except LinkDown:
        back_off(t)
        return
    setbacks = t.setbacks
    setbacks.connects_before, setbacks.connects = setbacks.connects, 0
    setbacks.connected_at = t.world.now()
    t.counters.reconnects += 1
    t.step(Event.LINK_RESTORED)


def back_off_anew(t: Terminal) -> None:
    """Plan the first attempt after a loss: soon, unless the link had hardly been up."""
    rule, setbacks = t.profile.reconnect, t.setbacks
    up_ms = t.world.now() - setbacks.connected_at
    brief = up_ms < round(rule.stable * t.profile.run.speed)
    setbacks.connects = setbacks.connects_before if brief else 0
    back_off(t)


def back_off(t: Terminal) -> None:
    """Plan the next attempt to bring the link up: later after each that failed."""
    part = t.streams.uniform(_BACKOFF) if t.profile.reconnect.jitter == "full" else 1.0
    t.diary.reconnects = retry_at(t, _wait_ms(t, part))


def _wait_ms(t: Terminal, part: float) -> Millis:
    """Return a part of the bound before the next attempt, which doubles it for the one after."""
    rule, setbacks = t.profile.reconnect, t.setbacks
    bound_ms = min(rule.max, rule.first << min(setbacks.connects, 30))
    setbacks.connects += 1
    return int(part * bound_ms)


def pass_over(t: Terminal, before: Millis) -> None:
    """Plan the first attempt that may succeed or comes no earlier than anything else is due."""
    diary = t.diary
    while diary.reconnects < (until := min(before, barred_until(t, diary.reconnects))):
        diary.reconnects = _backed_off(t, diary.reconnects, until)


def _backed_off(t: Terminal, at: Millis, until: Millis) -> Millis:
    """Return when to try again after the attempt at `at` and all that come before `until` failed.

    A long outage has hundreds, so they are drawn many at a time, for a third of the price.
    """
    rule, speed = t.profile.reconnect, t.profile.run.speed
    while at < until:
        likely = int(2 * (until - at) / (rule.max * speed)) + _FIRST
        count = min(likely, _AT_ONCE_MAX)
        parts = t.streams.coming_all(_BACKOFF, count) if rule.jitter == "full" else [1.0] * count
        passed = 0
        while at < until and passed < count:
            at += round(_wait_ms(t, parts[passed]) * speed)
            passed += 1
        t.streams.take(_BACKOFF, passed)
    return at


def retry_at(t: Terminal, protocol_ms: Millis) -> Millis:
    """Return when to try the link again, after so much protocol time from now.

    A link that failed has brought the story to the clock already; one that the terminal itself,
    a fault or a common cause has cut left the story where it was, and there it goes on.
    """
    return t.world.now() + round(protocol_ms * t.profile.run.speed)
