"""P9: what shows beforehand can be learned, well but not perfectly; what does not, cannot.

    kinds with a precursor       AUC 0.70 to 0.92, average precision at least 5 x prevalence
    memoryless ones without      AUC 0.45 to 0.55
    the best single reading      at least 0.05 below the model
    the oracle                   at most 2 standard errors below the model

Anchors: real logs of cash machines 0.693; sets known to be trivial 0.998. Each limit is widened by
two standard errors, for which a fault counts once, however many instants it makes positive. Kinds
that wear out and do not show are told and not judged: age foretells them, a little.
"""

from typing import Final

import numpy as np
from sklearn.metrics import average_precision_score

from fleet.chance.laws import Weibull
from fleet.proof.evidence import Evidence
from fleet.proof.features import PER_CHANNEL
from fleet.proof.finding import Check, Finding, at_least, at_most, between, too_few
from fleet.proof.learned import FAULTS, auc, foretold, study

_BAND: Final = "kinds with a precursor are learnable, not trivial: AUC"
_PRECISE: Final = "their alarms are worth something: average precision per prevalence"
_CONTROL: Final = "memoryless kinds without a precursor cannot be foretold: AUC"
_ONE_LINE: Final = "a threshold on one reading does not do it: AUC below the model's by"
_BOUND: Final = "nobody beats the oracle: AUC above the oracle's, standard errors"


def learnability(evidence: Evidence) -> Finding:
    """Judge each kind that has labels of its own."""
    checks: list[Check] = []
    for code in evidence.targets:
        checks += _kind(evidence, code)
    return Finding(checks)


def _kind(evidence: Evidence, code: str) -> list[Check]:
    risk, data = evidence.risks[code], study(evidence)
    shows = risk.lead > 0 and evidence.profile.hazards.precursor_snr > 0.0
    memoryless = isinstance(risk.law, Weibull) and risk.law.shape == 1.0
    claims = (_BAND, _PRECISE, _ONE_LINE) if shows else (_CONTROL,) if memoryless else ()
    if data.faults(code) < FAULTS:
        needs = f"{FAULTS} faults of a kind in the test"
        return [too_few(claim, code, data.faults(code), needs) for claim in claims]
    y, score = data.y[code][data.test], foretold(evidence, code)
    found = auc(y, score)
    slack = 2.0 * data.error(code, found)
    # To two digits: those behind them hold what rounding left, and order what is equal.
    best = auc(y, np.round(data.oracle[code][data.test], 2))
    bound = at_most(_BOUND, code, (found - best) / data.error(code, found), 2.0)
    if shows:
        worth = average_precision_score(y, score) / y.mean()
        return [
            between(_BAND, code, found, 0.70 - slack, 0.92 + slack),
            at_least(_PRECISE, code, worth, 5.0 * (1.0 - 2.0 / np.sqrt(data.faults(code)))),
            at_least(_ONE_LINE, code, found - _best_reading(evidence, code), 0.05),
            bound,
        ]
    control = [between(_CONTROL, code, found, 0.45 - slack, 0.55 + slack)] if memoryless else []
    return [*control, bound]


def _best_reading(evidence: Evidence, code: str) -> float:
    """Return the AUC of the best threshold on the last reading of one channel."""
    data = study(evidence)
    y, readings = data.y[code][data.test], data.x[data.test][:, ::PER_CHANNEL]
    each = [auc(y, column) for column in readings.T]
    return float(np.max(np.maximum(each, 1.0 - np.array(each))))
