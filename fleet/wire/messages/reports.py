"""Up: how a terminal fares, told again and again."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from fleet.wire.fields import Count, FaultCode, Name, Percent, SerialNo, Tid, Timestamp, Version
from fleet.wire.messages.message import Message
from fleet.wire.words import BootReason, ComponentWord, Health, PrinterWord, StateWord


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
    cert_days: Count
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
