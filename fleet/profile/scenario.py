"""What befalls the estate from outside: the TMS, campaigns, orders, and the MQTT link."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from fleet.profile.cohort import Cohort
from fleet.profile.sign_in import RefusalCode
from fleet.profile.values import DURATION, Duration, Probability, Section, Size, Span
from fleet.units import DAY_MS, MINUTE_MS, SECOND_MS, Millis
from fleet.wire.codes import (
    BATCH_MISMATCH,
    MAC_ERROR,
    MERCHANT_UNKNOWN,
    NO_REPLY,
    NOT_REGISTERED,
    PIN_FORMAT,
    STATE_MISMATCH,
    SUSPENDED,
)

_REFUSALS: Final[Mapping[RefusalCode, float]] = {
    STATE_MISMATCH: 0.001,
    BATCH_MISMATCH: 0.002,
    NO_REPLY: 0.002,
    PIN_FORMAT: 0.0005,
    MAC_ERROR: 0.0005,
    SUSPENDED: 0.0001,
    MERCHANT_UNKNOWN: 0.00002,
    NOT_REGISTERED: 0.00002,
}

RequestNumber = Annotated[str, Field(pattern=r"^[1-9]\d{0,8}$")]
"""The terminal's own count of its requests; a registration is its first."""
ResponseCode = Annotated[str, Field(pattern=r"^[0-9A-Z]{2}$")]
"""A UnionPay response code."""


class Script(Section):
    """Answers that a test wants: the code for the request of this number, of any terminal.

    Terminals number their requests from 1: a registration, a synchronisation, a sign-in.
    """

    register_: Annotated[
        dict[RequestNumber, ResponseCode], Field(alias="register", default_factory=dict)
    ]
    """Of registrations."""
    sync: dict[RequestNumber, ResponseCode] = Field(default_factory=dict)
    """Of synchronisations."""
    sign_in: dict[RequestNumber, ResponseCode] = Field(default_factory=dict)
    """Of sign-ins."""


class Tms(Section):
    """What the TMS does, beside campaigns and orders."""

    instances: Annotated[int, Field(ge=1, le=16)] = 1
    """Processes of the reference TMS; several share one subscription, which the broker must know.
    """
    registration_taken: Probability = 0.0005
    """Chance that a registration is refused with 1828, since the TID is in use; a guess."""
    registration_unknown: Probability = 0.0005
    """Chance that it is refused with 97, since nobody has entered the terminal yet; a guess."""
    sign_in_malfunction: Probability = 0.02
    """Chance that a sign-in is refused with response 96, system malfunction; a guess."""
    sign_in_refusals: dict[RefusalCode, Probability] = Field(
        default_factory=lambda: dict(_REFUSALS)
    )
    """Chance of each other refusal of a sign-in that is right, by response code; guesses."""
    key_mismatch: Probability = 0.0002
    """Chance that the working keys of a sign-in do not check (SGN-854); a guess."""
    order_lead: Duration = MINUTE_MS
    """An order takes effect this much business time after the heartbeat that it answers."""
    tick: Span = 5 * MINUTE_MS
    """What couples terminals (stopping a campaign) is decided at multiples of this."""
    offline_after: Span = 300 * SECOND_MS
    """A terminal is offline after this, or two heartbeat intervals if that is longer.

    Sourced: RevKeen shows a terminal as offline after 5 minutes; with Verifone's intervals of 15 to
    60 minutes, that alone would show every terminal as offline most of the time."""
    missing_after: Span = DAY_MS
    """A terminal is missing after this; sourced: Verifone VHQ, Device Missing alert."""
    script: Script = Field(default_factory=lambda: Script.model_validate({}))
    """Scripted answers; none unless given."""
    heartbeat_interval: Span | None = None
    """Interval that the TMS sets at registration; the terminals' own unless given."""
    answer_delay: Duration = 0
    """Real time that each instance lets pass before each answer: a TMS that is slow on purpose."""
    answers_per_second_max: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """Answers and orders that each instance sends in a second of real time, at most; unlimited
    unless given. What waits is bounded; at the bound the oldest is dropped and counted."""


class Order(Cohort):
    """An order to a cohort at one instant."""

    at: Duration
    """Business time since the start of the run."""
    order: Literal[
        "reboot", "lock", "unlock", "self_test", "upload_log", "set_parameters", "master_reset",
        "cancel_update",
    ]  # fmt: skip
    """What is ordered."""
    heartbeat_interval: Span | None = None
    """Of `set_parameters`: how often the terminal is to send heartbeats from then on."""


class Mqtt(Section):
    """The MQTT connection; its timers run in real time."""

    version: Literal["3.1.1", "5"] = "3.1.1"
    """Protocol version."""
    keep_alive: Annotated[
        Millis, Field(gt=0, le=65_535 * SECOND_MS, multiple_of=SECOND_MS), DURATION
    ] = MINUTE_MS
    """Keep-alive in whole seconds; 60 s as in a published QR-soundbox specification."""
    connect_timeout: Span = 10 * SECOND_MS
    """Time for TCP, TLS and CONNACK."""
    pending_connects_max: Annotated[int, Field(ge=1, le=100_000)] = 100
    """Connections of one shard that may be under way at once.

    mosquitto listens with a backlog of 100, beyond which a SYN is lost and repeated after a second.
    """
    clean_start: bool = True
    """Whether the broker forgets the session before."""
    session_expiry: Duration = 0
    """How long the broker keeps a session after a disconnect; MQTT 5 only."""
    receive_maximum: Annotated[int, Field(ge=1, le=65_535)] = 20
    """QoS 1 messages under way at once, in either direction."""
    max_packet: Size = 128 * 2**10
    """Largest packet accepted; a chunk of an update takes a third more than its size."""
    queue_max: Annotated[int, Field(ge=1, le=100_000)] = 100
    """Messages that one terminal stores while it is offline; the oldest is dropped at the bound."""
