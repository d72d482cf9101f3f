"""What is asked of a run: its objectives, and how healthy the generator must be for them to count.

All spans here are wall time.
"""

from typing import Annotated

from pydantic import Field

from fleet.profile.objectives import ObjectiveText
from fleet.profile.values import Duration, Many, Probability, Section, Span
from fleet.units import SECOND_MS

Bound = Annotated[float, Field(gt=0.0, le=100.0)]
"""A share that may be set beyond 1, so that nothing exceeds it."""


class Slo(Section):
    """Service level objectives: what a run must keep to pass."""

    objectives: Many[ObjectiveText] = ()
    """Such as ``"sign_in.p99 < 2s"``; a run that breaks one ends with exit code 3."""
    warm_up: Duration = 0
    """Time after the start that is not judged."""
    window: Span = 10 * SECOND_MS
    """Span over which violations are looked for, so that it can be told when they were."""
    abort: bool = False
    """Whether to end the run as soon as an objective is broken for good."""


class Health(Section):
    """Bounds within which the generator counts as healthy; beyond one, the run is invalid.

    They are judged over the whole run after ``slo.warm_up``. All are guesses; the lag is what two
    terminals of an ordinary estate would not notice, and what spoils a percentile of a fast broker.
    """

    lag_p99_max: Span = 250
    """Schedule lag, 99th percentile: how late heartbeats were sent."""
    stall_p99_max: Span = 250
    """Delay of the loop's ticks, 99th percentile."""
    cpu_max: Bound = 0.97
    """Share of one core that a shard may use, on average."""
    cpu_wait_max: Bound = 0.95
    """Share of the time that a shard may wait for a core that others use, on average."""
    descriptors_max: Bound = 1.0
    """Share of the open files of one shard's limit."""
    dropped_max: Probability = 0.001
    """Messages that the generator itself dropped at a bound of its own, of all that it sent."""
