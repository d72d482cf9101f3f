"""Up: what happened to a terminal, told once, in the past tense."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from fleet.wire.fields import Count, FaultCode, Name, OrderNo, Percent, Timestamp, Version
from fleet.wire.messages.message import Message
from fleet.wire.package import What
from fleet.wire.words import (
    BootReason,
    ComponentWord,
    MethodWord,
    OrderWord,
    OutcomeWord,
    UpdateWord,
    VerificationWord,
)

LOG_LINES_MAX: Final = 64
LogLine = Annotated[str, Meta(max_length=160)]


class Presence(Message, frozen=True, forbid_unknown_fields=True):
    """The terminal went online or offline; retained, and the last will when a link is cut."""

    kind = "presence"
    retain = True
    ts: Timestamp
    online: bool
    reason: Literal["attached", "detached", "lost"]


class Booted(Message, frozen=True, forbid_unknown_fields=True):
    """The terminal came up."""

    kind = "boot"
    ts: Timestamp
    boot: Count
    reason: BootReason
    fw: Version
    boot_ms: Count


class TestStep(Struct, frozen=True, forbid_unknown_fields=True):
    """One step of a self-test: the component, whether it passed, how long it took."""

    component: ComponentWord
    ok: bool
    ms: Count


class SelfTested(Message, frozen=True, forbid_unknown_fields=True):
    """A self-test ended, with the result of each of its steps."""

    kind = "self_test"
    ts: Timestamp
    boot: Count
    outcome: Literal["passed", "degraded", "failed"]
    ms: Count
    steps: Annotated[tuple[TestStep, ...], Meta(max_length=16)]
    cpu_pct: Percent = 0
    mem_pct: Percent = 0
    rssi_dbm: Annotated[int, Meta(ge=-150, le=0)] = 0
    rtt_ms: Count = 0


class SignedOff(Message, frozen=True, forbid_unknown_fields=True):
    """The operator signed off at the end of the day."""

    kind = "sign_off"
    ts: Timestamp
    batch: Count


class FaultReported(Message, frozen=True, forbid_unknown_fields=True):
    """The terminal noticed a fault, or that one is gone."""

    kind = "fault"
    ts: Timestamp
    code: FaultCode
    component: Name
    severity: Literal["critical", "major", "minor", "warning"]
    phase: Literal["raised", "cleared"]


class UpdateReported(Message, frozen=True, forbid_unknown_fields=True):
    """Where an update stands; it has succeeded only when what `runs` is the version ordered.

    `ts` is when it was told: a terminal without a link tells of it later.
    """

    kind = "update"
    ts: Timestamp
    plan: Count
    version: Version
    state: UpdateWord
    runs: Version
    what: What = "firmware"
    error: Name = ""


class TransactionReported(Message, frozen=True, forbid_unknown_fields=True):
    """A payment is over; sent where the profile asks for a message of each.

    `order_no` is what a query or a refund goes by. `code` is the host's response, a fault's code,
    or what cut the payment off (link, power). The profile sets the QoS. No card, no amount.
    """

    kind = "transaction"
    ts: Timestamp
    order_no: OrderNo
    batch: Count
    method: MethodWord
    verification: VerificationWord
    outcome: OutcomeWord
    code: Name
    ms: Count
    offline: bool = False


class OrderAnswered(Message, frozen=True, forbid_unknown_fields=True):
    """What became of an order."""

    kind = "order"
    ts: Timestamp
    plan: Count
    order: OrderWord
    outcome: Literal["done", "refused"]


class LogUploaded(Message, frozen=True, forbid_unknown_fields=True):
    """What the terminal's log says, as an order asked for it."""

    kind = "log"
    ts: Timestamp
    plan: Count
    lines: Annotated[tuple[LogLine, ...], Meta(max_length=LOG_LINES_MAX)]
