"""P9: what shows beforehand can be learned, well but not perfectly; what does not, cannot.

    kinds with a precursor       AUC 0.70 to 0.92, average precision at least 5 x prevalence
      the best single reading    at least 0.05 below the model
      the oracle                 below 0.99
    memoryless ones without      AUC 0.45 to 0.55
    all                          the model at most 2 standard errors above the oracle

Anchors: real logs of cash machines 0.693; sets known to be trivial 0.998. No limit is widened:
where faults are too few to tell, nothing is claimed.

Which kinds have a precursor, as far as this goes, follows from the config and the labels alone. One
that warns for less than half the horizon is invisible at most of the instants that it makes
positive. Of one that strikes within the horizon at more than a fifth of all instants, no alarm can
be worth five times that. Both are told of and not judged, and so are kinds that wear out without a
sign: age foretells them, a little. An oracle that sees a warning as long as the horizon knows all,
so its limit is for shorter ones.
"""

from typing import Final

import numpy as np
from sklearn.metrics import average_precision_score

from fleet.chance.parametric import Weibull
from fleet.proof.evidence import Evidence
from fleet.proof.features import PER_CHANNEL
from fleet.proof.finding import Check, Finding, at_least, at_most, too_few
from fleet.proof.learned import foretold, study
from fleet.proof.ranking import ENOUGH, FAULTS, Ranking, auc, keeps

_BAND: Final = "kinds with a precursor are learnable, not trivial: AUC"
_PRECISE: Final = "their alarms are worth something: average precision per prevalence"
_ONE_LINE: Final = "a threshold on one reading does not do it: AUC below the model's by"
_SURE: Final = "the oracle does not know all: its AUC"
_CONTROL: Final = "memoryless kinds without a precursor cannot be foretold: AUC"
_BOUND: Final = "nobody beats the oracle: AUC above the oracle's, standard errors"
_COMMON: Final = 0.2


def learnability(evidence: Evidence) -> Finding:
    """Judge each kind that has labels of its own."""
    checks: list[Check] = []
    for code in evidence.targets:
        checks += _kind(evidence, code)
    return Finding(checks)


def _kind(evidence: Evidence, code: str) -> list[Check]:
    data = study(evidence)
    found = data.rank(code, foretold(evidence, code))
    best = data.rank(code, data.oracle[code][data.test])
    law, shows = evidence.risks[code].law, _shows(evidence, code)
    checks = _warned(evidence, code, found, best) if shows else []
    if not shows and isinstance(law, Weibull) and law.shape == 1.0:
        checks = [keeps(_CONTROL, code, found, 0.45, 0.55, data.faults(code))]
    if data.faults(code) < FAULTS:
        return [*checks, too_few(_BOUND, code, data.faults(code), ENOUGH)]
    return [*checks, at_most(_BOUND, code, found.above(best), 2.0)]


def _shows(evidence: Evidence, code: str) -> bool:
    """Return whether a kind shows beforehand at all."""
    profile = evidence.profile
    signal = profile.hazards.precursor_snr * profile.dataset.precursor_gain
    return evidence.risks[code].lead > 0 and signal > 0.0


def _warned(evidence: Evidence, code: str, found: Ranking, best: Ranking) -> list[Check]:
    """Return the checks of a kind that shows beforehand."""
    data, horizon = study(evidence), min(evidence.profile.dataset.horizons)
    y, lead, faults = data.y[code][data.test], evidence.risks[code].lead, data.faults(code)
    claims = (_BAND, _PRECISE, _ONE_LINE, _SURE)
    if lead < horizon / 2:
        return [too_few(claim, code, lead / horizon, "a warning of half the horizon")
                for claim in claims]  # fmt: skip
    if y.any() and y.mean() > _COMMON:
        return [too_few(claim, code, y.mean(), f"labels of which at most {_COMMON:g} are positive")
                for claim in claims]  # fmt: skip
    band = keeps(_BAND, code, found, 0.70, 0.92, faults)
    if faults < FAULTS:
        return [band, *(too_few(claim, code, faults, ENOUGH) for claim in claims[1:])]
    worth = average_precision_score(y, foretold(evidence, code)) / y.mean()
    return [
        band,
        at_least(_PRECISE, code, worth, 5.0),
        at_least(_ONE_LINE, code, found.auc - _best_reading(evidence, code), 0.05),
        at_most(_SURE, code, best.auc, 0.99) if lead < horizon
        else too_few(_SURE, code, lead / horizon, "a warning shorter than the horizon"),
    ]  # fmt: skip


def _best_reading(evidence: Evidence, code: str) -> float:
    """Return the AUC of the best threshold on the last reading of one channel."""
    data = study(evidence)
    y, readings = data.y[code][data.test], data.x[data.test][:, ::PER_CHANNEL]
    each = [auc(y, column) for column in readings.T]
    return float(np.max(np.maximum(each, 1.0 - np.array(each))))
