"""An AUC, its error by terminal, and when it is judged."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from fleet.proof.ranking import FAULTS, Ranking, keeps, ranking


def test_it_is_the_area_under_the_curve() -> None:
    """As scikit-learn has it, ties included."""
    chance = np.random.default_rng(1)
    y, score = chance.random(500) < 0.2, chance.integers(0, 20, 500)
    found = ranking(y, score, np.arange(500))
    assert found.auc == pytest.approx(roc_auc_score(y, score))


def test_its_error_is_that_of_many_samples() -> None:
    """Where instants of a terminal say the same, they count once: 4 alike double the error."""
    chance = np.random.default_rng(2)
    found = []
    for _ in range(200):
        y, score = np.repeat(chance.random(200) < 0.2, 4), np.repeat(chance.random(200), 4)
        found.append(ranking(y, score, np.repeat(np.arange(200), 4)))
    spread = np.std([each.auc for each in found])
    assert np.mean([each.error for each in found]) == pytest.approx(spread, rel=0.15)
    alone = ranking(y, score, np.arange(800)).error
    assert found[-1].error == pytest.approx(2.0 * alone, rel=0.05)


def test_a_score_is_not_above_itself() -> None:
    """And a better one is above a worse one of the same outcomes, by more than either's error."""
    chance = np.random.default_rng(3)
    y = chance.random(2_000) < 0.1
    noise = chance.normal(size=2_000)
    good, worse = (ranking(y, y * gain + noise, np.arange(2_000)) for gain in (1.5, 1.0))
    assert good.above(good) == 0.0
    assert good.above(worse) > (good.auc - worse.auc) / good.error


@pytest.mark.parametrize(
    ("auc", "faults", "holds"),
    [
        (0.80, FAULTS, True),
        (0.69, FAULTS, False),
        (0.93, FAULTS, False),
        (0.80, FAULTS - 1, None),
        (0.50, FAULTS - 1, None),
        (0.93, FAULTS - 1, None),
        (0.98, FAULTS - 1, False),
        (0.98, 10, None),
    ],
)
def test_of_few_faults_only_what_is_too_good_is_refused(
    auc: float, faults: int, *, holds: bool | None
) -> None:
    """With enough of them the limits are the limits; the error here is 0.01."""
    found = Ranking(auc, np.array([0.01]))
    assert keeps("learnable", "SW-702", found, 0.70, 0.92, faults).holds is holds
