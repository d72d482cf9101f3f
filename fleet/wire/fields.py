"""The types of fields: what a value may be, for the codec and the contract alike."""

from typing import Annotated, Final

from msgspec import Meta

from fleet.wire.package import CHUNK_BYTES_MAX, PACKAGE_BYTES_MAX

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
Digest = Annotated[str, Meta(max_length=64, description="64 hex digits, or none")]
DayMinute = Annotated[int, Meta(ge=0, lt=1_440)]
ChunkBytes = Annotated[int, Meta(ge=1, le=CHUNK_BYTES_MAX)]
PackageBytes = Annotated[int, Meta(ge=1, le=PACKAGE_BYTES_MAX)]
ChunkData = Annotated[bytes, Meta(max_length=CHUNK_BYTES_MAX)]

BATCH_MAX: Final = 999_999
"""Of batch numbers: ISO 8583, field 60.2, six digits."""
