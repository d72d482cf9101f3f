"""Judges the objectives of a run, while it lasts and when it is over.

Theory of operation
-------------------
The judge is shown the board again and again. What decides is the value over the whole run after its
warm-up, as in k6's thresholds: a percentile of all that was measured, a ratio of all that was
counted. Windows of some seconds that slide along with the looks only tell *when* an objective was
violated, and how badly at worst. Gauges are averaged over time. They count until the run's time is
over, because then terminals leave; latencies and counters count to the very end, because then the
last answers come in.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final

from fleet.capacity.measure import Integrals, Mark, measure
from fleet.profile.objectives import Objective
from fleet.units import Millis
from fleet.watch.ruling import Finding
from fleet.watch.tally import Reading

# Below so many looks a broken objective may be a matter of chance; no run is given up for it.
_LOOKS_MIN: Final = 4


class Violations:
    """When one objective was violated, and how badly."""

    __slots__ = ("first_ms", "last_ms", "total_ms", "worst")

    def __init__(self) -> None:
        self.first_ms: Millis | None = None
        self.last_ms: Millis | None = None
        self.total_ms: Millis = 0
        self.worst: float | None = None

    def see(
        self, objective: Objective, value: float | None, at_ms: Millis, span_ms: Millis
    ) -> None:
        """Look at the value of the window that ends at an instant, `span_ms` after the last one."""
        if value is None:
            return
        if self.worst is None or objective.worse(value, self.worst):
            self.worst = value
        if not objective.holds(value):
            self.first_ms = at_ms if self.first_ms is None else self.first_ms
            self.last_ms = at_ms
            self.total_ms += span_ms


class Judge:
    """Judges one run."""

    def __init__(
        self, objectives: Sequence[str], warm_up_ms: Millis, window_ms: Millis, reading: Reading
    ) -> None:
        """Take up the objectives.

        Args:
            objectives: As written; they are known to follow the grammar.
            warm_up_ms: Wall time after the start that is not judged.
            window_ms: Wall time over which violations are looked for.
            reading: Of the board before anything has happened.
        """
        self._objectives: Final = [Objective.parse(text) for text in objectives]
        self._violations: Final = [Violations() for _ in objectives]
        self._warm_up_ms: Final = warm_up_ms
        self._window_ms: Final = window_ms
        self._last = Mark(0, reading, Integrals())
        self._begin = self._last
        self._window: Final = deque([self._last])

    @property
    def marks(self) -> tuple[Mark, Mark]:
        """The first and the last mark of what is judged."""
        return self._begin, self._last

    @property
    def broken(self) -> tuple[str, ...]:
        """Objectives that are broken as things stand, once there is enough to say so."""
        if len(self._window) < _LOOKS_MIN:
            return ()
        values = [(each, measure(each, self._begin, self._last)) for each in self._objectives]
        return tuple(
            objective.text
            for objective, value in values
            if value is not None and not objective.holds(value)
        )

    def begin(self, reading: Reading) -> None:
        """Judge nothing of what stands on the board when business begins.

        It is what processes took to start: their CPU, and their waiting for it.
        """
        self._begin = self._last = Mark(0, reading, Integrals())
        self._window.clear()
        self._window.append(self._last)

    def see(self, elapsed_ms: Millis, reading: Reading) -> None:
        """Look at the board while the run lasts."""
        span_ms = elapsed_ms - self._last.elapsed_ms
        integrals = self._last.integrals.after(reading, span_ms)
        self._last = Mark(elapsed_ms, reading, integrals)
        if elapsed_ms <= self._warm_up_ms:
            self._begin = self._last
            self._window.clear()
        self._window.append(self._last)
        while elapsed_ms - self._window[0].elapsed_ms > self._window_ms:
            self._window.popleft()
        if len(self._window) > 1:
            for objective, violations in zip(self._objectives, self._violations, strict=True):
                value = measure(objective, self._window[0], self._last)
                violations.see(objective, value, elapsed_ms, span_ms)

    def close(self, reading: Reading) -> None:
        """Look at the board for the last time, when all that was under way has come in."""
        self._last = self._last._replace(reading=reading)
        if len(self._window) > 1:
            # What came in late belongs to the last window: the worst is no better than the whole.
            for objective, violations in zip(self._objectives, self._violations, strict=True):
                value = measure(objective, self._window[0], self._last)
                violations.see(objective, value, self._last.elapsed_ms, 0)

    def findings(self) -> tuple[Finding, ...]:
        """Return what became of each objective, as things stand."""
        return tuple(map(self._finding, self._objectives, self._violations))

    def _finding(self, objective: Objective, violations: Violations) -> Finding:
        value = measure(objective, self._begin, self._last)
        return Finding(
            objective=objective.text,
            unit=objective.unit.name,
            held=value is not None and objective.holds(value),
            value=value,
            bound=objective.bound,
            worst=violations.worst,
            violated_ms=violations.total_ms,
            first_ms=violations.first_ms,
            last_ms=violations.last_ms,
        )
