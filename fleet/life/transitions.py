"""Every step between the states: what may happen where, and where it leads.

Theory of operation
-------------------
Rule 1: whatever affects the primary state stands in this file.
Rule 2: a terminal changes state only by a step of `TRANSITIONS`: an event that has happened, said
        in the past tense, which leads from one of its sources to one of its targets. Anything else
        raises `ImpossibleStep`: a mistake of the program, never of a peer or of a user.
Rule 3: an event without a target of its own leaves the state as it is.

The usual day reads down the table: a unit is delivered and registers, boots, tests itself, syncs,
waits in standby, signs in, is ready, sells, settles; it closes in the evening and opens in the
morning. The events below the first rule of dashes interrupt that day: updates, orders, faults and
their repair.

Each line names the rows T1 to T50 of the life cycle in which it takes part; the page of life in the
docs shows them. T28, the heartbeat, changes nothing and is no step: the world sends it wherever
`BEATING` says so.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from fleet.life.states import IN_SERVICE, ON, Event, State


class Transition(NamedTuple):
    """One line of the table.

    Attributes:
        rows: Rows of the life cycle, `T1` to `T50`; usually one.
        sources: Where the event may happen.
        targets: Where it may lead; none: the state stays.
    """

    rows: tuple[str, ...]
    sources: frozenset[State]
    targets: frozenset[State]


class ImpossibleStep(AssertionError):
    """The program tried a step that the table does not hold."""


def _of(*states: State) -> frozenset[State]:
    return frozenset(states)


def _set(states: State | frozenset[State]) -> frozenset[State]:
    return _of(states) if isinstance(states, State) else states


def _line(
    rows: str, sources: State | frozenset[State], targets: State | frozenset[State] = frozenset()
) -> Transition:
    return Transition(tuple(rows.split()), _set(sources), _set(targets))


_S, _E = State, Event
_ALL: Final = frozenset(State)
_WORKING: Final = ON - _of(_S.HUNG)
# Nobody restarts a terminal in the middle of a payment for the sake of good order.
_INTERRUPTIBLE: Final = _WORKING - _of(_S.IN_TRANSACTION, _S.SETTLING)
# An update may begin while the terminal works, or in the span that is kept for it.
_UPDATABLE: Final = IN_SERVICE | _of(_S.MAINTENANCE)
_LINKED: Final = ON | _of(_S.REGISTERING)
_BROKEN: Final = _of(_S.OUT_OF_ORDER, _S.TAMPERED)

TRANSITIONS: Final[dict[Event, Transition]] = {
    _E.DELIVERED: _line("T1", _S.INVENTORY, _S.REGISTERING),
    _E.REGISTERED: _line("T2", _S.REGISTERING, _S.BOOTING),
    _E.REGISTRATION_REFUSED: _line("T3", _S.REGISTERING, _S.OUT_OF_ORDER),
    _E.REGISTRATION_RETRIED: _line("T3", _S.OUT_OF_ORDER, _S.REGISTERING),
    _E.POWERED_ON: _line("T4", _S.POWERED_OFF, _S.BOOTING),
    _E.BOOTED: _line("T5", _S.BOOTING, _S.SELF_TEST),
    _E.BOOT_FAILED: _line("T6", _S.BOOTING),
    _E.BOOT_GIVEN_UP: _line("T6", _S.BOOTING, _S.OUT_OF_ORDER),
    _E.SELF_TEST_PASSED: _line("T7", _S.SELF_TEST, _S.DATA_SYNC),
    _E.SELF_TEST_FAILED: _line("T8", _S.SELF_TEST, _S.DIAGNOSING),
    _E.SELF_TEST_DEGRADED: _line("T9", _S.SELF_TEST, _S.DATA_SYNC),
    _E.DIAGNOSED_TRANSIENT: _line("T10", _S.DIAGNOSING, _S.BOOTING),
    _E.DIAGNOSED_PERMANENT: _line("T11", _S.DIAGNOSING, _S.OUT_OF_ORDER),
    _E.SYNCED: _line("T12", _S.DATA_SYNC, _S.STANDBY),
    _E.SYNC_TIMED_OUT: _line("T13", _S.DATA_SYNC, _S.STANDBY),
    _E.RESYNCED: _line("T13", IN_SERVICE | _of(_S.LOCKED)),
    _E.SIGN_IN_STARTED: _line("T14", _S.STANDBY, _S.SIGNING_IN),
    _E.SIGNED_IN: _line("T15", _S.SIGNING_IN, _S.READY),
    _E.PASSWORD_REFUSED: _line("T16", _S.SIGNING_IN, _S.STANDBY),
    _E.SIGNATURE_REFUSED: _line("T16", _S.SIGNING_IN, _S.STANDBY),
    _E.LOCKED_OUT: _line("T17", _S.SIGNING_IN, _S.LOCKED),
    _E.CREDENTIAL_REFUSED: _line("T17", _S.SIGNING_IN, _S.LOCKED),
    _E.PASSWORD_RESET: _line("T17", _S.LOCKED, _S.STANDBY),
    _E.CREDENTIAL_REISSUED: _line("T17", _S.LOCKED, _S.STANDBY),
    _E.SIGN_IN_REJECTED: _line("T18", _S.SIGNING_IN, _S.OUT_OF_ORDER),
    _E.SIGN_IN_FAILED: _line("T19", _S.SIGNING_IN, _S.STANDBY),
    _E.PASSWORD_ROTATED: _line("T15", _S.READY),
    _E.TRANSACTION_STARTED: _line("T20", _S.READY, _S.IN_TRANSACTION),
    _E.TRANSACTION_APPROVED: _line("T21", _S.IN_TRANSACTION, _S.READY),
    _E.TRANSACTION_DECLINED: _line("T21", _S.IN_TRANSACTION, _S.READY),
    _E.SIGN_IN_DEMANDED: _line("T22", _S.IN_TRANSACTION, _S.SIGNING_IN),
    _E.TRANSACTION_INTERRUPTED: _line("T23", _S.IN_TRANSACTION, _S.READY),
    _E.REVERSAL_QUEUED: _line("T23 T24", _ALL),
    _E.REVERSED: _line("T21", ON),
    _E.CUSTOMERS_LOST: _line("T20", _ALL),
    _E.SESSION_EXPIRED: _line("T25", _S.READY, _S.STANDBY),
    _E.SETTLEMENT_STARTED: _line("T26", _S.READY, _S.SETTLING),
    _E.SETTLED: _line("T27", _S.SETTLING, _S.STANDBY),
    _E.SETTLEMENT_FAILED: _line("T27", _S.SETTLING, IN_SERVICE),
    _E.SIGNED_OFF: _line("T27", _S.READY, _S.STANDBY),
    _E.POWERED_OFF: _line("T42", _WORKING, _S.POWERED_OFF),
    # ------------------------------------------------------------------ updates and orders
    _E.UPDATE_HELD: _line("T29 T31", _UPDATABLE),
    _E.UPDATE_OFFERED: _line("T29", _UPDATABLE, _S.UPDATING),
    _E.UPDATE_DEFERRED: _line("T30", _S.UPDATING, IN_SERVICE),
    _E.UPDATE_ACCEPTED: _line("T31", _S.UPDATING),
    _E.BACKUP_FAILED: _line("T31", _S.UPDATING),
    _E.UPDATE_PAUSED: _line("T32", _S.UPDATING),
    _E.UPDATE_RESUMED: _line("T32", _S.UPDATING),
    _E.PARAMETERS_CUT_OFF: _line("T33", _S.UPDATING, _S.NOT_READY),
    _E.PARAMETERS_MISSING: _line("T33", _S.STANDBY, _S.NOT_READY),
    _E.PARAMETERS_COMPLETED: _line("T33", _S.NOT_READY, _S.STANDBY),
    _E.UPDATE_DOWNLOADED: _line("T34", _S.UPDATING),
    _E.UPDATE_VERIFIED: _line("T34", _S.UPDATING),
    _E.UPDATE_INSTALLED: _line("T35 T39", _of(_S.UPDATING, _S.REGISTERING), _S.BOOTING),
    _E.UPDATE_BRICKED: _line("T35", _S.UPDATING, _S.OUT_OF_ORDER),
    _E.UPDATED: _line("T36", _of(_S.UPDATING, _S.READY), IN_SERVICE),
    _E.UPDATE_ROLLED_BACK: _line("T37", _S.STANDBY, _S.BOOTING),
    _E.UPDATE_FAILED: _line("T34 T38", ON, ON),
    _E.UPDATE_REJECTED: _line("T31", ON, ON),
    _E.UPDATE_EXPIRED: _line("T29 T31", ON, ON),
    _E.UPDATE_CANCELLED: _line("T34", ON, ON),
    _E.AUTOMATION_DISABLED: _line("T38", IN_SERVICE | _of(_S.UPDATING), _S.MAINTENANCE),
    _E.MASTER_PASSWORD_ACCEPTED: _line("T39", _S.MAINTENANCE, _S.REGISTERING),
    _E.MASTER_PASSWORD_REFUSED: _line("T39", _S.MAINTENANCE),
    _E.MAINTENANCE_BEGUN: _line("T40", IN_SERVICE, _S.MAINTENANCE),
    _E.USED_IN_MAINTENANCE: _line("T40", _S.MAINTENANCE),
    _E.MAINTENANCE_ENDED: _line("T40", _S.MAINTENANCE, _S.STANDBY),
    _E.REBOOTED: _line("T41", _INTERRUPTIBLE, _S.BOOTING),
    _E.LOCKED: _line("T48", IN_SERVICE, _S.LOCKED),
    _E.UNLOCKED: _line("T17 T48", _S.LOCKED, _S.STANDBY),
    _E.SELF_TEST_ORDERED: _line("T5 T48", IN_SERVICE, _S.SELF_TEST),
    _E.MASTER_RESET: _line("T1 T48", _UPDATABLE | _of(_S.LOCKED), _S.REGISTERING),
    # ------------------------------------------------------------------ faults and repair
    _E.FAULT_STRUCK: _line("T49", _ALL),
    _E.FAULT_RAISED: _line("T49", _ALL),
    _E.FAULT_CLEARED: _line("T50", _ALL),
    _E.POWER_LOST: _line("T24 T42", ON, _S.POWERED_OFF),
    _E.HUNG: _line("T45", _WORKING, _S.HUNG),
    _E.FORCIBLY_SHUT_DOWN: _line("T43 T46", ON, _S.FORCED_SHUTDOWN),
    _E.UNEXPECTEDLY_REBOOTED: _line("T43", _WORKING, _S.BOOTING),
    _E.DATA_LOST: _line("T24 T43", _ALL),
    _E.DATA_RESTORED: _line("T36", _ALL),
    _E.RECOVERED: _line("T44", _S.FORCED_SHUTDOWN, _S.BOOTING),
    _E.TAMPERED: _line("T47", _ALL - _of(_S.TAMPERED, _S.RETIRED), _S.TAMPERED),
    _E.PUT_OUT_OF_ORDER: _line("T49", ON, _S.OUT_OF_ORDER),
    _E.INSPECTED: _line("T49", ON),
    _E.REPAIRED: _line("T50", _BROKEN, _S.BOOTING),
    _E.SWAPPED: _line("T50", _BROKEN, _S.RETIRED),
    _E.REPLACED: _line("T50", _S.RETIRED, _S.REGISTERING),
    _E.LINK_LOST: _line("T23 T32", _LINKED),
    _E.LINK_RESTORED: _line("T32", _LINKED),
}


@lru_cache(maxsize=1_024)
def step_target(source: State, event: Event, wanted: State | None = None) -> State:
    """Return the state that `event` leads to from `source`.

    Args:
        source: State before the event.
        event: What happened.
        wanted: Which of the targets, where the table allows several.

    Raises:
        ImpossibleStep: The table holds no such step.
    """
    transition = TRANSITIONS[event]
    targets = transition.targets or {source}
    target = next(iter(targets)) if wanted is None and len(targets) == 1 else wanted
    if source not in transition.sources or target not in targets:
        msg = f"no step {event} from {source} to {wanted or _names(targets)}"
        raise ImpossibleStep(msg)
    assert target is not None  # noqa: S101 - narrows the type: None is never among the targets
    return target


def _names(states: Iterable[State]) -> str:
    return "/".join(sorted(states))
