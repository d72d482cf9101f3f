"""From the self-test to a signed-in operator: synchronisation, password, signature, keys, resets.

Defaults carry their origin: *sourced* with the source, *derived* with the sum, or *a guess*.
"""

from typing import Annotated, Literal

from pydantic import Field

from fleet.chance.parametric import Lognormal, Uniform
from fleet.profile.laws import DurationLaw
from fleet.profile.values import Duration, Probability, Section, Share, Span
from fleet.units import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from fleet.wire.words import KeyScheme

Attempts = Annotated[int, Field(ge=1, le=1_000)]
RefusalCode = Literal["03", "22", "62", "77", "97", "98", "99", "A0"]
ResetChannel = Literal["app", "hotline", "outlet"]


class Sync(Section):
    """Data synchronisation after the self-test: parameters, keys and the clock."""

    duration: DurationLaw = Lognormal.from_p95(3 * SECOND_MS, 12 * SECOND_MS)
    """Time to apply what came; a guess."""
    timeout: Span = 60 * SECOND_MS
    """Protocol time to wait for the answer; a guess."""
    retry_first: Span = MINUTE_MS
    """Bound of the first wait before another try, doubled after each, full jitter; a guess."""
    retry_max: Span = 30 * MINUTE_MS
    """Greatest bound; a guess."""


class SignIn(Section):
    """The operator's password sign-in."""

    typing: DurationLaw = Lognormal.from_p95(12 * SECOND_MS, 45 * SECOND_MS)
    """Time to type the 6 to 8 digits; a guess."""
    wrong_password: Probability = 0.03
    """Chance that an attempt is mistyped; a guess."""
    attempts: Attempts = 3
    """Wrong passwords in a row that lock the terminal."""
    lockout: Duration = 5 * MINUTE_MS
    """How long it stays locked; a guess."""
    forgotten: Probability = 0.2
    """Chance that whoever is locked out has forgotten the password and has it reset; a guess."""
    signature: Probability = 0.1
    """Chance that a sign-in asks for a signature as well; a guess."""
    signing: DurationLaw = Lognormal.from_p95(6 * SECOND_MS, 20 * SECOND_MS)
    """Time to sign; a guess."""
    signature_failure: Probability = 0.05
    """Chance that a signature is not recognised (SGN-853); a guess."""
    frozen: Probability = 0.0
    """Chance that the terminal freezes during a sign-in (SGN-856), beside what its hazard brings; a
    guess."""
    key_scheme: KeyScheme = "003"
    """Working keys asked for: 001 single, 003 double length, 004 with a track key (UnionPay)."""
    retry: DurationLaw = Uniform(5 * SECOND_MS, 30 * SECOND_MS)
    """Wait after a technical refusal (response 96, 98 or silence); a guess."""
    validity: Span = DAY_MS
    """A sign-in expires after this; sourced: trade pages on UnionPay terminals say 24 h."""
    rotation: Span = 90 * DAY_MS
    """The password is changed when it is as old as this; a guess."""
    reissue: DurationLaw = Lognormal.from_p95(2 * HOUR_MS, 12 * HOUR_MS)
    """Time until a suspended credential is issued anew (SGN-852); a guess."""
    timeout: Span = 30 * SECOND_MS
    """Protocol time to wait for the answer; a guess."""


class Channel(Section):
    """A way to have a password reset."""

    share: Share
    """How many take it."""
    latency: DurationLaw
    """Time until the new password works."""


def _channels() -> dict[ResetChannel, Channel]:
    return {
        "app": Channel(share=0.5, latency=Lognormal.from_p95(5 * MINUTE_MS, 20 * MINUTE_MS)),
        "hotline": Channel(share=0.35, latency=Lognormal.from_p95(20 * MINUTE_MS, 2 * HOUR_MS)),
        "outlet": Channel(share=0.15, latency=Lognormal.from_p95(4 * HOUR_MS, DAY_MS)),
    }


class PasswordReset(Section):
    """How forgotten passwords are reset."""

    channels: dict[ResetChannel, Channel] = Field(default_factory=_channels)
    """The vendor's app, hotline and outlet are sourced from a page on sign-in; shares, which sum to
    1, and latencies are guesses."""
