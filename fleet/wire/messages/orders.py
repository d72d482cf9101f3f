"""Down: what the server orders, in the imperative."""

from typing import Annotated

from msgspec import Meta, Struct

from fleet.wire.fields import Count, DayMinute, Digest, Name, Timestamp, Version
from fleet.wire.messages.message import Message
from fleet.wire.package import What
from fleet.wire.words import Reason


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
