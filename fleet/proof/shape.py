"""P3: hazard is collected at rate 1 along its own axis.

On the axis of its cumulative hazard a life is at risk from where it entered to where it ended, and
strikes at rate 1 everywhere, whatever its law, its age at entry and its censoring (time rescaling).
Two tests see a wrong shape which the count of faults does not. The Nelson-Aalen estimate must keep
to the diagonal. And on the scale of the total time on test, the sum over lives of the axis covered
so far, faults are a Poisson process, so their places are uniform (Barlow and Campo, 1975).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kstest

from fleet.proof.counts import P, Z
from fleet.proof.evidence import Evidence
from fleet.proof.finding import Check, Finding, at_least, at_most, too_few

_SOME: Final = 50
_KS: Final = "faults are uniform in the total time on test: p of Kolmogorov-Smirnov"
_NA: Final = "Nelson-Aalen keeps to the true hazard at all deciles: standard errors"
_LIVES: Final = """
    SELECT cum_hazard_entry AS entry, cum_hazard_exit AS exit, event_observed AS struck
    FROM lives WHERE code = '{code}' AND cum_hazard_exit > cum_hazard_entry
"""
Floats = NDArray[np.float64]


def shape(evidence: Evidence) -> Finding:
    """Test the hazards of each kind."""
    checks: list[Check] = []
    for code in evidence.risks:
        lives = evidence.ask(_LIVES.format(code=code))
        struck = lives["struck"].astype(bool)
        if struck.sum() < _SOME:
            needs = f"{_SOME} faults of a kind"
            checks += [too_few(claim, code, struck.sum(), needs) for claim in (_KS, _NA)]
            continue
        at = np.sort(lives["exit"][struck])
        places = _time_on_test(at, lives["entry"], lives["exit"])
        checks.append(at_least(_KS, code, kstest(places, "uniform").pvalue, P))
        checks.append(at_most(_NA, code, _off(at, lives["entry"], lives["exit"]), Z))
    return Finding(checks)


def _time_on_test(at: Floats, entry: Floats, end: Floats) -> Floats:
    """Return which part of all time on test had been covered by points of the axis."""
    total = float(np.sum(end - entry))
    covered: Floats = (_covered(at, end) - _covered(at, entry)) / total
    return covered


def _covered(at: Floats, bounds: Floats) -> Floats:
    """Return the sum of min(bound, x) over all bounds, for points x."""
    ordered = np.sort(bounds)
    sums = np.concatenate([[0.0], np.cumsum(ordered)])
    below = np.searchsorted(ordered, at, side="right")
    covered: Floats = sums[below] + at * (len(ordered) - below)
    return covered


def _off(at: Floats, entry: Floats, end: Floats) -> float:
    """Return by how many standard errors Nelson-Aalen is off, at its worst decile."""
    entered = np.searchsorted(np.sort(entry), at, side="left")
    left = np.searchsorted(np.sort(end), at, side="left")
    risk = np.maximum(entered - left, 1)
    estimate, variance = np.cumsum(1.0 / risk), np.cumsum(1.0 / risk**2)
    # The first tenth of the axis may have few at risk where all lives enter late.
    deciles = np.unique((np.arange(1, 10) * len(at)) // 10)
    begin = at[0]
    error = np.sqrt(variance[deciles] - variance[0])
    off = np.abs(estimate[deciles] - estimate[0] - (at[deciles] - begin)) / np.maximum(error, 1e-12)
    return float(off.max())
