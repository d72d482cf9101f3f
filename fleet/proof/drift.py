"""P12: telemetry drifts where and when it is declared to, and by as much.

Each declared regime is looked for in the daily means of its channel: the terminals that it concerns
less the others, or less their own other days where it concerns all. The change point is the day
that divides the series best; it must be the declared one within a day.

"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fleet.proof.counts import Z
from fleet.proof.evidence import Evidence
from fleet.proof.finding import Check, Finding, at_most, too_few
from fleet.units import DAY_MS

# Channels as profiles name them, the columns that hold them, and how many units of the one are one
# unit of the other.
COLUMNS: Final = {
    "temp_c": ("temp_cel", 1.0), "supply_mv": ("supply_mv", 1.0), "rssi_dbm": ("signal_dbm", 1.0),
    "rtt_ms": ("rtt_ms", 1.0), "cpu_pct": ("cpu_frac", 0.01), "mem_pct": ("mem_frac", 0.01),
    "flash_pct": ("flash_wear_frac", 0.01), "battery_pct": ("battery_frac", 0.01),
}  # fmt: skip
_DAYS: Final = """
    SELECT (epoch_ms(ts) - {origin}) // {day} AS day, {scope} AS concerned, avg({column}) AS mean
    FROM telemetry JOIN terminals USING (terminal_id)
    GROUP BY ALL
"""
_WHEN: Final = "a regime begins and ends when it is declared to: days off"
_HOW_MUCH: Final = "a regime shifts its channel by as much as declared: standard errors off"
_LEAST: Final = 5
Floats = NDArray[np.float64]


def drift(evidence: Evidence) -> Finding:
    """Look for each declared regime."""
    declared = evidence.profile.dataset.drifts
    checks = [check for each in declared for check in _regime(evidence, each)]
    return Finding(checks or [too_few(_WHEN, "no regime", 0, "a declared regime")])


def _regime(evidence: Evidence, regime: Any) -> Iterator[Check]:
    calendar = evidence.calendar
    series = _series(evidence, regime)
    begin, end = regime.begin / DAY_MS, min((regime.begin + regime.lasts) / DAY_MS, len(series))
    within = np.arange(int(np.ceil(begin)), int(end))
    without = np.array([d for d in range(calendar.days) if d + 1 <= begin or d >= end], np.int64)
    if regime.channel not in COLUMNS or min(len(within), len(without)) < _LEAST:
        needs = f"a channel of telemetry, {_LEAST} days within the regime and {_LEAST} without"
        yield too_few(_WHEN, regime.name, len(within), needs)
        return
    unit = COLUMNS[regime.channel][1]
    if regime.kind == "abrupt":
        found = _span(series)
        off = max(abs(found[0] - begin), abs(found[1] - end))
        yield at_most(_WHEN, regime.name, off, 1.0)
    share = {"abrupt": 1.0, "gradual": 0.5, "recurring": float(np.mean((within - begin) % 2 < 1))}
    shift = series[within].mean() - series[without].mean()
    error = np.sqrt(series[without].var(ddof=1) * (1 / len(within) + 1 / len(without)))
    error = max(error, 0.02 * abs(regime.shift) * unit)  # readings are rounded
    off = abs(shift - regime.shift * unit * share[regime.kind]) / error
    yield at_most(_HOW_MUCH, regime.name, off, Z)


def _series(evidence: Evidence, regime: Any) -> Floats:
    """Return the daily means of those concerned, less those of the others."""

    def among(column: str, names: tuple[str, ...]) -> str:
        listed = ", ".join(f"'{name}'" for name in names)
        return f"{column} IN ({listed})" if names else "true"

    scope = f"{among('region', regime.regions)} AND {among('model', regime.models)}"
    column, _ = COLUMNS.get(regime.channel, ("temp_cel", 1.0))
    found = evidence.ask(_DAYS.format(origin=evidence.calendar.origin_ms, day=DAY_MS, scope=scope,
                                      column=column))  # fmt: skip
    means = np.zeros((2, evidence.calendar.days))
    inside = found["day"] < evidence.calendar.days
    means[found["concerned"].astype(int)[inside], found["day"].astype(int)[inside]] = found["mean"][
        inside
    ]
    series: Floats = means[1] - means[0]
    return series


def _span(series: Floats) -> tuple[int, int]:
    """Return the days between which the mean differs most from the rest's, begin and end."""
    days = len(series)
    sums = np.concatenate([[0.0], np.cumsum(series - series.mean())])
    begin, end = np.meshgrid(np.arange(days), np.arange(1, days + 1), indexing="ij")
    length = np.maximum(end - begin, 1)
    weight = length * (1.0 - length / (days + 1))
    gain = np.where((end > begin) & (length < days), (sums[end] - sums[begin]) ** 2 / weight, 0.0)
    best = np.unravel_index(np.argmax(gain), gain.shape)
    return int(best[0]), int(best[1]) + 1
