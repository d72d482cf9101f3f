"""The messages of the native dialect: past-tense facts up, answers and orders down.

One declaration, many uses: the JSON codec, `asyncapi.yaml` and the reference in the docs are all
made from these structures. `ts` is always milliseconds since the Unix epoch on the terminal's own
business clock, `req` numbers a terminal's requests, and an answer repeats it. Every message is
bounded: lists hold at most one entry per component.

Field names follow PAX PAXSTORE, Verifone VHQ and UnionPay's sign-in (STAN, batch, response codes),
component states follow ISO 20022 CAPE, printer states nexo.
"""

from typing import Final

from fleet.wire.messages.answers import (
    ChunkAnswered,
    HeartbeatAcknowledged,
    RegistrationAnswered,
    SettlementAnswered,
    SignInAnswered,
    SyncAnswered,
)
from fleet.wire.messages.facts import (
    LOG_LINES_MAX,
    Booted,
    FaultReported,
    LogUploaded,
    OrderAnswered,
    Presence,
    SelfTested,
    SignedOff,
    TestStep,
    TransactionReported,
    UpdateReported,
)
from fleet.wire.messages.message import Message
from fleet.wire.messages.orders import (
    CancelUpdate,
    Lock,
    MasterReset,
    Order,
    Reboot,
    SelfTest,
    SetParameters,
    Unlock,
    Update,
    UploadLog,
    Window,
)
from fleet.wire.messages.reports import ComponentStatus, Heartbeat, SlowReadings, StatusReported
from fleet.wire.messages.requests import (
    ChunkRequested,
    RegistrationRequested,
    SettlementRequested,
    SignInRequested,
    SyncRequested,
)

__all__ = [
    "DOWN", "LOG_LINES_MAX", "UP", "Answer", "AnyOrder", "Booted", "CancelUpdate",
    "ChunkAnswered", "ChunkRequested", "ComponentStatus", "FaultReported", "Heartbeat",
    "HeartbeatAcknowledged", "Lock", "LogUploaded", "MasterReset", "Message", "Order",
    "OrderAnswered", "Presence", "Reboot", "RegistrationAnswered", "RegistrationRequested",
    "Request", "SelfTest", "SelfTested", "SetParameters", "SettlementAnswered",
    "SettlementRequested", "SignInAnswered", "SignInRequested", "SignedOff", "SlowReadings",
    "StatusReported", "SyncAnswered", "SyncRequested", "TestStep", "TransactionReported",
    "Unlock", "Update", "UpdateReported", "UploadLog", "Window",
]  # fmt: skip

AnyOrder = (
    Update | CancelUpdate | Reboot | Lock | Unlock | SelfTest | UploadLog | SetParameters
    | MasterReset
)  # fmt: skip
Request = (
    RegistrationRequested | SyncRequested | SignInRequested | ChunkRequested | SettlementRequested
)
Answer = RegistrationAnswered | SyncAnswered | SignInAnswered | ChunkAnswered | SettlementAnswered

UP: Final[tuple[type[Message], ...]] = (
    Presence, RegistrationRequested, Booted, SelfTested, SyncRequested, SignInRequested, SignedOff,
    Heartbeat, StatusReported, FaultReported, UpdateReported, ChunkRequested,
    TransactionReported, SettlementRequested, OrderAnswered, LogUploaded,
)  # fmt: skip
DOWN: Final[tuple[type[Message], ...]] = (
    RegistrationAnswered, SyncAnswered, SignInAnswered, ChunkAnswered, SettlementAnswered,
    HeartbeatAcknowledged,
    Update, CancelUpdate, Reboot, Lock, Unlock, SelfTest, UploadLog, SetParameters, MasterReset,
)  # fmt: skip
