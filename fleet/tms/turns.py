"""Whose turn it is when: waves, and so many terminals a minute.

A terminal's *place* in a campaign is a number from 0 to 1 that it drew, uniform over those that
take part. Waves cut that span into parts; within its wave, a terminal's turn comes when as many as
stand before it have had theirs, at the campaign's rate. How many take part is reckoned from the
shares of the estate, so nobody has to be counted or sorted, and any desk comes to the same turn.

When a wave begins is another question: it may have to wait for the success of those before it, and
that is decided in `fleet.tms.progress`.
"""

import math
from typing import NamedTuple, Self

from fleet.profile.campaigns import Campaign
from fleet.profile.estate import Estate
from fleet.units import MINUTE_MS, Millis


class Spot(NamedTuple):
    """Where a terminal stands.

    Attributes:
        wave: Number of its wave, from 0.
        after_ms: When it has its turn, after the wave's beginning.
    """

    wave: int
    after_ms: Millis


class Turns(NamedTuple):
    """The turns of one campaign.

    Attributes:
        ends: Of each wave, the place at which it ends.
        span_ms: How long the whole campaign would take at its rate; 0 for all at once.
    """

    ends: tuple[float, ...]
    span_ms: float = 0.0

    @classmethod
    def at_once(cls) -> Self:
        """Return turns that all come at the beginning."""
        return cls((1.0,))

    @classmethod
    def of(cls, estate: Estate, campaign: Campaign) -> Self:
        """Return the turns of a campaign."""
        ends = tuple(wave.share for wave in campaign.waves) or (1.0,)
        if campaign.per_minute is None:
            return cls(ends)
        return cls(ends, taking_part(estate, campaign) / campaign.per_minute * MINUTE_MS)

    def lasts_ms(self, wave: int) -> Millis:
        """Return how long after a wave's beginning its last terminal has its turn."""
        begin = self.ends[wave - 1] if wave else 0.0
        return math.ceil((self.ends[wave] - begin) * self.span_ms)

    def spot(self, place: float) -> Spot | None:
        """Return where a place stands; None for nowhere."""
        begin = 0.0
        for wave, end in enumerate(self.ends):
            if place < end:
                return Spot(wave, math.ceil((place - begin) * self.span_ms))
            begin = end
        return None


def taking_part(estate: Estate, campaign: Campaign) -> float:
    """Return how many terminals take part, on average."""
    models = math.fsum(
        model.share
        for model in estate.models
        if not campaign.models or model.name in campaign.models
    )
    regions = math.fsum(
        region.share
        for region in estate.regions
        if not campaign.regions or region.name in campaign.regions
    )
    sectors = math.fsum(
        sector.share
        for sector in estate.sectors
        if not campaign.sectors or sector.name in campaign.sectors
    )
    return estate.terminals * campaign.share * models * regions * sectors
