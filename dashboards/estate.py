"""Which states mean what to an operator; dashboards and rules read it here alone."""

from typing import Final

from fleet.life.states import BEATING, State

SERVING: Final = tuple(
    state.value for state in (State.STANDBY, State.READY, State.IN_TRANSACTION, State.SETTLING)
)
"""A merchant finds the terminal in working order, or at work."""

_AWAY: Final = {State.INVENTORY, State.REGISTERING, State.POWERED_OFF, State.RETIRED}
IN_USE: Final = tuple(state.value for state in State if state not in _AWAY)
"""Somebody has switched it on, so it ought to serve or soon to do so."""

LINKED: Final = tuple(
    state.value
    for state in State
    if state in BEATING or state in {
        State.DATA_SYNC, State.SIGNING_IN, State.IN_TRANSACTION, State.SETTLING, State.HUNG,
        State.FORCED_SHUTDOWN,
    }
)  # fmt: skip
"""A working link is to be expected, for a forced shutdown should not have happened either.

Of the terminals themselves only those that try to connect know that they have none; during an
outage they know better than to try. So states are what tells who ought to be there.
"""

UPDATE_FAILURES: Final = ("failed", "rolled_back", "bricked")
"""How an attempt to update ends when it does not succeed; who never began one, has not failed."""

UPDATE_ENDS: Final = ("succeeded", *UPDATE_FAILURES)
"""How an attempt to update ends."""
