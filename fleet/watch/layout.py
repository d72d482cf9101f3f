"""Which slot of a tally belongs to which series: fixed for a run, the same in every process."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

from fleet.watch import histogram
from fleet.watch.catalogue import FAMILIES
from fleet.watch.family import OTHER, Family, Given, Kind


class Layout:
    """Slots of every series of a run: one for a counter or gauge, several for a histogram.

    Attributes:
        families: In the order of their declaration.
        size: Number of slots.
        digest: Positive 63-bit number that two layouts share only if they are the same.
        gauges: Slots of the gauges, which a restarted shard begins anew.
        peaks: Slots whose value over all shards is the largest, not the sum.
    """

    __slots__ = ("_slots", "digest", "families", "gauges", "peaks", "size")

    def __init__(  # noqa: PLR0913 - by keyword, one for each set of labels
        self,
        *,
        codes: Iterable[str],
        fault_classes: Iterable[str],
        versions: Iterable[str],
        regions: Iterable[str] = (),
        causes: Iterable[str] = (),
        stages: Iterable[str] = (),
        campaigns: Iterable[str] = (),
        shards: int = 1,
    ) -> None:
        """Lay out the families for what a profile names and the number of shards.

        Doubles are ignored; `other` is added to the versions.
        """
        given: dict[Given, tuple[str, ...]] = {
            "codes": tuple(dict.fromkeys(codes)),
            "fault_classes": tuple(dict.fromkeys(fault_classes)),
            "versions": tuple(dict.fromkeys((*versions, OTHER))),
            "regions": tuple(dict.fromkeys(regions)),
            "causes": tuple(dict.fromkeys(causes)),
            "stages": tuple(dict.fromkeys(stages)),
            "campaigns": tuple(dict.fromkeys(campaigns)),
            "shards": tuple(map(str, range(shards))),
        }
        self.families: Final = FAMILIES
        self._slots: Final[dict[str, dict[tuple[str, ...], int]]] = {}
        self.gauges: Final[list[int]] = []
        self.peaks: Final[list[int]] = []
        self.size = 0
        for family in FAMILIES:
            if family.kind is not Kind.INFO:
                self._slots[family.name] = {
                    values: self._place(family) for values in family.series(given)
                }
        text = repr((self._slots, histogram.BOUNDS_US))
        self.digest = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1

    def _place(self, family: Family) -> int:
        slot = self.size
        self.size += histogram.SLOTS if family.kind is Kind.HISTOGRAM else 1
        if family.kind is Kind.HISTOGRAM:
            self.peaks.append(slot + histogram.PEAK)
        if family.kind is Kind.GAUGE:
            self.gauges.append(slot)
        return slot

    def slots(self, family: str) -> Mapping[tuple[str, ...], int]:
        """Return the first slot of each series of a family by its label values.

        Raises:
            KeyError: There is no such family.
        """
        return self._slots[family]

    def slot(self, family: str, **labels: str) -> int:
        """Return the first slot of one series.

        Raises:
            KeyError: There is no such family, or no series with these label values.
        """
        slots = self._slots[family]
        values = tuple(labels.values())
        if values not in slots:
            known = ", ".join("/".join(each) for each in slots)
            msg = f"{family} has no series {'/'.join(values) or 'without labels'}; it has {known}"
            raise KeyError(msg)
        return slots[values]
