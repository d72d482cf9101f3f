"""The state of a capacity search, as it stands in the search's folder after each step."""

from typing import Final

import msgspec

from fleet.capacity.search import Search, Step
from fleet.units import Millis

STATE_FILE: Final = "capacity.json"
STEPS: Final = "steps"
"""The folder beside it with a record of each step."""


class State(msgspec.Struct):
    """What `capacity.json` holds.

    Attributes:
        profile: Digest of the resolved profile, the number of terminals and the duration aside.
        seed: Of all steps.
        lowest: Of the range.
        highest: Of the range.
        precision: Of the bracket.
        objectives: That every step must keep.
        steps: What was tried, in order.
        conclusion: What was found, as far as the search has come.
        done: Whether it is over.
        capacity: The largest load that held; None for none.
        name: Of the profile.
        warm_up_ms: Wall time of each step that was not judged.
        hold_ms: Wall time of each step that was.
    """

    profile: str
    seed: int
    lowest: int
    highest: int
    precision: float
    objectives: tuple[str, ...]
    steps: list[Step] = []
    conclusion: str = ""
    done: bool = False
    capacity: int | None = None
    name: str = ""
    warm_up_ms: Millis = 0
    hold_ms: Millis = 0

    def search(self) -> Search:
        """Return the search, as far as it has come."""
        return Search(self.lowest, self.highest, self.precision, self.steps)

    def same(self, other: "State") -> bool:
        """Return whether both are of the same search."""
        return all(
            getattr(self, name) == getattr(other, name)
            for name in ("profile", "seed", "lowest", "highest", "precision", "objectives")
        )
