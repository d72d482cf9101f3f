"""The states of a terminal and every step between them.

Theory of operation
-------------------
A terminal is in exactly one *primary state* at a time; it is what `fleet_terminals{state}` counts.
What runs beside it (the link, the session, an update under way, the health of components) is kept
elsewhere, so that the states do not multiply.

Rule 1: whatever affects the primary state stands in this file.
Rule 2: a terminal changes state only by a step of `TRANSITIONS`: an event that has happened, said
        in the past tense, which leads from one of its sources to one of its targets. Anything else
        raises `ImpossibleStep`: a mistake of the program, never of a peer or of a user.
Rule 3: an event without a target of its own leaves the state as it is.

The usual day reads down the table: a unit is delivered and registers, boots, tests itself, syncs,
waits in standby, signs in, is ready; it closes in the evening and opens in the morning. The events
below the first rule of dashes interrupt that day: orders, updates, faults and their repair.

States and transitions follow the life cycles that Verifone VHQ, PAX PAXSTORE and ISO 20022 CAPE
document for their terminals, united into one.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple


class State(StrEnum):
    """The primary state; its value is the metric's label and the word in a heartbeat."""

    INVENTORY = "inventory"
    REGISTERING = "registering"
    POWERED_OFF = "powered_off"
    BOOTING = "booting"
    SELF_TEST = "self_test"
    DIAGNOSING = "diagnosing"
    DATA_SYNC = "data_sync"
    STANDBY = "standby"
    SIGNING_IN = "signing_in"
    READY = "ready"
    UPDATING = "updating"
    LOCKED = "locked"
    HUNG = "hung"
    FORCED_SHUTDOWN = "forced_shutdown"
    OUT_OF_ORDER = "out_of_order"


class Event(StrEnum):
    """What has happened to a terminal; its value is the word in `events.parquet`."""

    DELIVERED = "delivered"
    REGISTERED = "registered"
    REGISTRATION_REFUSED = "registration_refused"
    POWERED_ON = "powered_on"
    BOOTED = "booted"
    BOOT_FAILED = "boot_failed"
    BOOT_GIVEN_UP = "boot_given_up"
    SELF_TEST_PASSED = "self_test_passed"
    SELF_TEST_DEGRADED = "self_test_degraded"
    SELF_TEST_FAILED = "self_test_failed"
    DIAGNOSED_TRANSIENT = "diagnosed_transient"
    DIAGNOSED_PERMANENT = "diagnosed_permanent"
    SYNCED = "synced"
    SYNC_TIMED_OUT = "sync_timed_out"
    SIGN_IN_STARTED = "sign_in_started"
    SIGNED_IN = "signed_in"
    PASSWORD_REFUSED = "password_refused"  # noqa: S105 - an event, no password
    LOCKED_OUT = "locked_out"
    SIGN_IN_REJECTED = "sign_in_rejected"
    SIGN_IN_FAILED = "sign_in_failed"
    SESSION_EXPIRED = "session_expired"
    SIGNED_OFF = "signed_off"
    POWERED_OFF = "powered_off"

    UPDATE_OFFERED = "update_offered"
    UPDATE_DEFERRED = "update_deferred"
    UPDATE_ACCEPTED = "update_accepted"
    UPDATE_DOWNLOADED = "update_downloaded"
    UPDATE_INSTALLED = "update_installed"
    UPDATE_FAILED = "update_failed"
    UPDATE_ROLLED_BACK = "update_rolled_back"
    UPDATED = "updated"
    REBOOTED = "rebooted"
    LOCKED = "locked"
    UNLOCKED = "unlocked"

    FAULT_RAISED = "fault_raised"
    FAULT_CLEARED = "fault_cleared"
    POWER_LOST = "power_lost"
    HUNG = "hung"
    FORCIBLY_SHUT_DOWN = "forcibly_shut_down"
    RECOVERED = "recovered"
    REPAIRED = "repaired"
    LINK_LOST = "link_lost"
    LINK_RESTORED = "link_restored"


class Transition(NamedTuple):
    """From where an event may happen, and where it may lead; no targets: the state stays."""

    sources: frozenset[State]
    targets: frozenset[State]


class Step(NamedTuple):
    """One step of one terminal's life, as recorded.

    Attributes:
        at_ms: Instant, in business milliseconds since the run's epoch.
        number: The terminal's own count of steps, from 1.
        event: What happened.
        source: State before.
        target: State after.
        code: What it was about: a fault code, a component, a version, a response code; else "".
        duration_ms: How long that took, where it took time (self-test, sign-in, update); else 0.
    """

    at_ms: int
    number: int
    event: Event
    source: State
    target: State
    code: str
    duration_ms: int


class ImpossibleStep(AssertionError):  # noqa: N818 - it is named after what happened
    """The program tried a step that the table does not hold."""


def _of(*states: State) -> frozenset[State]:
    return frozenset(states)


def _without(*states: State) -> frozenset[State]:
    return ON - frozenset(states)


# A terminal is on when it draws power and its software runs, however badly.
ON: Final = frozenset(State) - _of(
    State.INVENTORY,
    State.REGISTERING,
    State.POWERED_OFF,
    State.FORCED_SHUTDOWN,
    State.OUT_OF_ORDER,
)
# Where a merchant finds the terminal in working order; heartbeats are sent from here.
IN_SERVICE: Final = _of(State.STANDBY, State.READY)
BEATING: Final = IN_SERVICE | _of(State.LOCKED)
STAYS: Final[frozenset[State]] = frozenset()

_S, _E = State, Event

TRANSITIONS: Final[dict[Event, Transition]] = {
    _E.DELIVERED: Transition(_of(_S.INVENTORY), _of(_S.REGISTERING)),
    _E.REGISTERED: Transition(_of(_S.REGISTERING), _of(_S.BOOTING)),
    _E.REGISTRATION_REFUSED: Transition(_of(_S.REGISTERING), _of(_S.OUT_OF_ORDER)),
    _E.POWERED_ON: Transition(_of(_S.POWERED_OFF), _of(_S.BOOTING)),
    _E.BOOTED: Transition(_of(_S.BOOTING), _of(_S.SELF_TEST)),
    _E.BOOT_FAILED: Transition(_of(_S.BOOTING), STAYS),
    _E.BOOT_GIVEN_UP: Transition(_of(_S.BOOTING), _of(_S.OUT_OF_ORDER)),
    _E.SELF_TEST_PASSED: Transition(_of(_S.SELF_TEST), _of(_S.DATA_SYNC)),
    _E.SELF_TEST_DEGRADED: Transition(_of(_S.SELF_TEST), _of(_S.DATA_SYNC)),
    _E.SELF_TEST_FAILED: Transition(_of(_S.SELF_TEST), _of(_S.DIAGNOSING)),
    _E.DIAGNOSED_TRANSIENT: Transition(_of(_S.DIAGNOSING), _of(_S.BOOTING)),
    _E.DIAGNOSED_PERMANENT: Transition(_of(_S.DIAGNOSING), _of(_S.OUT_OF_ORDER)),
    _E.SYNCED: Transition(_of(_S.DATA_SYNC), _of(_S.STANDBY)),
    _E.SYNC_TIMED_OUT: Transition(_of(_S.DATA_SYNC), _of(_S.STANDBY)),
    _E.SIGN_IN_STARTED: Transition(_of(_S.STANDBY), _of(_S.SIGNING_IN)),
    _E.SIGNED_IN: Transition(_of(_S.SIGNING_IN), _of(_S.READY)),
    _E.PASSWORD_REFUSED: Transition(_of(_S.SIGNING_IN), _of(_S.STANDBY)),
    _E.LOCKED_OUT: Transition(_of(_S.SIGNING_IN), _of(_S.LOCKED)),
    _E.SIGN_IN_REJECTED: Transition(_of(_S.SIGNING_IN), _of(_S.OUT_OF_ORDER)),
    _E.SIGN_IN_FAILED: Transition(_of(_S.SIGNING_IN), _of(_S.STANDBY)),
    _E.SESSION_EXPIRED: Transition(_of(_S.READY), _of(_S.STANDBY)),
    _E.SIGNED_OFF: Transition(_of(_S.READY), _of(_S.STANDBY)),
    _E.POWERED_OFF: Transition(_without(_S.HUNG), _of(_S.POWERED_OFF)),
    # ------------------------------------------------------------------ updates and orders
    _E.UPDATE_OFFERED: Transition(IN_SERVICE, _of(_S.UPDATING)),
    _E.UPDATE_DEFERRED: Transition(_of(_S.UPDATING), IN_SERVICE),
    _E.UPDATE_ACCEPTED: Transition(_of(_S.UPDATING), STAYS),
    _E.UPDATE_DOWNLOADED: Transition(_of(_S.UPDATING), STAYS),
    _E.UPDATE_INSTALLED: Transition(_of(_S.UPDATING), _of(_S.BOOTING)),
    _E.UPDATE_FAILED: Transition(ON, ON),
    _E.UPDATE_ROLLED_BACK: Transition(_of(_S.STANDBY), _of(_S.BOOTING)),
    _E.UPDATED: Transition(_of(_S.READY), STAYS),
    _E.REBOOTED: Transition(_without(_S.HUNG), _of(_S.BOOTING)),
    _E.LOCKED: Transition(IN_SERVICE, _of(_S.LOCKED)),
    _E.UNLOCKED: Transition(_of(_S.LOCKED), _of(_S.STANDBY)),
    # ------------------------------------------------------------------ faults and repair
    _E.FAULT_RAISED: Transition(ON, STAYS),
    _E.FAULT_CLEARED: Transition(frozenset(State), STAYS),
    _E.POWER_LOST: Transition(ON, _of(_S.POWERED_OFF)),
    _E.HUNG: Transition(_without(_S.HUNG), _of(_S.HUNG)),
    _E.FORCIBLY_SHUT_DOWN: Transition(ON, _of(_S.FORCED_SHUTDOWN)),
    _E.RECOVERED: Transition(_of(_S.FORCED_SHUTDOWN), _of(_S.BOOTING)),
    _E.REPAIRED: Transition(_of(_S.OUT_OF_ORDER), _of(_S.BOOTING)),
    _E.LINK_LOST: Transition(ON | _of(_S.REGISTERING), STAYS),
    _E.LINK_RESTORED: Transition(ON | _of(_S.REGISTERING), STAYS),
}


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
