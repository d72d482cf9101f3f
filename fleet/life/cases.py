"""What a terminal suffers from: its open cases, and the numbers they were given.

The cases are the estate's, not the unit's: a unit that is swapped out leaves the place, and what
is counted there goes on being counted.
"""

from dataclasses import dataclass, field
from typing import Literal

from fleet.life.faults.ailment import Ailment
from fleet.life.faults.kinds import Hindrance
from fleet.life.truth import Ticket
from fleet.units import Millis
from fleet.wire.words import ComponentWord


@dataclass(slots=True, eq=False)
class Cases:
    """What is wrong with a terminal now.

    Attributes:
        active: Ailments that hazards or common causes have brought, by their codes.
        beset: Faults that a chapter of the life has raised, and will end, by their codes.
        held: Names of the common causes that have begun here and have an end to come.
        omens: Since when telemetry shows what a chapter knows to be coming, by the codes of it.
        plights: Until when common causes hold, by the codes of what they brought.
        ailments: How many faults there have been.
        tickets: How many tickets there have been.
        swapped_by: The ticket by which the unit is to be swapped out; None if it may stay.
        remedy: Who puts right what no ailment explains.
    """

    active: dict[str, Ailment] = field(default_factory=dict)
    beset: dict[str, Ailment] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    omens: dict[str, Millis] = field(default_factory=dict)
    plights: dict[str, Millis] = field(default_factory=dict)
    ailments: int = 0
    tickets: int = 0
    swapped_by: Ticket | None = None
    remedy: Literal["field", "remote"] = "field"

    @property
    def known(self) -> int:
        """How many faults the terminal itself knows of."""
        return len(self.reported()) + len(self.plights)

    def reported(self) -> list[str]:
        """Return the codes of the faults that the terminal itself has told of."""
        return [code for code, ailment in self.active.items() if ailment.reported]

    def sick_components(self) -> set[ComponentWord]:
        """Return the components which active faults have put out of order."""
        tested = (ailment.kind.tested_as for ailment in self.active.values())
        return {component for component in tested if component is not None}

    def partly_sick(self) -> frozenset[ComponentWord]:
        """Return the components without which the terminal goes on all the same.

        One way to pay that is not enabled leaves the others; a lost phone leaves the heartbeats.
        """
        kinds = [ailment.kind for ailment in self.active.values()]
        whole = {kind.tested_as for kind in kinds if not kind.effect.degrades}
        parts = (kind.tested_as for kind in kinds if kind.effect.degrades)
        return frozenset(part for part in parts if part is not None and part not in whole)

    def hindered(self, activity: Hindrance) -> str:
        """Return the code of a fault that makes an activity impossible; "" if none does."""
        for code, ailment in self.active.items():
            if activity in ailment.kind.effect.hinders:
                return code
        return ""

    def isolated_until(self) -> Millis:
        """Return until when a fault keeps the link down; 0 if none does."""
        isolating = (each for each in self.active.values() if each.kind.effect.isolates)
        return max((ailment.until for ailment in isolating), default=0)
