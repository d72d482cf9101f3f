"""The tables of a dataset: one declaration, from which files, cards and checks are made.

Three roots keep apart who may know what. `observed/` is what an operator could have known, and
features may be taken from nothing else. `truth/` is what only the simulator knows. `labels/` are
computed from the truth. Timestamps are UTC microseconds; what is missing is null, never 0 or -1.
"""

from typing import Final

import pyarrow as pa

from fleet.dataset.table import INSTANT, TERMINAL, WORD, Column, Encoding, Layout, Table


def instant(
    name: str, description: str, *, nullable: bool = False, encoding: Encoding | None = None
) -> Column:
    """Return a column of instants."""
    return Column(name, INSTANT, description, "us since 1970", nullable, encoding)


OF_TERMINAL: Final = Column(
    "terminal_id", TERMINAL, "terminal, 8 digits; key of observed/terminals"
)
_WHO: Final = Column("terminal_id", pa.string(), "terminal, 8 digits; key of observed/terminals")
_INGEST: Final = instant("ingest_ts", "when it arrived at the server", encoding=Encoding.SPLIT)
_BOOT: Final = Column("boot_id", pa.uint32(), "how often the terminal had booted", "{count}")


def _reading(
    name: str, kind: pa.DataType, description: str, unit: str, encoding: Encoding | None = None
) -> Column:
    return Column(name, kind, description, unit, nullable=True, encoding=encoding)


def _share(name: str, description: str, encoding: Encoding = Encoding.PLAIN) -> Column:
    return _reading(name, pa.float32(), description, "1", encoding)


def _count(name: str, description: str) -> Column:
    text = f"{description}, since the heartbeat before"
    return Column(name, pa.uint16(), text, "{count}")


TERMINALS: Final = Table(
    "observed/terminals",
    "A terminal and what the operator's inventory says of it.",
    Layout.BUCKET,
    ("terminal_id",),
    (
        _WHO,
        Column("serial_no", pa.string(), "serial number of its first unit"),
        Column("model", WORD, "model"),
        Column("hw_rev", WORD, "batch in which it was made, with its model"),
        Column("firmware_at_install", WORD, "firmware at installation"),
        Column("region", WORD, "region"),
        Column("cell", pa.string(), "radio cell that serves it"),
        Column("site", pa.string(), "shop: the id of its first terminal"),
        Column("site_kind", WORD, "trade of the shop"),
        Column("link", WORD, "how it reaches the network: ethernet, wifi, cellular"),
        Column("has_battery", pa.bool_(), "whether it can live without mains"),
        Column("has_printer", pa.bool_(), "whether it prints receipts"),
        instant("install_ts", "when it was first switched on in the study"),
        instant("observed_from", "begin of the study"),
        instant("observed_to", "end of the study for this terminal"),
        instant("decommission_ts", "when it was taken away; null: none is", nullable=True),
        Column("age_at_entry_h", pa.float32(), "age of its oldest part as the study began", "h"),
    ),
)
TELEMETRY: Final = Table(
    "observed/telemetry",
    "A heartbeat that was received.",
    Layout.DAY,
    ("terminal_id", "ts", "ingest_ts"),
    (
        OF_TERMINAL,
        Column("seq", pa.uint32(), "number of the heartbeat", "{count}"),
        instant("ts", "the terminal's own instant", encoding=Encoding.DELTA),
        _INGEST,
        _BOOT,
        Column("uptime_s", pa.uint32(), "time since the boot", "s", encoding=Encoding.DELTA),
        _reading("temp_cel", pa.float32(), "temperature inside", "Cel", Encoding.DICTIONARY),
        _reading("supply_mv", pa.int32(), "supply voltage", "mV"),
        _share("battery_frac", "charge of the battery; null without one"),
        _reading("signal_dbm", pa.int16(), "field strength; null on a cable", "dB[mW]"),
        _reading("rtt_ms", pa.float32(), "round trip to the server", "ms"),
        _share("cpu_frac", "processor in use", Encoding.DICTIONARY),
        _share("mem_frac", "memory in use"),
        _share("flash_wear_frac", "flash memory in use"),
        _share("paper_frac", "rest of the paper roll; null without printer"),
        _count("card_reads", "cards read"),
        _count("card_read_err", "cards that could not be read"),
        _count("txn_ok", "transactions that went well"),
        _count("txn_fail", "transactions that failed"),
        _count("net_retry", "retries of the network layer"),
        Column("firmware", WORD, "version that ran"),
        Column("state", WORD, "state that the terminal reported"),
    ),
)
EVENTS: Final = Table(
    "observed/events",
    "Something that the server heard of, or that it answered.",
    Layout.DAY,
    ("terminal_id", "ts", "seq", "ingest_ts"),
    (
        OF_TERMINAL,
        Column("seq", pa.uint32(), "the terminal's own count of events", "{count}"),
        instant("ts", "the terminal's own instant"),
        _INGEST,
        _BOOT,
        Column("event_code", WORD, "what happened; a fault's code if it was reported"),
        Column("component", WORD, "what it was about", nullable=True),
        Column("severity", pa.int8(), "OpenTelemetry's SeverityNumber: 9 info, 13 warning, "
               "17 error, 21 fatal", "1"),
        Column("value", pa.float32(), "how long it took", "s", nullable=True),
    ),
)  # fmt: skip
FAILURES: Final = Table(
    "observed/failures",
    "A failure as the operator's desk knows it, one for each ticket of a repair, a swap or a depot "
    "that found something; what a terminal or its shop mends without one is not here.",
    Layout.BUCKET,
    ("terminal_id", "failure_no"),
    (
        Column("failure_no", pa.uint64(), "number of the failure: the ticket_no of its ticket"),
        _WHO,
        Column("component_reported", WORD, "what is said to have failed"),
        Column("mode_reported", WORD, "the diagnosis, which may be wrong"),
        instant("detected_ts", "when somebody knew"),
        instant("restored_ts", "when it was over", nullable=True),
        Column("downtime_s", pa.int64(), "from detection to the end", "s", nullable=True),
        Column("channel", WORD, "how it was noticed: heartbeat_loss, self_test, user_report"),
    ),
)
MAINTENANCE: Final = Table(
    "observed/maintenance",
    "A ticket of the operator's desk.",
    Layout.BUCKET,
    ("terminal_id", "ticket_no"),
    (
        Column("ticket_no", pa.uint64(), "number of the ticket"),
        _WHO,
        instant("opened_ts", "when it was opened"),
        instant("start_ts", "when somebody began to work on it", nullable=True),
        instant("end_ts", "when it was closed", nullable=True),
        Column("kind", WORD, "corrective, preventive, firmware, swap, depot"),
        Column("component", WORD, "what was worked on"),
        Column("diagnosis", WORD, "found, perhaps wrongly; none: nothing; empty: nobody looked"),
        Column("parts_replaced", pa.string(), "what was replaced; empty for nothing"),
    ),
)
CONTEXT: Final = Table(
    "observed/context",
    "Something that everybody knew of: a roll-out, a planned order, a day off.",
    Layout.WHOLE,
    ("ts_from", "kind", "name"),
    (
        Column("kind", WORD, "rollout, order, holiday"),
        Column("name", pa.string(), "its name"),
        instant("ts_from", "when it began"),
        instant("ts_to", "when it ended", nullable=True),
        Column("regions", pa.string(), "regions concerned, by comma; all if empty"),
        Column("models", pa.string(), "models concerned, by comma; all if empty"),
        Column("firmware", pa.string(), "version concerned; empty for none"),
    ),
)
FAULTS: Final = Table(
    "truth/faults",
    "A fault, from its first sign to its repair.",
    Layout.BUCKET,
    ("terminal_id", "onset_ts", "fault_id"),
    (
        Column("fault_id", pa.uint64(), "number of the fault"),
        _WHO,
        Column("unit", pa.string(), "serial number of the unit in which it struck"),
        Column("code", WORD, "kind of fault"),
        Column("component", WORD, "what failed"),
        Column("fault_class", WORD, "class of the kind"),
        Column("mechanism", WORD, "wear, random, common_cause, firmware, network, human"),
        Column(
            "root_cause_id",
            pa.string(),
            "what led to it: a common cause by its name, the code "
            "of a refusal, forced_shutdown; empty for none",
        ),
        Column("parent_fault_id", pa.uint64(), "the fault that led to it", nullable=True),
        instant("precursor_ts", "when telemetry began to show it", nullable=True),
        instant("onset_ts", "when it struck"),
        instant("detectable_ts", "when anybody could first have known", nullable=True),
        instant("detected_ts", "when somebody did", nullable=True),
        instant("repair_start_ts", "when the repair began", nullable=True),
        instant("repair_end_ts", "when it was over", nullable=True),
        Column("severity", WORD, "how bad it is"),
        Column("has_precursor", pa.bool_(), "whether faults of this kind show beforehand"),
        Column("observable", pa.bool_(), "whether the terminal itself can notice it"),
        Column("life_id", pa.uint64(), "the life that it ended", nullable=True),
    ),
)
LIVES: Final = Table(
    "truth/lives",
    "A life of one kind of fault in one unit: from new or repaired to its end.",
    Layout.BUCKET,
    ("terminal_id", "start_ts", "life_id"),
    (
        Column("life_id", pa.uint64(), "number of the life"),
        _WHO,
        Column("unit", pa.string(), "serial number of the unit"),
        Column("code", WORD, "kind of fault that it is about"),
        Column("component", WORD, "what lives"),
        Column("clock", WORD, "what its age is counted in"),
        instant("start_ts", "when it began to be watched"),
        instant("end_ts", "when it ended"),
        Column("entry_age_h", pa.float64(), "age at its begin (left truncation)", "h"),
        Column("exit_age_h", pa.float64(), "age at its end", "h"),
        Column("event_observed", pa.bool_(), "whether it ended in its fault; else right-censored"),
        Column(
            "end_reason",
            WORD,
            "failure, preventive, competing, decommission (its unit was swapped), study_end",
        ),
        Column("fault_id", pa.uint64(), "its fault", nullable=True),
        Column("shape", pa.float64(), "of a Weibull law; null for another law", "1", nullable=True),
        Column("scale_h", pa.float64(), "of a Weibull law; null for another", "h", nullable=True),
        Column("frailty", pa.float64(), "multiplier of the hazard that it was born with", "1"),
        Column("cum_hazard_entry", pa.float64(), "hazard collected before its begin", "1"),
        Column("cum_hazard_exit", pa.float64(), "the same up to its end", "1"),
    ),
)
HEALTH: Final = Table(
    "truth/health",
    "The hidden health of one component at one instant.",
    Layout.BUCKET,
    ("terminal_id", "code", "ts"),
    (
        OF_TERMINAL,
        Column("code", WORD, "kind of fault that it is about"),
        instant("ts", "instant"),
        Column("health", pa.float32(), "1 as new, 0 at its fault", "1"),
        Column("hazard_per_h", pa.float64(), "hazard of its fault at that instant", "1/h"),
    ),
)
REGIMES: Final = Table(
    "truth/regimes",
    "A regime: something that was different for a while, by no fault.",
    Layout.WHOLE,
    ("ts_from", "name"),
    (
        Column("name", pa.string(), "name of the regime"),
        Column("parameter", pa.string(), "what was different"),
        Column("regions", pa.string(), "regions concerned, by comma; all if empty"),
        Column("models", pa.string(), "models concerned, by comma; all if empty"),
        instant("ts_from", "when it began"),
        instant("ts_to", "when it ended"),
        Column("kind", WORD, "abrupt, gradual, recurring"),
        Column("amount", pa.float64(), "by how much, in the parameter's unit"),
    ),
)
MISSINGNESS: Final = Table(
    "truth/missingness",
    "A record that was lost, arrived late, or arrived twice.",
    Layout.DAY,
    ("terminal_id", "record", "seq", "what"),
    (
        OF_TERMINAL,
        Column("record", WORD, "heartbeat or event"),
        Column("seq", pa.uint32(), "number of the record", "{count}"),
        instant("ts", "the terminal's own instant"),
        Column("what", WORD, "lost, late, twice"),
        Column("mechanism", WORD, "MCAR, MAR (weak signal), MNAR (ailing terminal)"),
    ),
)
STEPS: Final = Table(
    "truth/steps",
    "A step of a terminal's life, as `fleet run` records them.",
    Layout.DAY,
    ("terminal_id", "ts", "number"),
    (
        OF_TERMINAL,
        Column("number", pa.uint32(), "the terminal's own count of steps", "{count}"),
        instant("ts", "instant"),
        Column("event", WORD, "what happened"),
        Column("from_state", WORD, "state before"),
        Column("to_state", WORD, "state after"),
        Column("code", WORD, "what it was about; empty for nothing"),
        Column("duration_ms", pa.int64(), "how long it took; 0 if no time", "ms"),
    ),
)
SPLITS: Final = Table(
    "splits",
    "Where a terminal belongs, for training and testing.",
    Layout.BUCKET,
    ("terminal_id",),
    (_WHO, Column("unit_split", WORD, "train, validate or test")),
)


FIXED: Final = (
    TERMINALS, TELEMETRY, EVENTS, FAILURES, MAINTENANCE, CONTEXT,
    FAULTS, LIVES, HEALTH, REGIMES, MISSINGNESS, STEPS, SPLITS,
)  # fmt: skip
