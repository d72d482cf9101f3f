"""Which terminals there are, and when: the run, the estate, its ramp and its day."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, NaiveDatetime

from fleet.chance.parametric import Normal
from fleet.profile.laws import TimeOfDayLaw
from fleet.profile.trade import SECTORS, SIZES, MerchantSize, Sector
from fleet.profile.values import (
    ClosedDay,
    Duration,
    Many,
    Name,
    Probability,
    Section,
    Share,
    Span,
    UtcOffset,
    Version,
)
from fleet.units import HOUR_MS, MINUTE_MS
from fleet.wire.words import MethodWord

Link = Literal["ethernet", "wifi", "cellular"]


class Run(Section):
    """How long and how fast."""

    duration: Span = 10 * MINUTE_MS
    """Wall-clock time that the run takes."""
    speed: Annotated[float, Field(gt=0.0, le=1_000_000.0)] = 1.0
    """Business clocks run this many times faster than the wall clock; protocol timers do not."""
    start: NaiveDatetime = datetime(2026, 1, 5, 8, 0)  # noqa: DTZ001 - business time is local time
    """Date and time of the business instant zero, on the clock of a region with offset 0."""
    tick: Span = 5
    """Wake-ups of a shard are gathered to one per tick; where more than 100 heartbeats fall due in
    it, to more, 1 ms apart at the nearest."""


class Model(Section):
    """A terminal model and its part of the estate."""

    name: Name
    """Model name."""
    share: Share
    """Part of the estate; the shares of all models sum to 1."""
    firmware: Version = "1.0.0"
    """Version installed when the run begins."""
    battery: bool = False
    """Whether it can live without mains."""
    link: Link = "wifi"
    """How it reaches the network."""
    printer: bool = True
    """Whether it prints receipts."""
    batches: Annotated[int, Field(ge=1, le=1_000)] = 1
    """Batches, numbered from 1, in which it was made and given its certificate; alike in size."""
    methods: Many[MethodWord] = ("qr", "contactless", "chip", "stripe")
    """How it can take a payment."""


class Region(Section):
    """A region and its part of the estate."""

    name: Name
    """Region name."""
    share: Share
    """Part of the estate; the shares of all regions sum to 1."""
    utc_offset: UtcOffset = 0
    """Local time minus the time on the clock by which ``run.start`` is given."""
    cells: Annotated[int, Field(ge=1, le=100_000)] = 20
    """Radio cells that serve it, numbered from 1; sites are spread over them. A guess."""


class Sites(Section):
    """How many terminals stand in one shop."""

    mean: Annotated[float, Field(ge=1.0, le=1_000.0)] = 1.29
    """Terminals per site; derived: 33.10 million terminals at 25.61 million merchants in China
    (People's Bank of China, first quarter of 2023)."""
    max: Annotated[int, Field(ge=1, le=1_000)] = 40
    """The largest site; a guess."""


class Estate(Section):
    """The terminals."""

    terminals: Annotated[int, Field(ge=1, le=10_000_000)] = 1_000
    """How many terminals."""
    tenant: Name = "demo"
    """Tenant, a level of every topic."""
    first_tid: Annotated[int, Field(ge=10_000_000, le=99_999_999)] = 10_000_000
    """Terminal identifier of the first; the others count up. 8 digits: ISO 8583 field 41."""
    duplicate_tids: Probability = 0.0
    """Part of the terminals that were imported in pairs with one identifier each (IDN-301); 0.05 %
    of a real estate is a guess."""
    models: Annotated[Many[Model], Field(min_length=1)] = (Model(name="S1", share=1.0),)
    """The models."""
    regions: Annotated[Many[Region], Field(min_length=1)] = (Region(name="home", share=1.0),)
    """The regions."""
    sectors: Annotated[Many[Sector], Field(min_length=1)] = SECTORS
    """The merchants' trades: when their customers come."""
    sizes: Annotated[Many[MerchantSize], Field(min_length=1)] = SIZES
    """The merchants' sizes: how many customers come."""
    sites: Sites = Sites()
    """The shops."""


class Ramp(Section):
    """Switching on an estate that never closes; unused where there is a day."""

    over: Span = MINUTE_MS
    """Business time over which the estate is powered up, evenly."""


class Day(Section):
    """Opening hours: each shop draws its own, every day."""

    opens: TimeOfDayLaw = Normal(8.5 * HOUR_MS, 20 * MINUTE_MS)
    """Time of day at which a shop switches its terminal on."""
    closes: TimeOfDayLaw = Normal(19.5 * HOUR_MS, 30 * MINUTE_MS)
    """Time of day at which it switches it off."""
    stagger: Duration = 3 * MINUTE_MS
    """Further terminals of a shop are switched on after the first, within this; a guess."""
    closed_weekdays: Many[ClosedDay] = ()
    """Days on which the shops stay closed."""
