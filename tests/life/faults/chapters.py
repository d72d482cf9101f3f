"""The faults that chapters of a life raise: what is to be seen of each, as a table."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from fleet.life.states import Event

E = Event
Happening = tuple[Event, str]
Said = tuple[str, Mapping[str, Any]]


class Arc(NamedTuple):
    """What is to be seen of a fault that a chapter raises.

    Attributes:
        onset: The step by which it strikes; at its onset.
        over: The step by which it is over; at the end of its repair, or later where the fault is
            an event that is over at once and leaves something behind.
        root: The mechanism and the cause that the truth names.
        before: What leads to it, in order.
        wire: What the server hears of it from the onset on, in order.
        effect: What follows, in order, before it is over.
        never: What does not happen before it is over.
        silent: Whether no heartbeat comes before it is over.
        after: What follows when it is over, in order.
        shown: Whether telemetry shows beforehand what the catalogue says.
    """

    onset: Happening
    over: Happening
    root: tuple[str, str]
    before: tuple[Happening, ...] = ()
    wire: tuple[Said, ...] = ()
    effect: tuple[Happening, ...] = ()
    never: tuple[Event, ...] = ()
    silent: bool = False
    after: tuple[Happening, ...] = ()
    shown: bool = False


def told(code: str, phase: str) -> Said:
    """Return what a terminal reports of a fault."""
    return ("fault", {"code": code, "phase": phase})


def failed(code: str, state: str = "failed") -> Said:
    """Return what a terminal reports of an update."""
    return ("update", {"state": state, "error": code})


def cut(code: str) -> Arc:
    """Return the arc of a common cause that cuts the link."""
    return Arc(
        onset=(E.LINK_LOST, code), over=(E.FAULT_CLEARED, code), root=("common_cause", "it"),
        effect=((E.FAULT_RAISED, code),), never=(E.LINK_RESTORED, E.SIGNED_IN), silent=True,
        wire=(told(code, "raised"), told(code, "cleared")), after=((E.LINK_RESTORED, ""),),
    )  # fmt: skip


def attempt(code: str, mechanism: str, **more: Any) -> Arc:
    """Return the arc of an attempt to update that fails: tried again, then by hand."""
    return Arc(
        onset=(E.UPDATE_FAILED, code), over=(E.UPDATED, "9.9.9"), root=(mechanism, ""),
        before=((E.UPDATE_OFFERED, "9.9.9"), (E.UPDATE_ACCEPTED, "9.9.9")),
        wire=(failed(code), ("update", {"state": "succeeded"})),
        effect=((E.AUTOMATION_DISABLED, "9.9.9"), (E.MASTER_PASSWORD_ACCEPTED, "")), **more,
    )  # fmt: skip


READY = ((E.SIGN_IN_STARTED, ""), (E.SIGNED_IN, "00"))
REGISTERED = (E.REGISTERED, "")
ARCS: dict[str, Arc] = {
    "PWR-105": Arc(
        onset=(E.HUNG, "PWR-105"), over=(E.FORCIBLY_SHUT_DOWN, "operator"), root=("random", ""),
        before=((E.SETTLED, "balanced"),), never=(E.POWERED_OFF, E.BOOTED), silent=True,
        wire=(("presence", {"online": False}), ("boot", {"reason": "forced_shutdown"})),
        after=((E.RECOVERED, ""), (E.BOOTED, "forced_shutdown"), *READY),
    ),
    "COM-207": cut("COM-207"),
    "COM-209": cut("COM-209"),
    "IDN-301": Arc(
        onset=(E.REGISTRATION_REFUSED, "1828"), over=REGISTERED, root=("human", "1828"),
        before=((E.DELIVERED, ""),), wire=(("register", {"tid": "10000000"}),) * 2,
        effect=((E.REGISTRATION_RETRIED, ""), (E.REGISTRATION_REFUSED, "1828")),
        never=(E.BOOTED, E.SIGNED_IN), silent=True, after=((E.BOOTED, "power_on"), *READY),
    ),
    "IDN-302": Arc(
        onset=(E.REGISTRATION_REFUSED, "97"), over=REGISTERED, root=("human", "97"),
        before=((E.DELIVERED, ""),), wire=(("register", {"tid": "10000000"}),) * 2,
        effect=((E.REGISTRATION_RETRIED, ""), (E.REGISTRATION_REFUSED, "97")),
        never=(E.BOOTED, E.SIGNED_IN), silent=True, after=((E.BOOTED, "power_on"), *READY),
    ),
    "HW-605": cut("HW-605")._replace(
        before=((E.SIGNED_IN, "00"),), effect=((E.FAULT_RAISED, "HW-605"),), shown=True
    ),
    "SW-703": Arc(
        onset=(E.FAULT_RAISED, "SW-703"), over=(E.FAULT_CLEARED, "SW-703"), root=("firmware", "it"),
        before=((E.UPDATE_INSTALLED, "1.0.0>9.9.9"), (E.UPDATED, "9.9.9")),
        wire=(failed("SW-703"), told("SW-703", "raised"), ("boot", {"fw": "9.9.9"})),
        effect=((E.REBOOTED, "SW-703"), (E.BOOTED, "reboot")), never=(E.SIGNED_IN,),
        after=(*READY, (E.REBOOTED, "SW-703")),
    ),
    "SW-705": Arc(
        onset=(E.BOOT_GIVEN_UP, "SW-705"), over=(E.REPAIRED, ""), root=("firmware", ""),
        before=((E.BOOT_FAILED, ""),) * 2, never=(E.BOOTED,), silent=True,
        wire=(("presence", {"online": False}), ("boot", {"reason": "repair"})),
        after=((E.BOOTED, "repair"), *READY),
    ),
    "PAY-801": Arc(
        onset=(E.FAULT_STRUCK, "PAY-801"), over=(E.FAULT_CLEARED, "PAY-801"), root=("human", "it"),
        before=((E.UPDATE_ACCEPTED, "9.9.9"), (E.UPDATED, "9.9.9")),
        wire=(told("PAY-801", "raised"),
              ("transaction", {"outcome": "declined", "code": "PAY-801"}),
              told("PAY-801", "cleared")),
        effect=((E.FAULT_RAISED, "PAY-801"), (E.TRANSACTION_APPROVED, "00")),
        after=((E.TRANSACTION_APPROVED, "00"),) * 3,
    ),
    "PAY-802": Arc(
        onset=(E.FAULT_STRUCK, ""), over=(E.TRANSACTION_APPROVED, "00"), shown=True,
        root=("common_cause", "it"),
        wire=(("transaction", {"outcome": "reversal_pending", "code": "PAY-802"}),
              ("transaction", {"outcome": "approved"})),
        effect=((E.REVERSAL_QUEUED, "PAY-802"), (E.TRANSACTION_INTERRUPTED, "PAY-802")),
        after=((E.TRANSACTION_APPROVED, "00"),),
    ),
    "PAY-803": Arc(
        onset=(E.SIGN_IN_DEMANDED, "77"), over=(E.SIGNED_IN, "00"), root=("random", "77"),
        before=((E.TRANSACTION_STARTED, ""),), never=(E.TRANSACTION_STARTED,), shown=True,
        wire=(("transaction", {"outcome": "refused", "code": "77"}), ("sign_in", {"attempt": 1})),
        after=((E.TRANSACTION_STARTED, ""),),
    ),
    "SGN-851": Arc(
        onset=(E.LOCKED_OUT, "55"), over=(E.PASSWORD_RESET, ""), root=("human", ""),
        before=((E.PASSWORD_REFUSED, "55"),) * 2,
        wire=(("sign_in", {"attempt": 3}), ("sign_in", {"credential": 1})),
        never=(E.SIGNED_IN, E.TRANSACTION_STARTED), after=((E.SIGN_IN_STARTED, ""),),
    ),
    "SGN-852": Arc(
        onset=(E.CREDENTIAL_REFUSED, "SGN-852"), over=(E.CREDENTIAL_REISSUED, "reissue"),
        root=("human", ""), before=((E.SIGN_IN_STARTED, ""),),
        wire=(("sign_in", {"credential": 0}), ("sign_in", {"credential": 1})),
        never=(E.SIGNED_IN, E.TRANSACTION_STARTED), after=((E.SIGN_IN_STARTED, ""),),
    ),
    "SGN-853": Arc(
        onset=(E.SIGNATURE_REFUSED, "SGN-853"), over=(E.SIGNED_IN, "00"), root=("human", ""),
        before=((E.SIGN_IN_STARTED, ""),), effect=((E.SIGN_IN_STARTED, ""),), shown=True,
        wire=(("sign_in", {"attempt": 1}),), never=(E.TRANSACTION_STARTED,),
    ),
    "SGN-854": Arc(
        onset=(E.SIGN_IN_REJECTED, "SGN-854"), over=(E.REPAIRED, ""), root=("random", "A0"),
        before=((E.SIGN_IN_FAILED, "A0"),) * 2, never=(E.SIGNED_IN,), silent=True,
        wire=(("sign_in", {}), ("presence", {"online": False}), ("boot", {"reason": "repair"})),
        after=((E.BOOTED, "repair"), (E.SIGN_IN_STARTED, "")),
    ),
    "SGN-855": Arc(
        onset=(E.SESSION_EXPIRED, "SGN-855"), over=(E.SIGNED_IN, "00"), root=("human", ""),
        before=((E.SIGNED_IN, "00"),), effect=((E.SIGN_IN_STARTED, ""),),
        wire=(("sign_in", {}),), never=(E.TRANSACTION_STARTED,),
    ),
    "SGN-856": Arc(
        onset=(E.FAULT_STRUCK, "SGN-856"), over=(E.FAULT_CLEARED, "SGN-856"),
        root=("random", "sign_in"), before=((E.SIGN_IN_STARTED, ""),), shown=True, silent=True,
        effect=((E.HUNG, "SGN-856"), (E.FAULT_RAISED, "SGN-856")), never=(E.SIGNED_IN,),
        wire=(("boot", {"reason": "forced_shutdown"}),),
        after=((E.RECOVERED, ""), (E.BOOTED, "forced_shutdown")),
    ),
    "SEC-902": cut("SEC-902"),
    "SEC-903": Arc(
        onset=(E.LOCKED, "SEC-903"), over=(E.UNLOCKED, "order"), root=("human", "order"),
        wire=(("order", {"order": "lock", "outcome": "done"}), ("order", {"order": "unlock"})),
        never=(E.TRANSACTION_STARTED, E.SIGNED_IN), after=READY,
    ),
    "UPD-951": attempt("UPD-951", "network", shown=True),
    "UPD-952": attempt("UPD-952", "wear", shown=True),
    "UPD-953": attempt("UPD-953", "random"),
    "UPD-954": attempt("UPD-954", "random"),
    "UPD-955": Arc(
        onset=(E.UPDATE_FAILED, "UPD-955"), over=(E.UPDATE_FAILED, "UPD-955"),
        root=("common_cause", "it"), wire=(failed("UPD-955"),), never=(E.UPDATE_OFFERED,),
    ),
    "UPD-956": Arc(
        onset=(E.UPDATE_ROLLED_BACK, "9.9.9>1.0.0"), over=(E.SIGNED_IN, "00"),
        root=("firmware", ""), before=((E.UPDATE_INSTALLED, "1.0.0>9.9.9"), (E.BOOTED, "update")),
        wire=(failed("UPD-956", "rolled_back"), ("boot", {"reason": "rollback", "fw": "1.0.0"})),
        effect=((E.BOOTED, "rollback"),), never=(E.UPDATED,),
    ),
    "UPD-957": Arc(
        onset=(E.PARAMETERS_CUT_OFF, "UPD-957"), over=(E.PARAMETERS_COMPLETED, "9.9.9"),
        root=("network", ""), before=((E.UPDATE_ACCEPTED, "9.9.9"), (E.LINK_LOST, "network")),
        wire=(failed("UPD-957", "paused"), ("update", {"state": "succeeded"})),
        effect=((E.LINK_RESTORED, ""),), never=(E.SIGNED_IN, E.TRANSACTION_STARTED), after=READY,
    ),
    "UPD-958": Arc(
        onset=(E.UPDATE_EXPIRED, "UPD-958"), over=(E.UPDATE_EXPIRED, "UPD-958"),
        root=("human", ""), before=((E.UPDATE_ACCEPTED, "9.9.9"),),
        wire=(failed("UPD-958", "expired"),),
    ),
    "DAT-971": Arc(
        onset=(E.SYNC_TIMED_OUT, ""), over=(E.RESYNCED, ""), root=("network", ""),
        before=((E.SELF_TEST_PASSED, ""),), wire=(("sync", {"params": 0}),) * 2,
        effect=((E.SIGNED_IN, "00"),),  # with the rules that it had before
    ),
    "DAT-972": Arc(
        onset=(E.DATA_LOST, "DAT-972"), over=(E.SETTLED, "uploaded"),
        root=("random", "forced_shutdown"),
        effect=((E.FORCIBLY_SHUT_DOWN, "operator"), (E.RECOVERED, "")),
        wire=(("settlement", {"uploaded": False}), ("settlement", {"uploaded": True})),
    ),
    "DAT-973": Arc(
        onset=(E.BACKUP_FAILED, "DAT-973"), over=(E.UPDATED, "9.9.9"), root=("random", ""),
        before=((E.UPDATE_ACCEPTED, "9.9.9"),), wire=(failed("DAT-973", "backing_up"),),
        effect=((E.UPDATE_INSTALLED, "1.0.0>9.9.9"),), shown=True,
    ),
}  # fmt: skip
