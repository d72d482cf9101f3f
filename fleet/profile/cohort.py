"""Cohorts: the part of an estate that a cause, a campaign or an order concerns.

A cohort is what a terminal must be, each of its keys narrowing it down; a key that is left out
admits everybody. Among those admitted, `share` is a lottery.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Final

from pydantic import Field

from fleet.profile.members import Member
from fleet.profile.values import Many, Name, Section, Share, Version

Number = Annotated[int, Field(ge=0)]


class Cohort(Section):
    """Who is concerned."""

    share: Share = 1.0
    """Part of the terminals concerned that takes part."""
    models: Many[Name] = ()
    """Models concerned; all if empty."""
    firmware: Many[Version] = ()
    """Versions concerned, by what a terminal runs at that instant; all if empty."""
    regions: Many[Name] = ()
    """Regions concerned; all if empty."""
    sectors: Many[Name] = ()
    """Trades concerned; all if empty."""
    cells: Many[Name] = ()
    """Radio cells concerned, such as ``north-7``; all if empty."""
    sites: Many[Number] = ()
    """Sites concerned, each by the number of its first terminal; all if empty."""
    batches: Many[Annotated[int, Field(ge=1)]] = ()
    """Batches concerned, from 1; all if empty."""

    @property
    def admits_all(self) -> bool:
        """Whether nothing that stands fast narrows it down, so that nobody need be looked up."""
        return not any(getattr(self, key) for key in FIXED)

    def admits(self, who: Member) -> bool:
        """Whether a terminal is concerned, as far as it stands fast from the start."""
        return all(
            not getattr(self, key) or value(who) in getattr(self, key)
            for key, value in FIXED.items()
        )

    def admits_version(self, fw: str) -> bool:
        """Whether a terminal that runs `fw` is concerned."""
        return not self.firmware or fw in self.firmware


FIXED: Final[Mapping[str, Callable[[Member], object]]] = {
    "models": lambda who: who.model.name,
    "regions": lambda who: who.region.name,
    "sectors": lambda who: who.sector.name,
    "cells": lambda who: who.cell,
    "sites": lambda who: who.site,
    "batches": lambda who: who.batch,
}
"""What never changes about a terminal, by the key that asks for it."""
