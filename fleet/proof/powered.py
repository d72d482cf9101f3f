"""When parts aged: how long a terminal had been switched on by an instant, from its steps.

Between its ends a life's hazard is known only by its age, and where shops close at night age stands
still until the morning. To whom hazard is due day by day, the steps tell: powered time grows in
every state but the dark ones.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fleet.proof.evidence import Evidence

_ROW: Final = 2**42  # a terminal's place, times this, plus an instant in ms is one sortable number
_STEPS: Final = """
    SELECT place, epoch_ms(ts) - {origin} AS instant,
           to_state IN ('powered_off', 'forced_shutdown', 'inventory', 'retired') AS dark
    FROM steps JOIN (SELECT terminal_id, row_number() OVER (ORDER BY terminal_id) - 1 AS place
                     FROM terminals) USING (terminal_id)
    ORDER BY place, number
"""
Integers = NDArray[np.int64]


class Powered:
    """The powered time of terminals, ms since the study began."""

    def __init__(self, evidence: Evidence) -> None:
        """Read the steps of a dataset."""
        found = evidence.ask(_STEPS.format(origin=evidence.calendar.origin_ms))
        place = found["place"].astype(np.int64)
        self._key = place * _ROW + found["instant"].astype(np.int64)
        self._dark = found["dark"].astype(np.bool_)
        grown = np.diff(self._key, append=self._key[-1:])
        grown[self._dark | (np.diff(place, append=-1) != 0)] = 0
        self._before = np.cumsum(grown) - grown

    def by(self, place: Integers, at: Integers) -> Integers:
        """Return the powered time of terminals by instants; none before their first step."""
        key = place * _ROW + at
        last = np.searchsorted(self._key, key, side="right") - 1
        first = np.searchsorted(self._key, place * _ROW)
        since = np.where(self._dark[last], 0, key - self._key[last])
        begun = last >= first
        at_first = self._before[np.minimum(first, len(self._key) - 1)]
        powered: Integers = np.where(begun, self._before[last] - at_first + since, 0)
        return powered
