"""P8: nothing of the truth leaks into what an operator could observe.

Features of data cut off at an instant are those of all data, so nothing that arrived later is in
them. A model that knows a terminal's number, the instant and the row's number learns nothing of
memoryless kinds. A model trained on labels that were exchanged between terminals learns nothing of
any kind. No reading alone tells a label. And faults come when their hazard says, not at an index.
"""

from typing import Final

import numpy as np
from scipy.stats import kstest

from fleet.chance.parametric import Weibull
from fleet.dataset.hazards import has_hazard
from fleet.proof.counts import P
from fleet.proof.evidence import Evidence
from fleet.proof.expectation import BY_CHANCE, expected_in_time, onsets
from fleet.proof.features import CHANNELS, PER_CHANNEL, features, telemetry
from fleet.proof.finding import Check, Finding, at_least, at_most, none, too_few
from fleet.proof.learned import predicted, study
from fleet.proof.ranking import auc, keeps

_SOME: Final = 50
_CUTS: Final = 1_000
_LOOKED_AT: Final = 50
_LIMIT: Final = 0.90
_AS_OF: Final = "features of data cut off at an instant are those of all data: that differ"
_TIMELY: Final = "a heartbeat arrives after it was sent: rows that do not"
_NUMBERS: Final = "number, instant and row tell nothing: AUC"
_SHUFFLED: Final = "labels exchanged between terminals teach nothing: AUC"
_COLUMN: Final = "no reading alone tells a label: best AUC of a channel"
_WHEN: Final = "faults come when hazard says: p of Kolmogorov-Smirnov"


def leaks(evidence: Evidence) -> Finding:
    """Look for leaks by every known way."""
    checks = [_as_of(evidence), _timely(evidence)]
    for code in evidence.targets:
        checks.append(_column(evidence, code))
        law = evidence.risks[code].law
        if not has_hazard(law):  # the instant tells who will be struck, as the config has it
            checks += [too_few(claim, code, 0, BY_CHANCE) for claim in (_SHUFFLED, _WHEN)]
            continue
        checks += [_shuffle(evidence, code), _uniform(evidence, code)]
        if isinstance(law, Weibull) and law.shape == 1.0:  # of others, the instant tells the age
            checks.append(_probe(evidence, code))
    return Finding(checks)


def _as_of(evidence: Evidence) -> Check:
    data = study(evidence)
    terminals = int(evidence.number("SELECT count(*) FROM terminals"))
    known = telemetry(evidence, max(1, terminals // _LOOKED_AT))
    (rows,) = np.nonzero(np.isin(data.place, np.unique(known.key >> 42)))
    rows = rows[np.linspace(0, len(rows) - 1, min(_CUTS, len(rows))).astype(np.int64)]
    apart = 0
    for row in rows:
        place, at = data.place[row : row + 1], data.at[row : row + 1]
        cut = features(known.until(int(place[0]), int(at[0])), place, at)
        apart += not np.allclose(cut, data.x[row : row + 1], rtol=1e-3, atol=1e-3, equal_nan=True)
    return none(_AS_OF, f"{len(rows)} instants", apart)


def _timely(evidence: Evidence) -> Check:
    early = evidence.number("SELECT count(*) FROM telemetry WHERE ingest_ts < ts")
    return none(_TIMELY, "all rows", early)


def _probe(evidence: Evidence, code: str) -> Check:
    data = study(evidence)
    scattered = data.place * 2_654_435_761 % 2**32
    x = np.column_stack([scattered, data.at, np.arange(len(data.at))]).astype(np.float64)
    found = data.rank(code, predicted(x, data.y[code], data.train, data.test))
    return keeps(_NUMBERS, code, found, 0.0, 0.55, data.faults(code))


def _shuffle(evidence: Evidence, code: str) -> Check:
    data = study(evidence)
    places = np.unique(data.place)
    instants = len(data.at) // len(places)
    order = np.random.default_rng(0).permutation(len(places))
    y = data.y[code].reshape(len(places), instants)[order].ravel()
    found = data.rank(code, predicted(data.x, y, data.train, data.test))
    return keeps(_SHUFFLED, code, found, 0.45, 0.55, data.faults(code))


def _column(evidence: Evidence, code: str) -> Check:
    data = study(evidence)
    if data.y[code].sum() < _SOME:
        return too_few(_COLUMN, code, data.y[code].sum(), f"{_SOME} positive labels")
    readings = data.x[:, ::PER_CHANNEL]
    each = np.array([auc(data.y[code], column) for column in readings.T])
    each = np.maximum(each, 1.0 - each)
    best = int(each.argmax())
    return at_most(_COLUMN, f"{code} by {CHANNELS[best]}", each[best], _LIMIT)


def _uniform(evidence: Evidence, code: str) -> Check:
    _, at = onsets(evidence, code)
    if len(at) < _SOME:
        return too_few(_WHEN, code, len(at), f"{_SOME} faults of a kind")
    ends, expected = expected_in_time(evidence, code)
    hazard = np.cumsum([0.0, *expected])
    places = np.interp(at, [0.0, *ends], hazard) / hazard[-1]
    return at_least(_WHEN, code, kstest(places, "uniform").pvalue, P)
