"""The states of a terminal, the events that lead from one to another, and the record of a step.

Theory of operation
-------------------
A terminal is in exactly one *primary state* at a time; it is what `fleet_terminals{state}` counts.
What runs beside it (the link, the session, an update under way, the health of components) stands in
`fleet.life.regions`, so that the states do not multiply. Which event may happen in which state, and
where it leads, stands in `fleet.life.transitions`, and nowhere else.

States and events follow the life cycles that Verifone VHQ, PAX PAXSTORE and ISO 20022 CAPE document
for their terminals, united into one.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct


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
    IN_TRANSACTION = "in_transaction"
    SETTLING = "settling"
    UPDATING = "updating"
    MAINTENANCE = "maintenance"
    NOT_READY = "not_ready"
    LOCKED = "locked"
    HUNG = "hung"
    FORCED_SHUTDOWN = "forced_shutdown"
    TAMPERED = "tampered"
    OUT_OF_ORDER = "out_of_order"
    RETIRED = "retired"


# A terminal is on when it draws power and its software runs, however badly.
ON: Final = frozenset(State) - {
    State.INVENTORY,
    State.REGISTERING,
    State.POWERED_OFF,
    State.FORCED_SHUTDOWN,
    State.TAMPERED,
    State.OUT_OF_ORDER,
    State.RETIRED,
}
# Where a merchant finds the terminal in working order.
IN_SERVICE: Final = frozenset({State.STANDBY, State.READY})
# Where it waits, and sends heartbeats meanwhile.
BEATING: Final = IN_SERVICE | {
    State.IN_TRANSACTION,
    State.LOCKED,
    State.MAINTENANCE,
    State.NOT_READY,
}


class Event(StrEnum):
    """What has happened to a terminal; its value is the word in `events.parquet`."""

    DELIVERED = "delivered"
    REGISTERED = "registered"
    REGISTRATION_REFUSED = "registration_refused"
    REGISTRATION_RETRIED = "registration_retried"
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
    RESYNCED = "resynced"
    SIGN_IN_STARTED = "sign_in_started"
    SIGNED_IN = "signed_in"
    PASSWORD_REFUSED = "password_refused"  # noqa: S105 - an event, no password
    SIGNATURE_REFUSED = "signature_refused"
    LOCKED_OUT = "locked_out"
    CREDENTIAL_REFUSED = "credential_refused"
    SIGN_IN_REJECTED = "sign_in_rejected"
    SIGN_IN_FAILED = "sign_in_failed"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - an event, no password
    CREDENTIAL_REISSUED = "credential_reissued"
    PASSWORD_ROTATED = "password_rotated"  # noqa: S105 - an event, no password
    SESSION_EXPIRED = "session_expired"
    SIGNED_OFF = "signed_off"
    POWERED_OFF = "powered_off"

    TRANSACTION_STARTED = "transaction_started"
    TRANSACTION_APPROVED = "transaction_approved"
    TRANSACTION_DECLINED = "transaction_declined"
    TRANSACTION_INTERRUPTED = "transaction_interrupted"
    SIGN_IN_DEMANDED = "sign_in_demanded"
    REVERSAL_QUEUED = "reversal_queued"
    REVERSED = "reversed"
    CUSTOMERS_LOST = "customers_lost"
    SETTLEMENT_STARTED = "settlement_started"
    SETTLED = "settled"
    SETTLEMENT_FAILED = "settlement_failed"

    UPDATE_HELD = "update_held"
    UPDATE_OFFERED = "update_offered"
    UPDATE_DEFERRED = "update_deferred"
    UPDATE_ACCEPTED = "update_accepted"
    BACKUP_FAILED = "backup_failed"
    UPDATE_PAUSED = "update_paused"
    UPDATE_RESUMED = "update_resumed"
    UPDATE_DOWNLOADED = "update_downloaded"
    UPDATE_VERIFIED = "update_verified"
    UPDATE_INSTALLED = "update_installed"
    UPDATE_FAILED = "update_failed"
    UPDATE_ROLLED_BACK = "update_rolled_back"
    UPDATED = "updated"
    UPDATE_REJECTED = "update_rejected"
    UPDATE_EXPIRED = "update_expired"
    UPDATE_CANCELLED = "update_cancelled"
    UPDATE_BRICKED = "update_bricked"
    PARAMETERS_CUT_OFF = "parameters_cut_off"
    PARAMETERS_MISSING = "parameters_missing"
    PARAMETERS_COMPLETED = "parameters_completed"
    AUTOMATION_DISABLED = "automation_disabled"
    MAINTENANCE_BEGUN = "maintenance_begun"
    MAINTENANCE_ENDED = "maintenance_ended"
    USED_IN_MAINTENANCE = "used_in_maintenance"
    MASTER_PASSWORD_REFUSED = "master_password_refused"  # noqa: S105 - an event, no password
    MASTER_PASSWORD_ACCEPTED = "master_password_accepted"  # noqa: S105 - an event, no password
    REBOOTED = "rebooted"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    SELF_TEST_ORDERED = "self_test_ordered"
    MASTER_RESET = "master_reset"

    FAULT_STRUCK = "fault_struck"
    FAULT_RAISED = "fault_raised"
    FAULT_CLEARED = "fault_cleared"
    POWER_LOST = "power_lost"
    HUNG = "hung"
    FORCIBLY_SHUT_DOWN = "forcibly_shut_down"
    UNEXPECTEDLY_REBOOTED = "unexpectedly_rebooted"
    DATA_LOST = "data_lost"
    DATA_RESTORED = "data_restored"
    RECOVERED = "recovered"
    TAMPERED = "tampered"
    PUT_OUT_OF_ORDER = "put_out_of_order"
    INSPECTED = "inspected"
    REPAIRED = "repaired"
    SWAPPED = "swapped"
    REPLACED = "replaced"
    LINK_LOST = "link_lost"
    LINK_RESTORED = "link_restored"


class Step(Struct, frozen=True, gc=False):
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
