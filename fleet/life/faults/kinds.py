"""The nouns of which the catalogue of faults is made.

Theory of operation
-------------------
A kind of fault is data. Its arc is the same for all of them, and each part of it is a column:

    precursors -> onset -> symptom, indicator -> detection -> effect -> remedies

*Onset*: by a hazard, on the clock that wears this part out; or by an event of the terminal's life
(an update that fails, a password forgotten), in which case the chapter that lives through the event
tells of it. *Detection* is at the first of the kind's points that comes up:

    point        when
    SELF_TEST    the next self-test finds the component failing
    HEARTBEAT    the terminal's own monitoring notices, by the next heartbeat
    TRANSACTION  the next use of the part fails
    SIGN_IN      the next sign-in fails
    UPDATE       the next update fails
    MERCHANT     a person notices and calls; the terminal itself never knows
    TMS          the server misses heartbeats

*Effect*: what the terminal does at once (`then`), and what it cannot do until the repair.
*Remedies*: the rungs of the ladder which may cure it, in order, each with its chance; those below
are tried in vain.

    rung       who                                  repair profile
    RECOVERY   nobody: a watchdog, or a restart     R0
    MERCHANT   the merchant: cable, paper, dust     R1
    REMOTE     the hotline or the TMS               R2
    VISIT      a technician                         R3
    SWAP       a courier with another unit          R4; the old one goes to the depot, R5

Severities are those of Cumulocity's alarms, which stand for: no transactions at all, one way to pay
lost, degraded, a warning of something to come.
"""

from collections.abc import Mapping
from enum import Enum, IntEnum, StrEnum
from typing import Final, Literal, NamedTuple

from fleet.chance.law import Law
from fleet.life.symptoms import Symptom
from fleet.life.truth import Mechanism
from fleet.units import DAY_MS, Millis
from fleet.wire.words import ComponentWord

NEVER: Final[Millis] = 2**62
CARDS_PER_USE_HOUR: Final = 6.0
Severity = Literal["critical", "major", "minor", "warning"]
Need = Literal["", "battery", "printer", "cellular"]
Hindrance = Literal["trade", "sign_in", "update", "settlement"]

SMARTREST: Final[Mapping[Severity, int]] = {
    "critical": 301, "major": 302, "minor": 303, "warning": 304,
}  # fmt: skip
"""Template of the alarm in Cumulocity's SmartREST 2.0."""
VHQ: Final[Mapping[Severity, str]] = {
    "critical": "High", "major": "High", "minor": "Medium", "warning": "Low",
}  # fmt: skip
"""Severity of the alert in Verifone VHQ."""


class Point(StrEnum):
    """Where a fault is detected; see the first table above."""

    SELF_TEST = "ST"
    HEARTBEAT = "HB"
    TRANSACTION = "TX"
    SIGN_IN = "SI"
    UPDATE = "UP"
    MERCHANT = "MER"
    TMS = "TMS"


OUTSIDE: Final = frozenset({Point.MERCHANT, Point.TMS})
"""Where a fault is detected that the terminal itself knows nothing of."""


class Rung(IntEnum):
    """A rung of the remedy ladder; its number is that of its repair profile."""

    RECOVERY = 0
    MERCHANT = 1
    REMOTE = 2
    VISIT = 3
    SWAP = 4


class Remedy(NamedTuple):
    """A rung that may cure, and the chance that it does."""

    rung: Rung
    chance: float = 1.0


class Clock(IntEnum):
    """What a life's age is counted in.

    An hour of use is six cards, each with what else belongs to a payment: so long does it take in
    the busiest hour of an ordinary shop. It is how counts of use (cards, metres of paper, keys) are
    measured, and passes as quickly as the hour of the day and the shop's own trade allow.
    """

    POWERED = 0
    USE = 1
    CALENDAR = 2


class Hazard(NamedTuple):
    """By which law a kind strikes.

    Attributes:
        clock: What the law counts.
        law: In milliseconds of that clock.
        wears: Whether damage from forced shutdowns raises it.
        dirt: Whether an inspection resets it.
    """

    clock: Clock
    law: Law
    wears: bool = False
    dirt: bool = False


class Then(Enum):
    """What the terminal does when the fault strikes."""

    GO_ON = "goes on"
    REBOOT = "reboots unexpectedly"
    BLACK_OUT = "loses power until the repair"
    HANG = "hangs: no progress, no heartbeat, the link stays up"
    SHUT_DOWN = "shuts down, the last will fires"
    STOP = "is out of order"
    TAMPER = "erases its keys"


class Effect(NamedTuple):
    """What a fault does, until it is repaired.

    Attributes:
        then: At once.
        isolates: The link is cut, and does not come up.
        flaps: The link breaks about this often.
        drains: The battery gives out about so long after power-on.
        loops: It restarts so long after each boot.
        locks: It is locked.
        hinders: What it cannot do.
        bars: Whether one way to pay is not to be had; `shows` is then meant for all of them, and
            telemetry shows the part of those who choose that way.
        degrades: Whether a self-test that comes upon it lets the terminal go on.
        shows: How telemetry shows that it is there.
    """

    then: Then = Then.GO_ON
    isolates: bool = False
    flaps: Millis = 0
    drains: Millis = 0
    loops: Millis = 0
    locks: bool = False
    hinders: frozenset[Hindrance] = frozenset()
    bars: bool = False
    degrades: bool = False
    shows: tuple[Symptom, ...] = ()


class Indicator(NamedTuple):
    """What a merchant sees and hears, "" for nothing."""

    display: str
    sound: str = ""
    lamp: str = ""


class FaultKind(NamedTuple):
    """A kind of fault.

    Attributes:
        code: Such as `PWR-101`.
        name: In words.
        fault_class: Label of `fleet_active_faults`.
        component: What fails.
        severity: How bad it is.
        mechanism: Why it strikes.
        points: Where it is detected.
        effect: What it does.
        indicator: What a merchant sees and hears.
        remedies: What may cure it, from the lowest rung up; the last one always does.
        hazard: The law of the default preset; None if it only strikes on request or by an event.
        event: What else raises it: an event of life or a common cause, in words; "" for nothing.
        tested_as: The step of the self-test that fails, if one does.
        precursors: How it shows beforehand.
        lead: How long beforehand, on its clock.
        provider: Whether a network provider has to be called in.
        needs: What a model must have to have it.
        items: The numbered behaviours of the domain that it shows.
    """

    code: str
    name: str
    fault_class: str
    component: str
    severity: Severity
    mechanism: Mechanism
    points: tuple[Point, ...]
    effect: Effect
    indicator: Indicator
    remedies: tuple[Remedy, ...]
    hazard: Hazard | None = None
    event: str = ""
    tested_as: ComponentWord | None = None
    precursors: tuple[Symptom, ...] = ()
    lead: Millis = 14 * DAY_MS
    provider: bool = False
    needs: Need = ""
    items: tuple[int, ...] = ()

    @property
    def observable(self) -> bool:
        """Whether the terminal itself can notice."""
        return not OUTSIDE.issuperset(self.points)
