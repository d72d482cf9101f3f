"""The value of an indicator between two marks of a run.

A mark is a reading of the board and what had been integrated over time until then. Everything else
is a difference of two marks: percentiles of what was counted between them, ratios of counters, and
gauges averaged over time.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from fleet.life.states import ON, State
from fleet.profile.objectives import Objective
from fleet.units import Millis
from fleet.watch.tally import Reading


class Integrals(NamedTuple):
    """Terminals times milliseconds since the run began.

    Attributes:
        connected: Terminals whose link was up.
        wanting: Those, and the ones that wanted a link and had none.
        ready: Terminals with a signed-in operator.
        on: Terminals that were switched on.
    """

    connected: int = 0
    wanting: int = 0
    ready: int = 0
    on: int = 0

    def after(self, reading: Reading, span_ms: Millis) -> "Integrals":
        """Return them a span later, during which the gauges were as in the reading."""
        connected = reading.value("fleet_connected_terminals")
        states = reading.series("fleet_terminals")
        gauges = (
            connected,
            connected + reading.value("fleet_offline_terminals"),
            states[State.READY.value],
            sum(states[state.value] for state in ON),
        )
        return Integrals(*(a + b * span_ms for a, b in zip(self, gauges, strict=True)))


class Mark(NamedTuple):
    """What was known of a run at one instant, wall-clock milliseconds after its start."""

    elapsed_ms: Millis
    reading: Reading
    integrals: Integrals


def measure(objective: Objective, earlier: Mark, later: Mark) -> float | None:
    """Return what an objective is about: microseconds, ratio or number; None without any data."""
    if objective.family:
        return _latency(objective, earlier.reading, later.reading)
    return _FIGURES[objective.name](earlier, later)


def _latency(objective: Objective, earlier: Reading, later: Reading) -> float | None:
    span = later.distribution(objective.family).since(earlier.distribution(objective.family))
    if not span.count:
        return None
    if objective.statistic == "max":
        return float(span.peak_us)
    if objective.statistic == "mean":
        return span.sum_us / span.count
    return span.percentile_us(objective.share)


def _over_time(part: str, whole: str) -> Callable[[Mark, Mark], float | None]:
    def ratio(earlier: Mark, later: Mark) -> float | None:
        parts, all_ = (
            getattr(later.integrals, name) - getattr(earlier.integrals, name)
            for name in (part, whole)
        )
        return parts / all_ if all_ else None

    return ratio


def _new(earlier: Mark, later: Mark, family: str, *values: str) -> int:
    before, after = (mark.reading.series(family) for mark in (earlier, later))
    return sum(after[value] - before[value] for value in values or after)


def _failed_connects(earlier: Mark, later: Mark) -> float | None:
    family = "fleet_connects_total"
    attempts = _new(earlier, later, family)
    return 1 - _new(earlier, later, family, "ok") / attempts if attempts else None


def _failed_sign_ins(earlier: Mark, later: Mark) -> float | None:
    family = "fleet_sign_ins_total"
    attempts = _new(earlier, later, family)
    return _new(earlier, later, family, "malfunction", "timeout") / attempts if attempts else None


def _lost_heartbeats(earlier: Mark, later: Mark) -> float | None:
    sent = _new(earlier, later, "fleet_heartbeats_total")
    # A heartbeat that the TMS has missed is unanswered, too; either end may be the only witness.
    lost = max(_new(earlier, later, family, "lost") for family in _MISHAPS)
    return lost / sent if sent else None


def _mishaps(kind: str) -> Callable[[Mark, Mark], float | None]:
    return lambda earlier, later: float(
        sum(_new(earlier, later, family, kind) for family in _MISHAPS)
    )


def _total(family: str) -> Callable[[Mark, Mark], float | None]:
    return lambda earlier, later: float(_new(earlier, later, family))


_MISHAPS: Final = ("fleet_up_mishaps_total", "fleet_down_mishaps_total")
_FIGURES: Final[Mapping[str, Callable[[Mark, Mark], float | None]]] = {
    "connected.ratio": _over_time("connected", "wanting"),
    "ready.ratio": _over_time("ready", "on"),
    "connect.failures": _failed_connects,
    "sign_in.failures": _failed_sign_ins,
    "heartbeat.loss": _lost_heartbeats,
    "heartbeat.duplicates": _mishaps("duplicated"),
    "heartbeat.reordered": _mishaps("reordered"),
    "messages.dropped": _total("fleet_dropped_total"),
    "shards.restarted": _total("fleet_shard_restarts_total"),
}
