"""What terminals keep when power is cut: a file per shard, mapped into memory.

A shard that is killed takes what its terminals held in mind with it, as a power cut does. What a
real unit keeps in flash is kept here, written as it changes, so that a shard which is started again
finds its terminals registered, with their firmware, their count of boots and their last order.
"""

from pathlib import Path
from typing import Final

import numpy as np

from fleet.life.pulse import Pulse
from fleet.life.states import State, Step

_KEPT: Final = np.dtype([
    ("registered", np.bool_), ("steps", np.int32), ("boot", np.int32), ("plan", np.int32),
    ("fw", "S64"),
])  # fmt: skip
_UNREGISTERED: Final = frozenset({State.INVENTORY, State.REGISTERING})


def create_memory(path: Path, terminals: int) -> None:
    """Create the memory of terminals that were never switched on.

    Raises:
        FileExistsError: There is such a file.
    """
    with path.open("xb") as file:
        file.write(np.zeros(max(terminals, 1), _KEPT).tobytes())


class Memory:
    """The memory of a shard's terminals, by row."""

    def __init__(self, path: Path) -> None:
        """Map a file that `create_memory` has made.

        Raises:
            OSError: It cannot be mapped.
        """
        self._kept = np.memmap(path, _KEPT, mode="r+")

    def keep(self, pulse: Pulse, step: Step) -> None:
        """Keep what a step has made of a terminal; about 1 us."""
        registered = step.target not in _UNREGISTERED
        self._kept[pulse.index] = (
            registered, step.number, pulse.boot, pulse.plan, pulse.fw.encode(),
        )  # fmt: skip

    def restore(self, pulse: Pulse) -> int | None:
        """Give a terminal back what it kept; return its count of steps, None if it kept nothing."""
        registered, steps, boot, plan, fw = self._kept[pulse.index].item()
        if not registered:
            return None
        pulse.boot, pulse.plan, pulse.fw = boot, plan, fw.decode()
        return int(steps)
