"""Which states mean what to an operator; dashboards and rules read it here alone."""

from typing import Final

from fleet.life.states import IN_SERVICE, State

SERVING: Final = tuple(sorted(state.value for state in IN_SERVICE))
"""A merchant finds the terminal in working order."""

IN_USE: Final = tuple(
    state.value
    for state in State
    if state.value not in {"inventory", "registering", "powered_off", "decommissioned", "retired"}
)
"""Somebody has switched it on, so it ought to serve or soon to do so."""

LINKED: Final = tuple(
    sorted(
        {State.DATA_SYNC, State.STANDBY, State.SIGNING_IN, State.READY, State.LOCKED,
         State.FORCED_SHUTDOWN, State.HUNG}
    )
)  # fmt: skip
"""States in which a working link is to be expected: a forced shutdown should not have happened."""
