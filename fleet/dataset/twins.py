"""Identities that are given twice, and what that means for whoever makes or reads a dataset."""

from typing import Final

from fleet.profile.members import pairs
from fleet.profile.profile import Profile
from fleet.units import DAY_MS

_TOLD: Final = (
    "{pairs} share a terminal_id (estate.duplicate_tids): joins by it mix two units, so fleet "
    "verify does not judge such a dataset. While both are on, a pair throws each other off up to "
    "{kicks:,} times a day, and every time is in the events; a larger reconnect.first makes it less"
)


def told_of(profile: Profile) -> str:
    """Return what is to be known about terminals of one identity; "" if there are none."""
    count = pairs(profile.estate, profile.dataset.seed)
    if not count:
        return ""
    who = "1 pair of terminals" if count == 1 else f"{count:,} pairs of terminals"
    # Full jitter halves the backoff, and after each connect it is the other's turn.
    wait_ms = min(profile.reconnect.first, profile.reconnect.max)
    kicks = DAY_MS // max(1, wait_ms // 2 if profile.reconnect.jitter == "full" else wait_ms)
    return _TOLD.format(pairs=who, kicks=kicks)
