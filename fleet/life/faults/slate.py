"""The slate: which kinds of fault a profile lets strike, by which laws; shared by all terminals.

A slate is compiled once for each profile. Multipliers that hold for a model and a region are looked
up by it; what multiplies hazards later (damage, patches, common causes) belongs to each unit.
"""

import functools
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Final, NamedTuple

from fleet.chance.law import Law
from fleet.chance.streams import Purpose
from fleet.life.faults.catalogue import CATALOGUE
from fleet.life.faults.kinds import Clock, FaultKind
from fleet.profile.estate import Model
from fleet.profile.faults import Fault
from fleet.profile.profile import Profile
from fleet.units import Millis

_WORDS: Final = {"powered": Clock.POWERED, "use": Clock.USE, "calendar": Clock.CALENDAR}
_UNASKED: Final = Fault()
ONSET: Final = {code: Purpose(f"fault.{code}.onset") for code in CATALOGUE}
DEFECT: Final = Purpose("unit.defect")


class Risk(NamedTuple):
    """One entry: a kind, and how it strikes here.

    Attributes:
        kind: What strikes.
        clock: What its law counts.
        law: In milliseconds of that clock.
        lead: How long before it shows, on the same clock; 0 for never.
        wears: Whether damage raises it.
        dirt: Whether an inspection resets it.
        purpose: Of its draws.
    """

    kind: FaultKind
    clock: Clock
    law: Law
    lead: Millis
    wears: bool
    dirt: bool
    purpose: Purpose


class Group(NamedTuple):
    """The entries of one clock: their positions, and their numbers among those of all entries."""

    clock: Clock
    places: tuple[int, ...]
    of: Callable[[Sequence[float]], tuple[float, ...]]


def _groups(risks: Sequence[Risk], belongs: Callable[[Risk], bool]) -> list[Group]:
    groups = []
    for clock in Clock:
        places = [n for n, risk in enumerate(risks) if risk.clock is clock and belongs(risk)]
        if places:
            # A getter of one place would return a number in place of a tuple.
            groups.append(Group(clock, tuple(places), itemgetter(*places, places[0])))
    return groups


class Slate:
    """What may strike.

    Attributes:
        risks: The entries, in the order of the catalogue.
        index: Position of each code.
        clocked: The entries of each clock that has any.
        warners: The same, of those that show beforehand.
        wearing: Positions of those that damage raises.
        dirty: Positions of those that an inspection resets.
        software: Positions of those that a patch may mend.
        early: Share of units with a defect from the factory.
        defects: Positions of what a defect may show as.
        defect_weights: How often it shows as each.
    """

    def __init__(self, profile: Profile) -> None:
        """Compile a profile's faults and hazards."""
        self._hazards = profile.hazards
        self.risks = [risk for kind in CATALOGUE.values() if (risk := _risk(profile, kind))]
        self.index = {risk.kind.code: n for n, risk in enumerate(self.risks)}
        self.clocked = _groups(self.risks, lambda _: True)
        self.warners = _groups(self.risks, lambda risk: bool(risk.lead))
        self.wearing = self._places(lambda risk: risk.wears)
        self.dirty = self._places(lambda risk: risk.dirt)
        self.software = self._places(lambda risk: risk.kind.fault_class == "software")
        self.defects = self._places(_is_electronics)
        self.defect_weights = [1.0 / self.risks[n].law.mean() for n in self.defects]
        preset = self._hazards.preset != "none"
        self.early = self._hazards.early if preset and self.defects else 0.0

    def unfit(self, model: Model) -> frozenset[int]:
        """Return the positions of the kinds that a model cannot have."""
        has = {"": True, "battery": model.battery, "printer": model.printer,
               "cellular": model.link == "cellular"}  # fmt: skip
        return frozenset(n for n, risk in enumerate(self.risks) if not has[risk.kind.needs])

    def _places(self, belongs: Callable[[Risk], bool]) -> list[int]:
        return [n for n, risk in enumerate(self.risks) if belongs(risk)]

    def multiplier(self, model: str, region: str) -> float:
        """Return by what the hazards of these terminals are multiplied."""
        hazards = self._hazards
        of_model = hazards.models.get(model, 1.0)
        return hazards.scale * of_model * hazards.regions.get(region, 1.0)


def slate_of(profile: Profile) -> Slate:
    """Return the slate of a profile; the same one for the same profile."""
    return _compiled(_Same(profile))


class _Same:
    """A profile as a key: equal to itself alone, since what it holds cannot be hashed."""

    __slots__ = ("profile",)

    def __init__(self, profile: Profile) -> None:
        self.profile = profile

    def __hash__(self) -> int:
        return id(self.profile)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.profile is self.profile


@functools.lru_cache(maxsize=4)
def _compiled(same: _Same) -> Slate:
    return Slate(same.profile)


def _risk(profile: Profile, kind: FaultKind) -> Risk | None:
    asked = profile.faults.get(kind.code, _UNASKED)
    hazard = kind.hazard
    wears, dirt = (hazard.wears, hazard.dirt) if hazard else (False, False)
    lead = kind.lead if kind.precursors else 0
    if asked.precursor is not None:
        lead = asked.precursor
    if asked.onset is not None:
        clock = _WORDS[asked.clock]
        return Risk(kind, clock, asked.onset, lead, wears, dirt, ONSET[kind.code])
    wanted = kind.code in profile.faults or profile.hazards.preset == "default"
    if hazard is None or not wanted:
        return None
    return Risk(kind, hazard.clock, hazard.law, lead, wears, dirt, ONSET[kind.code])


def _is_electronics(risk: Risk) -> bool:
    return risk.clock is Clock.POWERED and risk.wears and risk.kind.fault_class != "software"
