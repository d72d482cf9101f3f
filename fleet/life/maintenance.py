"""The nightly span for maintenance, and the merchant who uses the terminal in it (T40).

When it begins, the terminal signs off and waits in MAINTENANCE. An update that was ordered need not
wait for an idle half hour then, nor for the merchant, who is not there. The hardware is checked: it
finds what a self-test would. Who uses the terminal all the same finds that data comes late, or is
lost.
"""

from datetime import timedelta
from typing import Final

from fleet.chance.streams import Purpose
from fleet.life import besetting, illness
from fleet.life.faults import NEVER, Point
from fleet.life.signoff import leave
from fleet.life.states import Event
from fleet.life.terminal import Terminal
from fleet.profile.values import Weekday
from fleet.units import DAY_MS, Millis

_USED: Final = Purpose("maintenance.used")
_USED_AT: Final = Purpose("maintenance.used.instant")
_LOST: Final = Purpose("maintenance.lost")


def plan_maintenance(t: Terminal) -> None:
    """Find the next beginning; there is none without such a span."""
    t.diary.resumes = t.diary.misuses = NEVER
    t.diary.maintains = _next_opening(t)


def _next_opening(t: Terminal) -> Millis:
    rule = t.profile.maintenance
    if rule is None:
        return NEVER
    local_ms = t.local_ms()
    opens = t.world.now() + (rule.opens - local_ms) % DAY_MS
    if opens == t.world.now():
        opens += DAY_MS
    weekdays = rule.weekdays or tuple(Weekday)
    days = (opens + day * DAY_MS for day in range(7))
    return next(at for at in days if _weekday(t, at) in weekdays)


def _weekday(t: Terminal, at: Millis) -> int:
    start = t.profile.run.start
    offset_ms = at + t.member.region.utc_offset
    return (start + timedelta(milliseconds=offset_ms)).weekday()


async def begin(t: Terminal) -> None:
    """The span begins."""
    rule = t.profile.maintenance
    assert rule is not None  # noqa: S101 - only what it asks for is in the diary
    now = t.world.now()
    t.diary.maintains = NEVER
    leave(t)
    t.diary.resumes = t.diary.signs_in = now + rule.lasts
    at_ms = int(t.streams.uniform(_USED_AT) * rule.lasts)
    t.diary.misuses = now + at_ms if t.streams.chance(_USED, rule.used) else NEVER
    if t.software.job is not None and t.diary.updates != NEVER:
        t.diary.updates = now
    t.step(Event.MAINTENANCE_BEGUN, code="window")
    illness.come_upon(t, Point.SELF_TEST)


async def misuse(t: Terminal) -> None:
    """The merchant uses the terminal all the same."""
    rule = t.profile.maintenance
    assert rule is not None  # noqa: S101 - see above
    t.diary.misuses = NEVER
    lost = t.streams.chance(_LOST, rule.lost)
    t.step(Event.USED_IN_MAINTENANCE, code="lost" if lost else "delayed")
    if lost:
        t.step(Event.DATA_LOST, code="DAT-972")
        besetting.attest(t, "DAT-972", cause="maintenance", mechanism="human")


async def end(t: Terminal) -> None:
    """The span is over: the operator may sign in again."""
    t.diary.signs_in = t.world.now()
    plan_maintenance(t)
    t.step(Event.MAINTENANCE_ENDED, code="window")
