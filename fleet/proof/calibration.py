"""P10: the oracle's chances come true.

Labels a horizon apart do not overlap, so of the grid only every so many instants are taken, in
terminals that have been switched on and are whole: while a fault lasts the oracle takes its repair
to be about to end. Chances are binned such that each of ten bins could err by as much, and in each
the faults that struck are within 4 standard errors of the chances' sum. Where an oracle is sure
(its warning is as long as the horizon) there is no bin to err in.

And nobody's Brier score is better. The two who are compared with it are the share of positive
labels, which is taken from the very labels that it is judged by, and the model of P9. Two forecasts
of what nobody can foresee are as good as each other, and which of them comes out ahead is chance;
so a lead of two standard errors is allowed.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fleet.dataset.label_schema import word
from fleet.proof.counts import Z
from fleet.proof.evidence import Evidence
from fleet.proof.finding import Check, Finding, at_most, too_few
from fleet.proof.learned import foretold, study
from fleet.proof.ranking import ENOUGH, FAULTS

_BINS: Final = 10
_SOME: Final = 50
_EACH: Final = 5.0  # variance of a bin, below which a count is not about normal
_TRUE: Final = "chances come true in each of ten bins: standard errors off"
_BEST: Final = "no better Brier score: the oracle's above that of {}, standard errors"
_LABELS: Final = """
    SELECT y_{word} AS y, oracle_p_{word} AS p FROM {labels}
    WHERE phase IN ('healthy', 'precursor') AND epoch_ms(ts) - {origin} + {horizon} <= {end}
      AND (epoch_ms(ts) - {origin}) % {horizon} = 0 AND epoch_ms(ts) > {origin}
"""
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


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
                for claim in (_TRUE, _BEST.format("the share of positives"))]  # fmt: skip
    gains = (y - p) ** 2 - (y - y.mean()) ** 2
    error = gains.std() / np.sqrt(len(gains))
    better = at_most(_BEST.format("the share of positives"), about, _per(gains.mean(), error), 2.0)
    return [_binned(about, y, p), better]


def _binned(about: str, y: Floats, p: Floats) -> Check:
    _, which = np.unique(p, return_inverse=True)
    off = np.bincount(which, y - p)
    variance = np.bincount(which, p * (1.0 - p)).astype(np.float64)
    if variance.sum() < _EACH:
        return too_few(_TRUE, about, variance.sum(), "chances that are neither 0 nor 1")
    bins = _bins(variance)
    z = np.bincount(bins, off) / np.sqrt(np.maximum(np.bincount(bins, variance), _EACH))
    return at_most(_TRUE, about, np.max(np.abs(z)), Z)


def _bins(variance: Floats) -> Integers:
    """Return the bin of each chance, by the variance of those who have it; chances are in order."""
    total = float(variance.sum())
    count = int(np.clip(total // _EACH, 1, _BINS))
    below = np.cumsum(variance) - variance
    bins = np.minimum(below * count / total, count - 1).astype(np.int64)
    # Where many have one chance, few may be left for the bins beside it: these join a neighbour.
    full = np.nonzero(np.bincount(bins, variance) >= _EACH)[0]
    place = np.maximum(np.searchsorted(full, bins, side="right") - 1, 0)
    joined: Integers = full[place]
    return joined


def _against_model(evidence: Evidence, code: str) -> list[Check]:
    data = study(evidence)
    claim = _BEST.format("the model")
    if data.faults(code) < FAULTS:
        return [too_few(claim, code, data.faults(code), ENOUGH)]
    y = data.y[code][data.test].astype(np.float64)
    oracle, model = data.oracle[code][data.test], foretold(evidence, code)
    gains = (y - oracle) ** 2 - (y - model) ** 2
    _, which = np.unique(data.place[data.test], return_inverse=True)
    # Instants of one terminal belong together.
    error = np.sqrt(np.sum(np.bincount(which, gains - gains.mean()) ** 2)) / len(gains)
    return [at_most(claim, code, _per(gains.mean(), error), 2.0)]


def _per(mean: float, error: float) -> float:
    """Return a difference in standard errors; 0 where there is none."""
    return mean / error if error > 0.0 else 0.0
