"""Down: what the server answers."""

from typing import Annotated

from msgspec import Meta

from fleet.wire.fields import CheckValue, ChunkData, Code, Count, Timestamp
from fleet.wire.messages.message import Message
from fleet.wire.words import Contact, KeyScheme


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
