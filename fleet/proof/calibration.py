"""P10: the oracle's chances come true.

Labels a horizon apart do not overlap, so of the grid only every so many instants are taken, in
terminals that have been switched on and are whole: while a fault lasts the oracle takes its repair
to be about to end. In each of ten bins the share that came true is within 4 standard errors of the
mean chance. And nobody's Brier score is better.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fleet.dataset.schema import word
from fleet.proof.counts import Z
from fleet.proof.evidence import Evidence
from fleet.proof.finding import Check, Finding, at_most, too_few
from fleet.proof.learned import foretold, study

_BINS: Final = 10
_SOME: Final = 50
_TRUE: Final = "chances come true in each of ten bins: standard errors off"
_BEST: Final = "no better Brier score: the oracle's less the {}'s"
_LABELS: Final = """
    SELECT y_{word} AS y, oracle_p_{word} AS p FROM {labels}
    WHERE phase IN ('healthy', 'precursor') AND epoch_ms(ts) - {origin} + {horizon} <= {end}
      AND (epoch_ms(ts) - {origin}) % {horizon} = 0 AND epoch_ms(ts) > {origin}
"""
Floats = NDArray[np.float64]


def calibration(evidence: Evidence) -> Finding:
    """Judge the oracle for each kind and horizon."""
    rules, calendar = evidence.profile.dataset, evidence.calendar
    checks: list[Check] = []
    for horizon, table in zip(rules.horizons, evidence.labels, strict=True):
        for code in evidence.targets:
            found = evidence.ask(_LABELS.format(
                word=word(code), labels=table, origin=calendar.origin_ms, horizon=horizon,
                end=calendar.end))  # fmt: skip
            y, p = found["y"].astype(np.float64), found["p"].astype(np.float64)
            checks += _judged(f"{table}, {code}", y, p)
    for code in evidence.targets:
        checks += _against_model(evidence, code)
    return Finding(checks)


def _judged(about: str, y: Floats, p: Floats) -> list[Check]:
    if y.sum() < _SOME:
        needs = f"{_SOME} faults of a kind"
        return [too_few(claim, about, y.sum(), needs)
                for claim in (_TRUE, _BEST.format("prevalence"))]  # fmt: skip
    # To two digits: those behind them hold what rounding left.
    told = np.round(p, 2 - np.ceil(np.log10(np.maximum(p.max(), 1e-9))).astype(int))
    edges = np.unique(np.quantile(told, np.linspace(0.0, 1.0, _BINS + 1)[1:-1]))
    bins = np.searchsorted(edges, told, side="right")
    # One fault more or less is no error, even where the oracle is sure.
    off = [abs(np.sum(y[bins == n] - p[bins == n])) /
           np.sqrt(np.sum(p[bins == n] * (1.0 - p[bins == n])) + 1.0)
           for n in np.unique(bins)]  # fmt: skip
    gains = (y - p) ** 2 - (y - y.mean()) ** 2
    return [
        at_most(_TRUE, about, max(off), Z),
        at_most(_BEST.format("prevalence"), about, *_worse(gains, len(y))),
    ]


def _against_model(evidence: Evidence, code: str) -> list[Check]:
    data = study(evidence)
    if data.faults(code) < _SOME:
        needs = f"{_SOME} faults of a kind in the test"
        return [too_few(_BEST.format("model"), code, data.faults(code), needs)]
    y = data.y[code][data.test].astype(np.float64)
    oracle, model = data.oracle[code][data.test], foretold(evidence, code)
    gains = (y - oracle) ** 2 - (y - model) ** 2
    return [at_most(_BEST.format("model"), code, *_worse(gains, len(gains) / data.overlap))]


def _worse(gains: Floats, apart: float) -> tuple[float, float]:
    """Return the mean of differences, and two standard errors of it.

    Args:
        gains: The differences.
        apart: How many of them are independent.
    """
    return float(gains.mean()), float(2.0 * gains.std() / np.sqrt(apart))
