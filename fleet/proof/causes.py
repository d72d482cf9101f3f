"""P5: faults cluster where a common cause is declared, and nowhere else.

For each region and day the faults O of a kind are counted, and expected to be E, the hazard that
its lives collected then. (O - E)^2 / E has mean 1 and variance 2 + 1/E if faults strike on their
own; a common cause that the hazard does not know of raises it. Two kinds that have nothing to do
with each other meet in a terminal's day as chance has it: the correlation phi keeps to 4/sqrt(n).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fleet.dataset.hazards import has_hazard
from fleet.proof.counts import Z
from fleet.proof.evidence import Evidence
from fleet.proof.expectation import BY_CHANCE, expected_by_day, struck_by_day
from fleet.proof.finding import Check, Finding, at_least, at_most, too_few

_ENOUGH: Final = 100.0
_CELL: Final = 0.5
_ALONE: Final = "faults strike on their own: dispersion by region and day, standard errors from 1"
_APART: Final = "kinds are independent: |phi| sqrt(n) of a terminal's days"
_TOGETHER: Final = "faults of a common cause cluster: dispersion by region and day"
_CLUSTERS: Final = """
    SELECT root_cause_id AS cause, count(*)::DOUBLE AS n, region, date_trunc('day', onset_ts) AS day
    FROM faults JOIN terminals USING (terminal_id)
    WHERE mechanism = 'common_cause' OR root_cause_id IN ({causes}) GROUP BY ALL
"""
Floats = NDArray[np.float64]


def causes(evidence: Evidence) -> Finding:
    """Judge the clustering of faults, and the correlation of kinds."""
    regions = evidence.ask("SELECT region FROM terminals ORDER BY terminal_id")["region"]
    members = [np.nonzero(regions == name)[0] for name in np.unique(regions)]
    checks: list[Check] = []
    struck: dict[str, Floats] = {}
    for code, risk in evidence.risks.items():
        if not has_hazard(risk.law):
            checks.append(too_few(_ALONE, code, 0, BY_CHANCE))
            continue
        found = struck[code] = struck_by_day(evidence, code)
        expected = expected_by_day(evidence, code)
        checks.append(_dispersion(code, [(found[rows].sum(0), expected[rows].sum(0))
                                         for rows in members]))  # fmt: skip
    codes = list(struck)
    checks += [
        _phi(f"{one} and {other}", struck[one] > 0, struck[other] > 0)
        for n, one in enumerate(codes)
        for other in codes[n + 1 :]
    ]
    return Finding([*checks, *_clusters(evidence)])


def _dispersion(code: str, regions: list[tuple[Floats, Floats]]) -> Check:
    found = np.concatenate([each for each, _ in regions])
    expected = np.concatenate([each for _, each in regions])
    full = expected >= _CELL
    if expected[full].sum() < _ENOUGH:
        return too_few(_ALONE, code, expected[full].sum(), f"{_ENOUGH:g} faults of a kind")
    found, expected = found[full], expected[full]
    ratio = (found - expected) ** 2 / expected
    error = np.sqrt(np.sum(2.0 + 1.0 / expected)) / len(ratio)
    return at_most(_ALONE, code, (ratio.mean() - 1.0) / error, Z)


def _phi(about: str, one: NDArray[np.bool_], other: NDArray[np.bool_]) -> Check:
    both = float(one.mean() * other.mean() * one.size)
    if both < 1.0:
        return too_few(_APART, about, both, "one day with both expected")
    phi = np.corrcoef(one.ravel(), other.ravel())[0, 1]
    return at_most(_APART, about, abs(phi) * np.sqrt(one.size), Z)


def _clusters(evidence: Evidence) -> list[Check]:
    """Return the checks of declared common causes; none if none is declared."""
    declared = [cause.name for cause in evidence.profile.causes]
    if not declared:
        return []
    names = ", ".join(f"'{name}'" for name in declared)
    found = evidence.ask(_CLUSTERS.format(causes=names))
    cells = evidence.calendar.days * len(np.unique(found["region"]))
    checks = []
    for cause in np.unique(found["cause"]):
        n = found["n"][found["cause"] == cause]
        if n.sum() < _ENOUGH:
            checks.append(too_few(_TOGETHER, cause, n.sum(), f"{_ENOUGH:g} faults of a cause"))
            continue
        mean = n.sum() / cells
        dispersion = (np.sum((n - mean) ** 2) + (cells - len(n)) * mean**2) / cells / mean
        checks.append(at_least(_TOGETHER, cause, dispersion, 1.0 + Z * np.sqrt(2.0 / cells)))
    return checks
