"""Identities that are given twice, and what that means for whoever makes or reads a dataset."""

from typing import Final

from fleet.profile.behaviour import Reconnect
from fleet.profile.members import pairs
from fleet.profile.profile import Profile
from fleet.units import DAY_MS

_TOLD: Final = (
    "{pairs} share a terminal_id (estate.duplicate_tids): joins by it mix two units, so fleet "
    "verify does not judge such a dataset. While both are on, a pair throws each other off up to "
    "some {kicks:,} times a day, and every time is in the events; {less} makes it less"
)


def told_of(profile: Profile) -> str:
    """Return what is to be known about terminals of one identity; "" if there are none."""
    count = pairs(profile.estate, profile.dataset.seed)
    if not count:
        return ""
    who = "1 pair of terminals" if count == 1 else f"{count:,} pairs of terminals"
    less = 'reconnect.stable = "20s"' if not profile.reconnect.stable else "a larger reconnect.max"
    return _TOLD.format(pairs=who, kicks=_kicks(profile.reconnect), less=less)


def _kicks(rule: Reconnect) -> int:
    """Return how often a pair throws each other off in a day, at most, to two digits.

    After each connect it is the other's turn to wait, and full jitter halves the waits. Where a
    brief link is no success, one of the two soon waits by the last bound; the other, whose link was
    up that long, comes back at once.
    """
    bound_ms, at_once = (rule.max, 2) if rule.stable else (min(rule.first, rule.max), 1)
    wait_ms = max(1, bound_ms // 2 if rule.jitter == "full" else bound_ms)
    return int(float(f"{at_once * DAY_MS / wait_ms:.1e}"))
