"""How well scores tell outcomes apart, and how surely that is known.

The AUC is the share of pairs, one with the outcome and one without, that the score puts in order.
Instants of one terminal belong together: a fault makes all those before it positive, and a terminal
that reads a little high does so all day. So each terminal's pull on the AUC is summed before it is
squared (Obuchowski, 1997); and of two scores of the same instants the difference has an error of
its own, far below the sum of theirs.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from fleet.proof.counts import Z
from fleet.proof.finding import Check, between, too_few

FAULTS: Final = 500
"""Faults in the test from which on an AUC is judged.

Of a score that knows nothing the AUC then spreads by 1 / sqrt(12 x 500) = 0.013 about a half, so a
limit 0.05 away is four standard errors off.
"""
_SOME: Final = 50
ENOUGH: Final = f"{FAULTS} faults of a kind in the test"
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Ranking(NamedTuple):
    """An AUC.

    Attributes:
        auc: The area under the ROC curve; a half where all outcomes are the same.
        pulls: How far each terminal pulls it from its mean, float64[terminals].
    """

    auc: float
    pulls: Floats

    @property
    def error(self) -> float:
        """Its standard error."""
        return float(np.sqrt(np.sum(self.pulls**2)))

    def above(self, other: "Ranking") -> float:
        """Return by how many standard errors it is above another one of the same outcomes."""
        error = float(np.sqrt(np.sum((self.pulls - other.pulls) ** 2)))
        return (self.auc - other.auc) / max(error, 1e-12)


def ranking(y: Bools, score: NDArray[Any], place: NDArray[np.int64]) -> Ranking:
    """Return how well a score tells outcomes.

    Args:
        y: Outcomes.
        score: Of each.
        place: The terminal of each.
    """
    terminals, which = np.unique(place, return_inverse=True)
    positive, negative = int(y.sum()), int((~y).sum())
    if not positive or not negative:
        return Ranking(0.5, np.zeros(len(terminals)))
    among_all, won = rankdata(score), np.empty(len(y))
    won[y] = (among_all[y] - rankdata(score[y])) / negative
    won[~y] = 1.0 - (among_all[~y] - rankdata(score[~y])) / positive
    auc = float(won[y].mean())
    pull = (won - auc) / np.where(y, positive, negative)
    return Ranking(auc, np.bincount(which, pull).astype(np.float64))


def auc(y: Bools, score: NDArray[Any]) -> float:
    """Return the AUC alone, of those scores that are known."""
    known = ~np.isnan(score)
    return ranking(y[known], score[known], np.zeros(int(known.sum()), np.int64)).auc


def keeps(  # noqa: PLR0913, PLR0917 - a claim, what it is about, and its limits
    claim: str, about: str, found: Ranking, low: float, high: float, faults: int
) -> Check:
    """Return the check that an AUC lies between limits.

    Of few faults a model learns little, so then nothing is claimed of it, unless it does too well:
    by four standard errors, which some faults must have told.
    """
    too_well = faults >= _SOME and found.auc - high > Z * found.error
    if faults < FAULTS and not too_well:
        return too_few(claim, about, faults, ENOUGH)
    return between(claim, about, found.auc, low, high)
