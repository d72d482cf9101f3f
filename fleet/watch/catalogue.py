"""Every metric family, declared once; exporter, docs, dashboards and summary read it here."""

from typing import Final, get_args

from fleet.life.states import State
from fleet.mqtt.down import DownReason
from fleet.profile.power import Cause
from fleet.tms.progress import OUTCOMES
from fleet.tms.views import SIGNS, VIEWS
from fleet.watch.family import Family, Kind, Label
from fleet.wire.messages import DOWN, UP, Message
from fleet.wire.words import ComponentWord


def _kinds(messages: tuple[type[Message], ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(message.kind for message in messages))


_MS: Final = 1_000
_S: Final = 1_000 * _MS
# From one loopback round trip to the longest protocol time-out.
_PROTOCOL_US: Final = (
    250, 500, _MS, 2_500, 5 * _MS, 10 * _MS, 25 * _MS, 50 * _MS, 100 * _MS, 250 * _MS, 500 * _MS,
    _S, 2_500 * _MS, 5 * _S, 10 * _S, 30 * _S, 60 * _S,
)  # fmt: skip
# From a tick of the kernel to a generator that is beyond hope.
_LAG_US: Final = (
    100, 250, 500, _MS, 2_500, 5 * _MS, 10 * _MS, 25 * _MS, 50 * _MS, 100 * _MS, 250 * _MS,
    500 * _MS, _S, 5 * _S,
)  # fmt: skip
# From a delta over fibre to a day of deferrals.
_UPDATE_US: Final = (
    30 * _S, 60 * _S, 120 * _S, 300 * _S, 600 * _S, 900 * _S, 1_800 * _S, 3_600 * _S, 7_200 * _S,
    18_000 * _S, 36_000 * _S, 72_000 * _S,
)  # fmt: skip

_STATES: Final = tuple(state.value for state in State)
_CONNECTS: Final = ("ok", *(reason.value for reason in DownReason))
_SIGN_INS: Final = (
    "ok", "wrong_password", "signature", "again", "malfunction", "timeout", "suspended", "rejected",
    "locked_out",
)  # fmt: skip
_SELF_TESTS: Final = ("passed", "degraded", "failed")
_UPDATES: Final = (
    "held", "offered", "deferred", "accepted", "paused", "succeeded", "failed", "rejected",
    "expired", "cancelled", "rolled_back", "bricked", "given_up", "cut_off",
)  # fmt: skip
MISHAPS: Final = ("lost", "duplicated", "reordered")
"""What the numbers of heartbeats and of their acknowledgements show."""
_TRANSACTIONS: Final = ("approved", "declined", "refused", "reversed", "lost")
_REVERSALS: Final = ("queued", "confirmed", "uploaded")
_SETTLEMENTS: Final = ("balanced", "uploaded", "failed")
_CAUSES: Final = (*get_args(Cause), "watchdog", "operator")
DROPS: Final = ("inbox_full", "queue_full", "buffer_full", "too_large", "unreadable", "undelivered")
"""Why a message was dropped."""

FAMILIES: Final[tuple[Family, ...]] = (
    Family("fleet_terminals", Kind.GAUGE, "Terminals in each primary state.", "terminals",
           (Label("state", _STATES),)),
    Family("fleet_region_terminals", Kind.GAUGE, "Terminals in each primary state, by region.",
           "terminals", (Label("region", given="regions"), Label("state", _STATES))),
    Family("fleet_connected_terminals", Kind.GAUGE,
           "Terminals whose MQTT link is up.", "terminals"),
    Family("fleet_region_connected_terminals", Kind.GAUGE,
           "Terminals whose MQTT link is up, by region.", "terminals",
           (Label("region", given="regions"),)),
    Family("fleet_connects_total", Kind.COUNTER,
           "Attempts to connect, by what became of them.",
           "attempts", (Label("outcome", _CONNECTS),)),
    Family("fleet_links_lost_total", Kind.COUNTER,
           "Links that ended though the terminal had not ended them, by reason.",
           "links", (Label("reason", _CONNECTS[1:]),)),
    Family("fleet_connect_duration_seconds", Kind.HISTOGRAM,
           "Time from opening the TCP connection until the subscription stood.", "seconds",
           bounds_us=_PROTOCOL_US),
    Family("fleet_connect_response_seconds", Kind.HISTOGRAM,
           "Time from the instant a link was due until its subscription stood.", "seconds",
           bounds_us=_PROTOCOL_US),
    Family("fleet_offline_terminals", Kind.GAUGE,
           "Terminals that want a link and have none.", "terminals"),
    Family("fleet_messages_sent_total", Kind.COUNTER,
           "Messages that terminals published, by kind.", "messages",
           (Label("kind", _kinds(UP)),)),
    Family("fleet_messages_received_total", Kind.COUNTER,
           "Messages that reached terminals, by kind.", "messages",
           (Label("kind", _kinds(DOWN)),)),
    Family("fleet_sent_bytes_total", Kind.COUNTER,
           "Bytes of all PUBLISH packets sent, headers included.", "bytes"),
    Family("fleet_heartbeats_total", Kind.COUNTER, "Heartbeats sent.", "messages"),
    Family("fleet_heartbeat_ack_seconds", Kind.HISTOGRAM,
           "Time from the instant a heartbeat was due to its acknowledgement.", "seconds",
           bounds_us=_PROTOCOL_US),
    Family("fleet_heartbeat_ack_service_seconds", Kind.HISTOGRAM,
           "Time from the sending of a heartbeat to its acknowledgement.", "seconds",
           bounds_us=_PROTOCOL_US),
    Family("fleet_publish_ack_seconds", Kind.HISTOGRAM,
           "Time from the instant a message of QoS 1 was due to the broker's PUBACK.", "seconds",
           bounds_us=_PROTOCOL_US),
    Family("fleet_publish_ack_service_seconds", Kind.HISTOGRAM,
           "Time from the sending of a message of QoS 1 to the broker's PUBACK.", "seconds",
           bounds_us=_PROTOCOL_US),
    Family("fleet_command_seconds", Kind.HISTOGRAM,
           "Time from the instant an order was to take effect until the reference TMS heard of it.",
           "seconds", bounds_us=_PROTOCOL_US),
    Family("fleet_command_service_seconds", Kind.HISTOGRAM,
           "Time from an order's sending, or from the instant it was to take effect where that is "
           "later, until the reference TMS heard of it.", "seconds", bounds_us=_PROTOCOL_US),
    Family("fleet_up_mishaps_total", Kind.COUNTER,
           "Heartbeats that the reference TMS missed, heard twice, or heard overtaken.",
           "messages", (Label("mishap", MISHAPS),)),
    Family("fleet_down_mishaps_total", Kind.COUNTER,
           "Heartbeats that terminals saw unanswered, answered twice, or answered overtaken.",
           "messages", (Label("mishap", MISHAPS),)),
    Family("fleet_sign_ins_total", Kind.COUNTER, "Sign-ins of operators, by outcome.",
           "attempts", (Label("outcome", _SIGN_INS),)),
    Family("fleet_sign_in_duration_seconds", Kind.HISTOGRAM,
           "Time from a sign-in request to its answer, in protocol time.", "seconds",
           bounds_us=_PROTOCOL_US),
    Family("fleet_sign_in_response_seconds", Kind.HISTOGRAM,
           "Time from the instant a sign-in request was due to its answer.", "seconds",
           bounds_us=_PROTOCOL_US),
    Family("fleet_self_tests_total", Kind.COUNTER, "Self-tests, by outcome.", "tests",
           (Label("outcome", _SELF_TESTS),)),
    Family("fleet_self_test_failures_total", Kind.COUNTER,
           "Steps of self-tests that failed, by component.", "failures",
           (Label("component", get_args(ComponentWord)),)),
    Family("fleet_updates_total", Kind.COUNTER,
           "Updates, by what became of them; one may come to several.",
           "updates", (Label("outcome", _UPDATES),)),
    Family("fleet_update_duration_seconds", Kind.HISTOGRAM,
           "Business time from accepting an update until it had proved itself.", "seconds",
           bounds_us=_UPDATE_US),
    Family("fleet_campaign_terminals", Kind.GAUGE,
           "Terminals of each campaign that the TMS has ordered to update, by what it last heard.",
           "terminals", (Label("campaign", given="campaigns"), Label("outcome", OUTCOMES))),
    Family("fleet_campaign_stopped", Kind.GAUGE,
           "Whether the TMS has stopped a campaign, as too many terminals had failed.",
           "campaigns", (Label("campaign", given="campaigns"),)),
    Family("fleet_tms_terminals", Kind.GAUGE,
           "Terminals as the TMS sees them, by when and what it last heard.",
           "terminals", (Label("view", VIEWS),)),
    Family("fleet_tms_offline_total", Kind.COUNTER,
           "Times that the TMS found a terminal offline: by last will, goodbye, or silence.",
           "terminals", (Label("sign", SIGNS),)),
    Family("fleet_update_response_seconds", Kind.HISTOGRAM,
           "Business time from the order of an update until it had proved itself.", "seconds",
           bounds_us=_UPDATE_US),
    Family("fleet_transactions_total", Kind.COUNTER,
           "Payments by what became of them; refused: the operator had to sign in again; lost: the "
           "customer came while the terminal could not serve. What is only counted stands here "
           "when a heartbeat has told of it.",
           "payments", (Label("outcome", _TRANSACTIONS),)),
    Family("fleet_reversals_total", Kind.COUNTER,
           "Reversals queued, and how they ended: by the host's word, or by a settlement's upload.",
           "reversals", (Label("outcome", _REVERSALS),)),
    Family("fleet_settlements_total", Kind.COUNTER, "End-of-day settlements, by outcome.",
           "settlements", (Label("outcome", _SETTLEMENTS),)),
    Family("fleet_faults_total", Kind.COUNTER, "Faults raised, by code.", "faults",
           (Label("code", given="codes"),)),
    Family("fleet_faults_cleared_total", Kind.COUNTER, "Faults repaired or gone, by code.",
           "faults", (Label("code", given="codes"),)),
    Family("fleet_active_faults", Kind.GAUGE, "Faults raised and not yet cleared, by class.",
           "faults", (Label("fault_class", given="fault_classes"),)),
    Family("fleet_forced_shutdowns_total", Kind.COUNTER,
           "Shutdowns that nobody wished for, by cause.", "shutdowns",
           (Label("cause", _CAUSES),)),
    Family("fleet_firmware_terminals", Kind.GAUGE, "Terminals that run each firmware version.",
           "terminals", (Label("version", given="versions"),)),
    Family("fleet_schedule_lag_seconds", Kind.HISTOGRAM,
           "How late the generator acted after an instant that was due.", "seconds",
           bounds_us=_LAG_US),
    Family("fleet_loop_delay_seconds", Kind.HISTOGRAM,
           "How late a shard's loop woke for its tick.", "seconds", bounds_us=_LAG_US),
    Family("fleet_dropped_total", Kind.COUNTER,
           "Messages dropped at a bound or unreadable, by reason.", "messages",
           (Label("reason", DROPS),)),
    Family("fleet_shard_terminals", Kind.GAUGE, "Terminals that each shard holds.", "terminals",
           (Label("shard", given="shards"),)),
    Family("fleet_shard_cpu_seconds_total", Kind.COUNTER,
           "CPU time that each shard's process has taken.", "seconds",
           (Label("shard", given="shards"),), scale=_S),
    Family("fleet_shard_cpu_wait_seconds_total", Kind.COUNTER,
           "Time that each shard's process was ready to run and others had its core (Linux).",
           "seconds", (Label("shard", given="shards"),), scale=_S),
    Family("fleet_shard_restarts_total", Kind.COUNTER,
           "Times that each shard died and was started again.", "restarts",
           (Label("shard", given="shards"),)),
    Family("fleet_shard_resident_bytes", Kind.GAUGE, "Memory that each shard's process holds.",
           "bytes", (Label("shard", given="shards"),)),
    Family("fleet_shard_open_descriptors", Kind.GAUGE,
           "File descriptors that each shard's process has open.", "descriptors",
           (Label("shard", given="shards"),)),
    Family("fleet_shard_descriptor_limit", Kind.GAUGE,
           "File descriptors that each shard's process may have open.", "descriptors",
           (Label("shard", given="shards"),)),
    Family("fleet_common_causes_active", Kind.GAUGE,
           "Occurrences of each common cause that are under way, as the profile has them.",
           "occurrences", (Label("cause", given="causes"),)),
    Family("fleet_load_stage_active", Kind.GAUGE,
           "1 while a stage of the load is under way, as the profile has it.", "stages",
           (Label("stage", given="stages"),)),
    Family("fleet_run_info", Kind.INFO, "The run that these figures belong to; always 1.", "runs",
           (Label("profile", given="run"), Label("seed", given="run"),
            Label("version", given="run"))),
)  # fmt: skip
