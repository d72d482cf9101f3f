"""What a terminal does: boot, self-test, registration, sync, sign-in, heartbeats, updates.

Defaults carry their origin: *sourced* with the source, *derived* with the sum, or *a guess*.
"""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from fleet.chance.parametric import Lognormal, Uniform
from fleet.profile.laws import DurationLaw
from fleet.profile.values import Duration, Probability, Section, Span
from fleet.units import HOUR_MS, MINUTE_MS, SECOND_MS
from fleet.wire.words import ComponentWord

Qos = Literal[0, 1]
Count = Annotated[int, Field(ge=1, le=1_000)]

_FAILURE: Final[Mapping[ComponentWord, float]] = {
    "power": 0.0005,
    "memory": 0.0002,
    "sensors": 0.0002,
    "communication": 0.001,
    "identity": 0.0001,
    "stripe_reader": 0.0005,
    "chip_reader": 0.0005,
    "contactless": 0.0005,
    "scanner": 0.0005,
    "payment": 0.0003,
    "printer": 0.001,
    "integrity": 0.0001,
}


class SelfTest(Section):
    """The test of every component after a boot."""

    step: DurationLaw = Lognormal.from_p95(1_200, 4 * SECOND_MS)
    """Time of one step, usually 0.5 s to 4 s; a guess."""
    failure: dict[ComponentWord, Probability] = Field(default_factory=lambda: dict(_FAILURE))
    """Chance per component that its test fails in a terminal without a fault; guesses."""


class Diagnosis(Section):
    """The search for the cause after a critical component failed its test."""

    duration: DurationLaw = Lognormal.from_p95(2 * MINUTE_MS, 10 * MINUTE_MS)
    """Time that it takes; a guess."""
    transient: Probability = 0.7
    """Chance that the cause has passed, so that another boot will do; a guess."""
    repeats_max: Count = 2
    """After so many boots of this kind in a row the cause counts as lasting; a guess."""


class Registration(Section):
    """First contact with the TMS."""

    retry: DurationLaw = Uniform(SECOND_MS, MINUTE_MS)
    """Wait after silence; a guess."""
    timeout: Span = 30 * SECOND_MS
    """Protocol time to wait for the answer; a guess."""
    refused_first: Span = MINUTE_MS
    """Bound of the first wait after a refusal, doubled after each, with full jitter; a guess."""
    refused_max: Span = HOUR_MS
    """Greatest bound; a guess."""


class Heartbeat(Section):
    """The periodic sign of life."""

    interval: Span = 15 * MINUTE_MS
    """Sourced: Verifone VHQ, HeartbeatFreq, recommended minimum 900 s, default 3600 s."""
    jitter: Annotated[float, Field(ge=0.0, lt=0.5)] = 0.1
    """Part of the interval by which each terminal's interval differs, up or down; a guess."""
    qos: Qos = 0
    """MQTT quality of service."""
    acknowledged: bool = True
    """Whether the TMS answers each, so that response times can be measured."""


class Status(Section):
    """The full status report."""

    interval: Span = 6 * HOUR_MS
    """A guess."""
    qos: Qos = 1
    """MQTT quality of service."""


class Reconnect(Section):
    """Waits before attempts to connect, after a loss and each failure: doubling, in protocol time.

    Each wait is uniform between 0 and a bound that starts at ``first`` and doubles up to ``max``
    (Brooker, Exponential Backoff and Jitter, AWS Architecture Blog, 2015). Without jitter it is the
    bound itself, and those who were cut off together come back together.
    """

    first: Span = SECOND_MS
    """The first bound; a guess."""
    max: Span = 300 * SECOND_MS
    """The last bound; a guess."""
    jitter: Literal["full", "none"] = "full"
    """Whether each wait is drawn between 0 and its bound, or is the bound."""
    stable: Duration = 20 * SECOND_MS
    """A link that was up for less was no success: the bound goes on doubling where it was; sourced:
    AWS's mobile SDKs for MQTT (``minimumConnectionTimeInterval``). With 0s it always begins anew,
    as simpler clients do."""
