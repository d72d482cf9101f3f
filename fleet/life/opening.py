"""When a terminal is switched on: its shop is open, and not on holiday."""

from fleet.life.faults import NEVER
from fleet.life.terminal import Terminal
from fleet.profile.causes import Dormancy
from fleet.units import Millis


def first_opening(t: Terminal) -> Millis:
    """Return when it is first switched on."""
    at = t.shop.first_power_on()
    for _, _, spell in t.fate.current(Dormancy, at, t.pulse.fw):
        at = spell.end if t.profile.day is None else next_opening(t, spell.end - 1)
    return at


def next_opening(t: Terminal, now: Millis) -> Millis:
    """Return when it is switched on after `now`."""
    opens = t.shop.next_opening(now)
    at = now if opens == NEVER else opens
    for _, _, spell in t.fate.current(Dormancy, at, t.pulse.fw):
        # An estate that never closes opens as soon as it may.
        opens = spell.end if opens == NEVER else next_opening(t, spell.end - 1)
    return opens
