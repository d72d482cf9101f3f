"""What the server makes of the messages that it hears and gives: the observed events.

One message may be several events (a self-test with two failed steps) or none (a request, whose
answer says all). Severities are OpenTelemetry's SeverityNumber.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from fleet.wire.codes import APPROVED
from fleet.wire.messages import (
    Booted,
    FaultReported,
    Message,
    OrderAnswered,
    Presence,
    RegistrationAnswered,
    SelfTested,
    SignedOff,
    SignInAnswered,
    SyncAnswered,
    UpdateReported,
)

INFO, WARNING, ERROR, FATAL = 9, 13, 17, 21
_SEVERITY: Final = {"warning": WARNING, "minor": WARNING, "major": ERROR, "critical": FATAL}


class Heard(NamedTuple):
    """An observed event, without who, when and its number."""

    code: str
    component: str | None
    severity: int
    value: float | None


def _presence(message: Presence) -> list[Heard]:
    if message.online:
        return [Heard("online", "communication", INFO, None)]
    lost = message.reason == "lost"
    code, severity = ("connection_lost", WARNING) if lost else ("offline", INFO)
    return [Heard(code, "communication", severity, None)]


def _registered(message: RegistrationAnswered) -> list[Heard]:
    fine = message.code == APPROVED
    refused = f"registration_refused_{message.code}"
    code, severity = ("registered", INFO) if fine else (refused, ERROR)
    return [Heard(code, None, severity, None)]


def _booted(message: Booted) -> list[Heard]:
    severity = WARNING if message.reason == "forced_shutdown" else INFO
    return [Heard(f"boot_{message.reason}", None, severity, message.boot_ms / 1_000)]


def _self_tested(message: SelfTested) -> list[Heard]:
    severity = {"passed": INFO, "degraded": WARNING, "failed": ERROR}[message.outcome]
    steps = [Heard("self_test_step_failed", step.component, ERROR, step.ms / 1_000)
             for step in message.steps if not step.ok]  # fmt: skip
    return [*steps, Heard(f"self_test_{message.outcome}", None, severity, message.ms / 1_000)]


def _synced(message: SyncAnswered) -> list[Heard]:
    fine = message.code == APPROVED
    code, severity = ("synced", INFO) if fine else (f"sync_refused_{message.code}", WARNING)
    return [Heard(code, None, severity, None)]


def _signed_in(message: SignInAnswered) -> list[Heard]:
    fine = message.code == APPROVED
    refused = f"sign_in_refused_{message.code}"
    code, severity = ("sign_in_ok", INFO) if fine else (refused, WARNING)
    return [Heard(code, None, severity, None)]


def _signed_off(_: SignedOff) -> list[Heard]:
    return [Heard("sign_off", None, INFO, None)]


def _fault(message: FaultReported) -> list[Heard]:
    if message.phase == "raised":
        severity = _SEVERITY.get(message.severity, ERROR)
        return [Heard(message.code, message.component, severity, None)]
    return [Heard(f"{message.code}_cleared", message.component, INFO, None)]


def _update(message: UpdateReported) -> list[Heard]:
    bad = message.state in {"failed", "rolled_back"}
    return [Heard(f"update_{message.state}", "integrity", ERROR if bad else INFO, None)]


def _order(message: OrderAnswered) -> list[Heard]:
    severity = INFO if message.outcome == "done" else WARNING
    return [Heard(f"order_{message.order}_{message.outcome}", None, severity, None)]


READINGS: Final[Mapping[type[Message], Callable[[Any], list[Heard]]]] = {
    Presence: _presence,
    RegistrationAnswered: _registered,
    Booted: _booted,
    SelfTested: _self_tested,
    SyncAnswered: _synced,
    SignInAnswered: _signed_in,
    SignedOff: _signed_off,
    FaultReported: _fault,
    UpdateReported: _update,
    OrderAnswered: _order,
}
"""How each kind of message is read; the others are no events."""
