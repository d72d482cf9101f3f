"""The messages of the native dialect: past-tense facts up, answers and orders down.

One declaration, many uses: the JSON codec, `asyncapi.yaml` and the reference in the docs are all
made from these structures. `ts` is always milliseconds since the Unix epoch on the terminal's own
business clock, `req` numbers a terminal's requests, and an answer repeats it. Every message is
bounded: lists hold at most one entry per component.

Field names follow PAX PAXSTORE, Verifone VHQ and UnionPay's sign-in (STAN, batch, response codes),
component states follow ISO 20022 CAPE, printer states nexo.
"""

from typing import Annotated, ClassVar, Final, Literal

from msgspec import Meta, Struct

from fleet.wire.package import CHUNK_BYTES_MAX, PACKAGE_BYTES_MAX, What

Timestamp = Annotated[int, Meta(ge=0, description="ms since the Unix epoch, business clock")]
Count = Annotated[int, Meta(ge=0)]
# Python's `$`, unlike JSON Schema's, also matches before a line's end; the look-ahead forbids one,
# and the published contract, which is not for Python alone, does without it.
NO_NEWLINE: Final = r"(?!\n)"
_END: Final = NO_NEWLINE + "$"
Tid = Annotated[str, Meta(pattern=r"^[0-9]{8}" + _END, description="terminal id, 8 digits")]
SerialNo = Annotated[str, Meta(pattern=r"^[0-9A-Z]{4,16}" + _END, description="of the unit")]
Operator = Annotated[str, Meta(pattern=r"^[0-9]{2}" + _END, description="of the shop, 2 digits")]
Proof = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}" + _END, description="see fleet.wire.password")]
OrderNo = Annotated[str, Meta(pattern=r"^[0-9]{16}" + _END, description="unique, 16 digits")]
FaultCode = Annotated[str, Meta(pattern=r"^[A-Z]{2,3}-[0-9]{3}" + _END)]
CheckValue = Annotated[str, Meta(pattern=r"^[0-9a-f]{6}" + _END, description="of a key")]
Version = Annotated[str, Meta(min_length=1, max_length=64)]
Name = Annotated[str, Meta(max_length=64)]
Code = Annotated[str, Meta(max_length=16, description="response code; 00 is approval")]
Percent = Annotated[int, Meta(ge=0, le=100)]
Reason = Literal["system", "security", "function", "maintenance"]
Digest = Annotated[str, Meta(max_length=64, description="64 hex digits, or none")]
DayMinute = Annotated[int, Meta(ge=0, lt=1_440)]
ChunkBytes = Annotated[int, Meta(ge=1, le=CHUNK_BYTES_MAX)]
PackageBytes = Annotated[int, Meta(ge=1, le=PACKAGE_BYTES_MAX)]
ChunkData = Annotated[bytes, Meta(max_length=CHUNK_BYTES_MAX)]
LOG_LINES_MAX: Final = 64
LogLine = Annotated[str, Meta(max_length=160)]

APPROVED: Final = "00"
MERCHANT_UNKNOWN: Final = "03"
NO_SUCH_RECORD: Final = "25"
WRONG_PASSWORD: Final = "55"  # noqa: S105 - ISO 8583 response code, no password
SUSPENDED: Final = "62"
STATE_MISMATCH: Final = "22"
BATCH_MISMATCH: Final = "77"
UNBALANCED: Final = "95"
MALFUNCTION: Final = "96"
NO_REPLY: Final = "98"
PIN_FORMAT: Final = "99"
MAC_ERROR: Final = "A0"
NOT_REGISTERED: Final = "97"
TID_TAKEN: Final = "1828"

BATCH_MAX: Final = 999_999
"""Of batch numbers: ISO 8583, field 60.2, six digits."""

StateWord = Literal[
    "inventory", "registering", "powered_off", "booting", "self_test", "diagnosing", "data_sync",
    "standby", "signing_in", "ready", "in_transaction", "settling", "updating", "maintenance",
    "not_ready", "locked", "hung", "forced_shutdown", "tampered", "out_of_order", "retired",
]  # fmt: skip
BootReason = Literal[
    "power_on", "reboot", "security", "update", "rollback", "forced_shutdown", "repair",
]  # fmt: skip
ComponentWord = Literal[
    "power", "memory", "sensors", "communication", "identity", "stripe_reader", "chip_reader",
    "contactless", "scanner", "payment", "printer", "integrity",
]  # fmt: skip
KeyScheme = Literal["001", "003", "004"]
Contact = Literal["none", "ASAP", "CRIT"]
Health = Literal["OPER", "DEGRADED", "OUTD", "DACT", "WAIT"]
PrinterWord = Literal["OK", "PaperLow", "NoPaper", "PaperJam", "OutOfOrder"]
MethodWord = Literal["qr", "contactless", "chip", "stripe"]
VerificationWord = Literal["password", "fingerprint", "face", "none"]
OutcomeWord = Literal["approved", "declined", "refused", "reversal_pending", "abandoned"]
UpdateWord = Literal[
    "offered", "held", "deferred", "backing_up", "downloading", "paused", "downloaded", "verified",
    "installing", "succeeded", "failed", "rejected", "expired", "cancelled", "rolled_back",
]  # fmt: skip
OrderWord = Literal[
    "update", "cancel_update", "reboot", "lock", "unlock", "self_test", "upload_log",
    "set_parameters", "master_reset",
]  # fmt: skip


class Message(Struct, frozen=True, forbid_unknown_fields=True):
    """What every message has: a kind, which names its topic, a QoS, and whether it is retained."""

    kind: ClassVar[str]
    qos: ClassVar[int] = 1
    retain: ClassVar[bool] = False


# ---------------------------------------------------------------------------- up: facts


class Presence(Message, frozen=True, forbid_unknown_fields=True):
    """The terminal went online or offline; retained, and the last will when a link is cut."""

    kind = "presence"
    retain = True
    ts: Timestamp
    online: bool
    reason: Literal["attached", "detached", "lost"]


class RegistrationRequested(Message, frozen=True, forbid_unknown_fields=True):
    """A unit called for the first time: who it is and what it runs."""

    kind = "register"
    ts: Timestamp
    req: Count
    tid: Tid
    serial_no: SerialNo
    model: Name
    region: Name
    fw: Version
    link: Literal["ethernet", "wifi", "cellular"]


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


class SyncRequested(Message, frozen=True, forbid_unknown_fields=True):
    """The terminal asked for parameters, keys and the clock."""

    kind = "sync"
    ts: Timestamp
    req: Count
    fw: Version
    params: Count
    plan: Count = 0


class SignInRequested(Message, frozen=True, forbid_unknown_fields=True):
    """An operator asked to sign in; `proof` is the password's digest, never the password.

    `credential` counts the operator's passwords, `key_scheme` says which working keys are wanted.
    """

    kind = "sign_in"
    ts: Timestamp
    req: Count
    stan: Count
    operator: Operator
    batch: Count
    attempt: Count
    proof: Proof
    fw: Version
    credential: Count = 0
    key_scheme: KeyScheme = "003"


class SignedOff(Message, frozen=True, forbid_unknown_fields=True):
    """The operator signed off at the end of the day."""

    kind = "sign_off"
    ts: Timestamp
    batch: Count


class Heartbeat(Message, frozen=True, forbid_unknown_fields=True):
    """The lean report: state, telemetry and counters, about 300 bytes.

    Counters count since the heartbeat before. `plan` is the number of the last order received, by
    which the server knows what it need not say again.
    """

    kind = "heartbeat"
    qos = 0
    ts: Timestamp
    seq: Count
    boot: Count
    state: StateWord
    fw: Version
    plan: Count
    uptime_s: Count
    temp_c: float
    supply_mv: Count
    rssi_dbm: Annotated[int, Meta(ge=-150, le=0)]
    rtt_ms: Count
    cpu_pct: Percent
    mem_pct: Percent
    flash_pct: Percent
    reads: Count
    read_errors: Count
    txn_ok: Count
    txn_fail: Count
    net_retry: Count
    paper_m: float
    faults: Count
    battery_pct: Percent | None = None


class ComponentStatus(Struct, frozen=True, forbid_unknown_fields=True):
    """A component's health, in ISO 20022's words."""

    component: ComponentWord
    status: Health


class SlowReadings(Struct, frozen=True, forbid_unknown_fields=True):
    """What a terminal measures seldom; counts are since the report before."""

    coin_cell_mv: Count
    clock_drift_ms: Count
    battery_health_pct: Percent
    bt_rssi_dbm: Annotated[int, Meta(ge=-150, le=0)]
    decode_ms: Count
    motor_ma: Count
    head_ma: Count
    fallbacks: Count
    tap_retries: Count
    reader_resets: Count
    module_resets: Count
    motor_errors: Count
    decode_failures: Count
    touch_errors: Count
    key_sticks: Count
    crypto_errors: Count
    app_crashes: Count
    memory_errors: Count
    charge_breaks: Count


class StatusReported(Message, frozen=True, forbid_unknown_fields=True):
    """The full report, at an interval of its own: versions, components, lifetime counters."""

    kind = "status"
    ts: Timestamp
    tid: Tid
    serial_no: SerialNo
    model: Name
    region: Name
    link: Literal["ethernet", "wifi", "cellular"]
    state: StateWord
    global_status: Literal["OK", "Busy", "Maintenance"]
    fw: Version
    params: Count
    boot: Count
    boot_reason: BootReason
    uptime_s: Count
    signed_in: bool
    batch: Count
    unconfirmed: Count
    printer: PrinterWord
    components: Annotated[tuple[ComponentStatus, ...], Meta(max_length=16)]
    faults: Annotated[tuple[FaultCode, ...], Meta(max_length=16)]
    heartbeats: Count
    sign_ins: Count
    forced_shutdowns: Count
    updates: Count
    reconnects: Count
    reversals: Count
    readings: SlowReadings


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


class ChunkRequested(Message, frozen=True, forbid_unknown_fields=True):
    """The terminal asked for a part of a package; `number` counts from 0, `size` is the package's.

    `req` numbers such requests apart from all others: whether a package comes over the link is no
    part of a terminal's story.
    """

    kind = "chunk"
    ts: Timestamp
    req: Count
    what: What
    version: Version
    number: Count
    chunk: ChunkBytes
    size: PackageBytes


class LogUploaded(Message, frozen=True, forbid_unknown_fields=True):
    """What the terminal's log says, as an order asked for it."""

    kind = "log"
    ts: Timestamp
    plan: Count
    lines: Annotated[tuple[LogLine, ...], Meta(max_length=LOG_LINES_MAX)]


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


class SettlementRequested(Message, frozen=True, forbid_unknown_fields=True):
    """The batch's totals: trace numbers given, records held, reversals that nobody confirmed."""

    kind = "settlement"
    ts: Timestamp
    req: Count
    batch: Count
    traces: Count
    records: Count
    unconfirmed: Count
    uploaded: bool


class OrderAnswered(Message, frozen=True, forbid_unknown_fields=True):
    """What became of an order."""

    kind = "order"
    ts: Timestamp
    plan: Count
    order: OrderWord
    outcome: Literal["done", "refused"]


# ---------------------------------------------------------------------------- down: answers


class RegistrationAnswered(Message, frozen=True, forbid_unknown_fields=True):
    """Whether the server took the unit, and how often it wants to hear of it (0: as it likes)."""

    kind = "register"
    server_ts: Timestamp
    req: Count
    code: Code
    heartbeat_ms: Count = 0


class SyncAnswered(Message, frozen=True, forbid_unknown_fields=True):
    """The server's clock, the parameter set in force, and how urgently it wants to update."""

    kind = "sync"
    server_ts: Timestamp
    req: Count
    code: Code
    params: Count
    contact: Contact = "none"


class SignInAnswered(Message, frozen=True, forbid_unknown_fields=True):
    """The answer to a sign-in: the response code, the open batch, the keys, the parameters."""

    kind = "sign_in"
    server_ts: Timestamp
    req: Count
    code: Code
    batch: Count
    params: Count = 0
    key_scheme: KeyScheme = "003"
    kcv: Annotated[tuple[CheckValue, ...], Meta(max_length=3)] = ()


class ChunkAnswered(Message, frozen=True, forbid_unknown_fields=True):
    """A part of a package, in base64; empty beyond its end, or with a code other than approval."""

    kind = "chunk"
    server_ts: Timestamp
    req: Count
    code: Code
    number: Count
    data: ChunkData


class SettlementAnswered(Message, frozen=True, forbid_unknown_fields=True):
    """Whether the totals agree (00) or every record must be uploaded (95), and the next batch."""

    kind = "settlement"
    server_ts: Timestamp
    req: Count
    code: Code
    batch: Count


class HeartbeatAcknowledged(Message, frozen=True, forbid_unknown_fields=True):
    """The server heard heartbeat `seq`; with its clock."""

    kind = "heartbeat"
    qos = 0
    server_ts: Timestamp
    seq: Count


# ---------------------------------------------------------------------------- down: orders


class Order(Message, frozen=True, forbid_unknown_fields=True, tag_field="order", kw_only=True):
    """An imperative. `plan` numbers it; `at` is when it takes effect, 0 for at once."""

    kind = "order"
    plan: Count
    at: Timestamp = 0


class Window(Struct, frozen=True, forbid_unknown_fields=True):
    """A span of the local day, in minutes since midnight; one that closes first spans midnight."""

    opens: DayMinute
    closes: DayMinute


class Update(Order, frozen=True, forbid_unknown_fields=True, tag_field="order", tag="update"):
    """Install this version; `forced` leaves the merchant no say.

    Attributes:
        version: What it brings.
        campaign: Whose it is.
        what: What is updated.
        reason: Why; a security update does not wait for an idle terminal.
        forced: Whether the merchant is not asked.
        wifi_only: Whether it may be fetched over Wi-Fi or cable alone.
        window: When it may begin; at any time without one.
        expires: Instant by which it must have begun; 0 for never.
        made_for: Models that it is made for; all if empty.
        size: Bytes of the package.
        chunk: Bytes of each of its chunks.
        sha256: Of all its bytes.
        signature: See `fleet.wire.package`.
    """

    version: Version
    campaign: Name
    what: What = "firmware"
    reason: Reason = "system"
    forced: bool = False
    wifi_only: bool = False
    window: Window | None = None
    expires: Timestamp = 0
    made_for: Annotated[tuple[Name, ...], Meta(max_length=64)] = ()
    size: Count = 0
    chunk: Count = 0
    sha256: Digest = ""
    signature: Digest = ""


class CancelUpdate(
    Order, frozen=True, forbid_unknown_fields=True, tag_field="order", tag="cancel_update"
):
    """Forget the update to this version, if it has not begun; to any if it is empty."""

    version: Annotated[str, Meta(max_length=64)] = ""


class Reboot(Order, frozen=True, forbid_unknown_fields=True, tag_field="order", tag="reboot"):
    """Restart."""


class Lock(Order, frozen=True, forbid_unknown_fields=True, tag_field="order", tag="lock"):
    """Lock the terminal until it is unlocked."""


class Unlock(Order, frozen=True, forbid_unknown_fields=True, tag_field="order", tag="unlock"):
    """End a lock."""


class SelfTest(Order, frozen=True, forbid_unknown_fields=True, tag_field="order", tag="self_test"):
    """Test yourself."""


class UploadLog(
    Order, frozen=True, forbid_unknown_fields=True, tag_field="order", tag="upload_log"
):
    """Send the log."""


class SetParameters(
    Order, frozen=True, forbid_unknown_fields=True, tag_field="order", tag="set_parameters"
):
    """Send heartbeats at this interval from now on (0: as before)."""

    heartbeat_ms: Count = 0


class MasterReset(
    Order, frozen=True, forbid_unknown_fields=True, tag_field="order", tag="master_reset"
):
    """Forget all settings and register anew."""


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
DOWN: Final[tuple[type[Message] | type[AnyOrder], ...]] = (
    RegistrationAnswered, SyncAnswered, SignInAnswered, ChunkAnswered, SettlementAnswered,
    HeartbeatAcknowledged,
    Update, CancelUpdate, Reboot, Lock, Unlock, SelfTest, UploadLog, SetParameters, MasterReset,
)  # fmt: skip
