"""The vocabulary: words that several messages use, each a closed set."""

from typing import Literal

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
Reason = Literal["system", "security", "function", "maintenance"]
OrderWord = Literal[
    "update", "cancel_update", "reboot", "lock", "unlock", "self_test", "upload_log",
    "set_parameters", "master_reset",
]  # fmt: skip
