"""Whose turn it is when: waves, and so many terminals a minute.

A terminal's *place* in a campaign is a number from 0 to 1 that it drew, uniform over those that
take part. Waves cut that span into parts; within its wave, a terminal's turn comes when as many as
stand before it have had theirs, at the campaign's rate. How many take part is reckoned from the
shares of the estate, so nobody has to be counted or sorted, and any desk comes to the same turn.
"""

import math
from typing import NamedTuple, Self

from fleet.profile.campaigns import Campaign
from fleet.profile.estate import Estate
from fleet.units import MINUTE_MS, Millis


class Turns(NamedTuple):
    """The turns of one campaign.

    Attributes:
        waves: Of each wave, the place at which it ends and when it begins, after the campaign.
        span_ms: How long the whole campaign would take at its rate; 0 for all at once.
    """

    waves: tuple[tuple[float, Millis], ...]
    span_ms: float

    @classmethod
    def at_once(cls) -> Self:
        """Return turns that all come at the beginning."""
        return cls(((1.0, 0),), 0.0)

    @classmethod
    def of(cls, estate: Estate, campaign: Campaign) -> Self:
        """Return the turns of a campaign."""
        waves = tuple((wave.share, wave.after) for wave in campaign.waves) or ((1.0, 0),)
        if campaign.per_minute is None:
            return cls(waves, 0.0)
        return cls(waves, taking_part(estate, campaign) / campaign.per_minute * MINUTE_MS)

    @property
    def last_ms(self) -> Millis:
        """When the last of all has its turn, after the campaign's beginning."""
        begin, last = 0.0, 0
        for end, starts_ms in self.waves:
            last = max(last, starts_ms + math.ceil((end - begin) * self.span_ms))
            begin = end
        return last

    def after_ms(self, place: float) -> Millis | None:
        """Return how long after the campaign's beginning a place has its turn; None for never."""
        begin = 0.0
        for end, starts_ms in self.waves:
            if place < end:
                return starts_ms + math.ceil((place - begin) * self.span_ms)
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
