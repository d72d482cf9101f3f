"""Up: what a terminal asks for; `req` numbers its requests, and an answer repeats it."""

from typing import Literal

from fleet.wire.fields import (
    ChunkBytes,
    Count,
    Name,
    Operator,
    PackageBytes,
    Proof,
    SerialNo,
    Tid,
    Timestamp,
    Version,
)
from fleet.wire.messages.message import Message
from fleet.wire.package import What
from fleet.wire.words import KeyScheme


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
