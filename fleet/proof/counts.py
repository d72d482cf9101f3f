"""P1: as many faults struck as hazard was collected.

D faults in a group that collected the cumulative hazard H have mean H and variance H whatever was
censored, entered late, or had its hazard multiplied: D - H is a martingale. So z =
(D - H) / sqrt(H) is about standard normal. At |z| <= 4 one true group in 16,000 is refused.
"""

from typing import Final

import numpy as np
from scipy.stats import chi2

from fleet.proof.evidence import Evidence
from fleet.proof.finding import Check, Finding, at_least, at_most, too_few

Z: Final = 4.0
P: Final = 1e-4
_ENOUGH: Final = 10.0
_EACH: Final = "faults are as many as hazard was collected: |z|"
_ALL: Final = "all kinds together: p of chi-square"
_GROUPS: Final = """
    SELECT code, {by} AS who, sum(event_observed::INT)::DOUBLE AS struck,
           sum(cum_hazard_exit - cum_hazard_entry) AS hazard
    FROM lives JOIN terminals USING (terminal_id) GROUP BY ALL ORDER BY ALL
"""


def counts(evidence: Evidence) -> Finding:
    """Compare faults with hazards, for each kind, and each kind in each model and region."""
    checks: list[Check] = []
    for by in ("'all'", "model", "region"):
        groups = evidence.ask(_GROUPS.format(by=by))
        enough = groups["hazard"] >= _ENOUGH
        z = (groups["struck"] - groups["hazard"]) / np.sqrt(np.maximum(groups["hazard"], 1e-9))
        for n, code in enumerate(groups["code"]):
            about = f"{code}, {groups['who'][n]}"
            few = too_few(_EACH, about, groups["hazard"][n], f"{_ENOUGH:g} faults expected")
            checks.append(at_most(_EACH, about, abs(z[n]), Z) if enough[n] else few)
        if by == "'all'" and enough.any():
            p = chi2.sf(np.sum(z[enough] ** 2), int(enough.sum()))
            checks.append(at_least(_ALL, f"{enough.sum()} kinds", p, P))
    return Finding(checks)
