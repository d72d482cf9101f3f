"""What befalls a terminal by itself: faults, their laws and warnings, wear, inspection, and repair.

Two ways lead to faults. `[faults.CODE]` lets one kind strike by a law of the author's; `[hazards]
preset = "default"` lets all kinds strike that have a law in the catalogue (`docs/faults.md`), and
`[faults.CODE]` then changes single ones. Neither is on unless asked for.
"""

from typing import Annotated, Final, Literal

from pydantic import Field

from fleet.chance.parametric import Constant, Lognormal
from fleet.profile.laws import DurationLaw
from fleet.profile.values import (
    ClosedDay,
    Duration,
    Many,
    Name,
    Probability,
    Section,
    Span,
    TimeOfDay,
    Weekday,
)
from fleet.units import DAY_MS, HOUR_MS, MINUTE_MS

FaultCode = Annotated[str, Field(pattern=r"^[A-Z]{2,3}-\d{3}$")]
"""Class and number of a fault, such as ``PWR-101``."""

Multiplier = Annotated[float, Field(ge=0.0, le=1e6)]
ClockWord = Literal["powered", "use", "calendar"]

CODES: Final[tuple[str, ...]] = (
    "PWR-101", "PWR-102", "PWR-103", "PWR-104", "PWR-105", "PWR-106",
    "COM-201", "COM-202", "COM-203", "COM-204", "COM-205", "COM-206", "COM-207", "COM-208",
    "COM-209",
    "IDN-301", "IDN-302", "IDN-303",
    "RDR-401", "RDR-402", "RDR-403", "RDR-404", "RDR-405", "SCN-451", "SCN-452",
    "PRN-501", "PRN-502", "PRN-503", "PRN-504", "PRN-505",
    "HW-601", "HW-602", "HW-603", "HW-604", "HW-605", "HW-606", "HW-607", "HW-608",
    "SW-701", "SW-702", "SW-703", "SW-704", "SW-705", "SW-706",
    "PAY-801", "PAY-802", "PAY-803",
    "SGN-851", "SGN-852", "SGN-853", "SGN-854", "SGN-855", "SGN-856",
    "SEC-901", "SEC-902", "SEC-903",
    "UPD-951", "UPD-952", "UPD-953", "UPD-954", "UPD-955", "UPD-956", "UPD-957", "UPD-958",
    "DAT-971", "DAT-972", "DAT-973",
)  # fmt: skip
"""All codes of the catalogue. PAY-804, a business decline, is none: it is no fault."""

WITHOUT_LAW: Final = frozenset({
    "COM-207", "COM-209", "IDN-301", "PRN-501", "PRN-502", "SW-703", "SGN-855", "SEC-902",
    "SEC-903", "UPD-951", "UPD-952", "UPD-953", "UPD-954", "UPD-955", "UPD-956", "UPD-957",
    "UPD-958",
})  # fmt: skip
"""Codes that events and common causes raise; by a hazard they strike only if one is given."""


class Fault(Section):
    """One kind of fault: when it strikes, how it shows beforehand, how long it lasts."""

    onset: DurationLaw | None = None
    """Time until it strikes, from new or from the last repair; the catalogue's law unless given."""
    clock: ClockWord = "powered"
    """What a given ``onset`` counts: powered time; hours of use, of which one is six cards; or
    calendar time."""
    repair: DurationLaw | None = None
    """Time from its detection until it is repaired; by the remedy ladder unless given."""
    diagnosis: DurationLaw | None = None
    """Time to find the cause, before a given ``repair``; none unless given."""
    precursor: Duration | None = None
    """How long before the onset it begins to show; the catalogue's unless given, ``"0s"`` never."""
    detection: DurationLaw | None = None
    """Time from its onset until somebody notices; by its points of detection unless given."""


class Hazards(Section):
    """All kinds of fault at once: the catalogue's laws, and what multiplies them."""

    preset: Literal["none", "default"] = "none"
    """``default``: 13 % of the terminals have a hardware fault in a year, a guess that keeps
    between 8.4 % (derived: 100,000 h between failures, a reseller's figure) and 13.9 % (sourced:
    IDC #US41794516); and software, network and handling faults by guesses of their own."""
    scale: Multiplier = 1.0
    """Multiplies all hazards."""
    models: dict[Name, Multiplier] = Field(default_factory=dict)
    """Multiplies the hazards of a model's terminals."""
    regions: dict[Name, Multiplier] = Field(default_factory=dict)
    """Multiplies the hazards in a region."""
    frailty: Annotated[float, Field(ge=0.0, le=3.0)] = 0.0
    """Units differ: sigma of a lognormal multiplier of mean 1 that each unit is born with."""
    age: DurationLaw = Constant(0)
    """Age of a unit when the run begins, in calendar time."""
    early: Probability = 0.01
    """Share of units with a defect from the factory; a guess. Only with a preset."""
    precursor_snr: Annotated[float, Field(ge=0.0, le=100.0)] = 1.0
    """Strength of all precursors; 0 lets no fault show beforehand."""
    patch: Annotated[float, Field(gt=0.0, le=10.0)] = 0.8
    """Each firmware update multiplies the hazards of software by this; a guess."""
    inspection: Span | None = None
    """Interval of inspections, which clean reader, scanner and vents; none unless given."""


class Damage(Section):
    """Wear by rough treatment."""

    per_forced_shutdown: Annotated[float, Field(ge=1.0, le=10.0)] = 1.02
    """Each forced shutdown multiplies the later hardware hazards by this; a guess."""
    data_loss: Probability = 0.01
    """Chance that a forced shutdown or power failure loses stored data (DAT-972); a guess."""


class Repair(Section):
    """How long repairs take.

    The law is lognormal by MIL-HDBK-338B, section 5.6.2; the figures are guesses that keep to the
    trade's service promises.
    """

    watchdog: DurationLaw = Lognormal.from_p95(5 * MINUTE_MS, 30 * MINUTE_MS)
    """R0: it recovers by itself, or by a restart."""
    merchant: DurationLaw = Lognormal.from_p95(30 * MINUTE_MS, 4 * HOUR_MS)
    """R1: the merchant mends it: paper, cable, battery, password."""
    remote: DurationLaw = Lognormal.from_p95(2 * HOUR_MS, 12 * HOUR_MS)
    """R2: mended from afar, by the TMS or the hotline: parameters, permissions, keys."""
    field: DurationLaw = Lognormal.from_p95(4 * HOUR_MS, 24 * HOUR_MS)
    """R3: a technician's visit; runs in service hours only."""
    swap: DurationLaw = Lognormal.from_p95(24 * HOUR_MS, 72 * HOUR_MS)
    """R4: a courier brings another unit; runs in service hours only."""
    depot: DurationLaw = Lognormal.from_p95(7 * DAY_MS, 21 * DAY_MS)
    """R5: the removed unit's way through the depot."""


class Contact(Section):
    """A way to reach support."""

    name: Name
    """Such as ``hotline``."""
    share: Annotated[float, Field(gt=0.0)]
    """How often it is taken, in proportion to the others'."""
    latency: DurationLaw
    """Until somebody takes the case up."""


_CONTACTS: Final = (
    # A promise of service providers: by telephone within 30 minutes. All else is a guess.
    Contact(name="hotline", share=0.5, latency=Lognormal.from_p95(8 * MINUTE_MS, 30 * MINUTE_MS)),
    Contact(name="wechat", share=0.2, latency=Lognormal.from_p95(30 * MINUTE_MS, 4 * HOUR_MS)),
    Contact(name="app", share=0.1, latency=Lognormal.from_p95(HOUR_MS, 8 * HOUR_MS)),
    Contact(name="agent", share=0.1, latency=Lognormal.from_p95(2 * HOUR_MS, 12 * HOUR_MS)),
    Contact(name="website", share=0.05, latency=Lognormal.from_p95(4 * HOUR_MS, 24 * HOUR_MS)),
    Contact(name="outlet", share=0.05, latency=Lognormal.from_p95(4 * HOUR_MS, 24 * HOUR_MS)),
)


class Support(Section):
    """Who notices, who is called, and how well they find the cause."""

    notice: DurationLaw = Lognormal.from_p95(10 * MINUTE_MS, 2 * HOUR_MS)
    """Until a merchant notices what the terminal does not tell; a guess."""
    attempt: DurationLaw = Lognormal.from_p95(5 * MINUTE_MS, 20 * MINUTE_MS)
    """Time that a lower rung of the ladder takes before it is given up; a guess."""
    contacts: Annotated[Many[Contact], Field(min_length=1)] = _CONTACTS
    """Ways to reach support."""
    provider: DurationLaw = Lognormal.from_p95(HOUR_MS, 8 * HOUR_MS)
    """Until a network provider takes an escalated case up; a guess."""
    misdiagnosis: Probability = 0.1
    """Chance that support or a technician takes it for another fault at first; a guess."""
    no_fault_found: Probability = 0.25
    """Share of swapped units in which the depot finds nothing; a guess."""
    opens: TimeOfDay = 9 * HOUR_MS
    """Service hours begin, local time; a guess."""
    closes: TimeOfDay = 18 * HOUR_MS
    """Service hours end; a guess."""
    closed_weekdays: Many[ClosedDay] = (Weekday.SUNDAY,)
    """Days without service; a guess."""
