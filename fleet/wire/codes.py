"""Response codes: ISO 8583, field 39, and what management systems add to it."""

from typing import Final

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
