"""Who buys and how: merchants' sectors and sizes, transactions, and their settlement.

Defaults carry their origin: *sourced* with the source, *derived* with the sum, or *a guess*.

Shapes of the day. What is known: card payments rise from 7 to 10, are high from 10 to 12, dip, and
have a second peak from 15 to 17 on weekdays (sourced: Home Credit's Czech statistics, finparada.cz
2016). In New Zealand the week peaks on Saturday from 12 to 13 and is quietest on Monday night; of
all spending 11.5 % falls on Saturday from 10 to 17, and 18 % of retail's (sourced: Paymark, 2017,
weighted by value). The shapes below keep to that; what they say beyond it is a guess.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Final, NamedTuple, Self

from pydantic import Field, model_validator

from fleet.chance.daily import WeekCurve
from fleet.chance.parametric import Lognormal, Uniform
from fleet.profile.behaviour import Count, Qos
from fleet.profile.laws import DurationLaw, Positive, TimeOfDayLaw, Weight
from fleet.profile.values import Many, Name, Probability, Section, Share, Span
from fleet.units import HOUR_MS, MINUTE_MS, SECOND_MS
from fleet.wire.words import MethodWord, VerificationWord


class Shape(NamedTuple):
    """Weights of the hours of a day, and of the days of a week from Monday."""

    hours: tuple[float, ...]
    days: tuple[float, ...]


SHAPES: Final[Mapping[str, Shape]] = {
    "street": Shape(
        (0.02, 0.01, 0.01, 0.01, 0.02, 0.05, 0.15, 0.35, 0.60, 0.80, 0.98, 0.95,
         0.75, 0.70, 0.85, 1.00, 1.00, 0.95, 0.80, 0.55, 0.35, 0.20, 0.10, 0.05),
        (0.95, 1.0, 1.0, 1.0, 1.05, 1.1, 0.9),
    ),
    "retail": Shape(
        (0.01, 0.0, 0.0, 0.0, 0.0, 0.01, 0.03, 0.08, 0.25, 0.55, 0.85, 0.95,
         1.00, 0.90, 0.85, 0.95, 0.95, 0.85, 0.55, 0.35, 0.22, 0.10, 0.03, 0.01),
        (0.85, 0.9, 0.95, 1.0, 1.15, 2.1, 0.95),
    ),
    "restaurant": Shape(
        (0.05, 0.02, 0.0, 0.0, 0.0, 0.02, 0.08, 0.20, 0.25, 0.20, 0.25, 0.65,
         1.00, 0.80, 0.35, 0.20, 0.25, 0.50, 0.85, 0.95, 0.75, 0.45, 0.25, 0.10),
        (0.85, 0.9, 0.95, 1.0, 1.2, 1.3, 0.9),
    ),
    "hotel": Shape(
        (0.10, 0.06, 0.04, 0.03, 0.04, 0.12, 0.35, 0.75, 1.00, 0.95, 0.80, 0.60,
         0.40, 0.40, 0.65, 0.80, 0.80, 0.75, 0.70, 0.65, 0.60, 0.50, 0.35, 0.20),
        (1.0, 1.0, 1.0, 1.0, 1.05, 1.05, 0.9),
    ),
    "supermarket": Shape(
        (0.01, 0.0, 0.0, 0.0, 0.01, 0.05, 0.20, 0.45, 0.65, 0.80, 0.95, 0.90,
         0.75, 0.65, 0.70, 0.80, 0.95, 1.00, 0.95, 0.70, 0.45, 0.20, 0.06, 0.02),
        (0.9, 0.9, 0.9, 0.95, 1.15, 1.4, 0.9),
    ),
}  # fmt: skip


class Sector(Section):
    """A trade and its part of the estate."""

    name: Name
    """Sector name; street, retail, restaurant, hotel and supermarket have a shape of their own."""
    share: Share
    """Part of the estate; the shares of all sectors sum to 1."""
    hours: Many[Weight] = ()
    """Weights of the 24 hours of a day; the named sector's own unless given."""
    days: Many[Weight] = ()
    """Weights of the 7 days of a week from Monday; the named sector's own unless given."""
    orders: bool = False
    """Whether guests order by the terminal first: menu, order, payment under the order's number."""

    @model_validator(mode="after")
    def _must_have_a_shape(self) -> Self:
        if self.name not in SHAPES and not self.hours:
            msg = (
                f"the day of {self.name!r} is not known; give the weights of its 24 hours, or name "
                f"one of {', '.join(SHAPES)}"
            )
            raise ValueError(msg)
        self.curve()
        return self

    def curve(self) -> WeekCurve:
        """Return when customers come."""
        known = SHAPES.get(self.name)
        days = self.days or (known.days if known else ())
        hours = self.hours or (known.hours if known else ())
        return _shared(hours, days) if days else _shared(hours)


# A curve takes 11 KiB, and a terminal should not: equal weights have one curve.
_shared: Final = lru_cache(maxsize=1_024)(WeekCurve)


class MerchantSize(Section):
    """A size of merchant and its part of the estate."""

    name: Name
    """Size name."""
    share: Share
    """Part of the estate; the shares of all sizes sum to 1."""
    per_day: Annotated[float, Field(ge=0.0, le=10_000.0)]
    """Mean number of transactions of a terminal on an average day."""


# Shares are guesses; one terminal per merchant in China (sourced: PBoC, Q1 2023, 33.1 million
# networked terminals at 25.6 million merchants) says that most are small.
SECTORS: Final = (
    Sector(name="retail", share=0.35),
    Sector(name="restaurant", share=0.3, orders=True),
    Sector(name="street", share=0.2),
    Sector(name="supermarket", share=0.1),
    Sector(name="hotel", share=0.05),
)
SIZES: Final = (
    MerchantSize(name="small", share=0.7, per_day=15.0),
    MerchantSize(name="medium", share=0.25, per_day=60.0),
    MerchantSize(name="large", share=0.05, per_day=250.0),
)

_METHODS: Final[Mapping[MethodWord, float]] = {
    "qr": 0.6, "contactless": 0.2, "chip": 0.17, "stripe": 0.03,
}  # fmt: skip
_VERIFICATIONS: Final[Mapping[VerificationWord, float]] = {
    "password": 0.5, "fingerprint": 0.25, "face": 0.15, "none": 0.1,
}  # fmt: skip


class Transactions(Section):
    """Payments: how many, how they go, and whether each is lived.

    By default transactions are counted in the heartbeats' telemetry, and only those that change
    more than a counter interrupt a terminal's story. With ``messages`` each is lived, one by one,
    and reported by a message of its own.
    """

    messages: bool | Probability = False
    """Whether each transaction is lived and reported; or the part of the terminals that do so."""
    qos: Qos = 1
    """MQTT quality of service of these reports."""
    dispersion: Positive = 2.0
    """Terminals of a size differ by a gamma law of this shape; a guess."""
    methods: dict[MethodWord, Weight] = Field(default_factory=lambda: dict(_METHODS))
    """How customers pay, on any scale; what a model cannot take falls to the others; guesses."""
    verification: dict[VerificationWord, Weight] = Field(
        default_factory=lambda: dict(_VERIFICATIONS)
    )
    """How customers prove themselves before each payment, on any scale; guesses."""
    verifying: DurationLaw = Lognormal.from_p95(6 * SECOND_MS, 18 * SECOND_MS)
    """Time from presenting card or code until the customer is verified; a guess."""
    verification_failure: Probability = 0.004
    """Chance that a customer cannot be verified; a guess."""
    ordering: DurationLaw = Lognormal.from_p95(25 * SECOND_MS, 90 * SECOND_MS)
    """Time to browse the menu and confirm an order, where guests order first; a guess."""
    host: DurationLaw = Lognormal.from_p95(1_200, 4 * SECOND_MS)
    """Time until the payment host answers; a guess."""
    declined: Probability = 0.05
    """Chance that the host declines (balance, limit, data); a guess, usually 3 % to 8 %."""
    timed_out: Probability = 0.002
    """Chance that the host does not answer, so that the payment must be reversed; a guess."""
    timeout: Span = MINUTE_MS
    """How long the terminal waits for the host; a guess."""
    batch_mismatch: Probability = 0.0002
    """Chance of response 77, batch number mismatch: the operator must sign in again; a guess."""
    mac_error: Probability = 0.0001
    """Chance of response A0, MAC error: the operator must sign in again; a guess."""
    offline: Probability = 0.0
    """Chance that a payment is approved offline while the link is down; else it is lost."""
    stored_max: Count = 50
    """Offline payments that wait to be forwarded; at the bound the oldest is dropped; a guess."""
    reversal_retry: DurationLaw = Uniform(5 * SECOND_MS, MINUTE_MS)
    """Wait before a reversal is sent, and sent again; a guess."""
    reversal_failure: Probability = 0.05
    """Chance that a reversal is not confirmed, and sent again; a guess."""
    reversal_attempts: Count = 3
    """After so many attempts a reversal waits for the settlement; a guess."""
    backup: Span = HOUR_MS
    """How often records are backed up; younger ones are what ``damage.data_loss`` costs. A guess.
    """
    copies: Annotated[int, Field(ge=0, le=10)] = 2
    """Receipts printed for each approved payment; a guess."""
    receipt_mm: Annotated[int, Field(ge=10, le=2_000)] = 120
    """Length of a receipt in millimetres; a guess: 108 payments per roll of 26 m (derived)."""

    @property
    def interrupting(self) -> float:
        """Chance that a payment changes more than a counter."""
        host = self.timed_out + self.batch_mismatch + self.mac_error
        return (1.0 - self.verification_failure) * host

    @property
    def failing(self) -> float:
        """Chance that a payment which changes no more than a counter is declined."""
        declined = self.verification_failure + (1.0 - self.verification_failure) * self.declined
        return declined / (1.0 - self.interrupting) if self.interrupting < 1.0 else 0.0


class Settlement(Section):
    """Closing the batch at the end of the day."""

    at: TimeOfDayLaw | None = None
    """Time of day at which an estate that never closes settles; never unless given.

    Shops with opening hours settle when they close.
    """
    duration: DurationLaw = Lognormal.from_p95(15 * SECOND_MS, 60 * SECOND_MS)
    """Time to add up and print the totals; a guess."""
    mismatch: Probability = 0.01
    """Chance that the host's totals differ although no record is lost; a guess."""
    upload: DurationLaw = Lognormal.from_p95(200, SECOND_MS)
    """Time to upload one record after unequal totals; a guess."""
    attempts: Count = 2
    """After so many requests without an answer the batch stays open until the next day; a guess."""
    timeout: Span = 30 * SECOND_MS
    """Protocol time to wait for an answer; a guess."""
