"""What a good model learns of a dataset: gradient boosting on features of the past.

It is trained on the training units before `train_end` and judged on other units from `test_start`
on, so that it has seen neither the terminals nor the weeks of the test, nor any label that reaches
into them. Only instants that were followed to the horizon count: of the others only those are
known in which something struck.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from fleet.dataset.label_schema import word
from fleet.dataset.splits import schemes
from fleet.proof.evidence import Evidence
from fleet.proof.features import features, telemetry
from fleet.proof.ranking import Ranking, ranking
from fleet.units import HOUR_MS

_ROWS: Final = 6_000_000  # of telemetry, in memory
_TRAINED: Final = 100_000
_LABELS: Final = """
    SELECT place, epoch_ms(ts) - {origin} AS instant, unit_split = 'train' AS train,
           phase, {columns}
    FROM {labels} l JOIN splits USING (terminal_id)
    JOIN (SELECT terminal_id, row_number() OVER (ORDER BY terminal_id) - 1 AS place
          FROM terminals) USING (terminal_id)
    WHERE place % {every} = 0 AND epoch_ms(ts) - {origin} + {horizon} <= {end}
    ORDER BY place, instant
"""
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Study(NamedTuple):
    """Labels and features at instants, rows by terminal and instant.

    Attributes:
        place: Terminals.
        at: Instants, ms since the epoch.
        train: Rows to train on.
        test: Rows to be judged by.
        x: Features.
        y: Of each kind, bool[rows].
        oracle: Its true chance.
        overlap: How many instants in a row one fault makes positive.
    """

    place: NDArray[np.int64]
    at: NDArray[np.int64]
    train: Bools
    test: Bools
    x: NDArray[np.float32]
    y: dict[str, Bools]
    oracle: dict[str, Floats]
    overlap: float

    def faults(self, code: str) -> int:
        """Return about how many faults of a kind the test holds; or how many spells without."""
        y = self.y[code][self.test]
        return int(min(y.sum(), (~y).sum()) / self.overlap)

    def rank(self, code: str, score: NDArray[Any]) -> Ranking:
        """Return how well a score tells a kind of fault, of the rows of the test."""
        return ranking(self.y[code][self.test], score, self.place[self.test])


def study(evidence: Evidence) -> Study:
    """Return labels of the shortest horizon, and what could be known at their instants."""
    return evidence.once("study", lambda: _study(evidence))


def _study(evidence: Evidence) -> Study:
    rules, calendar = evidence.profile.dataset, evidence.calendar
    rows = evidence.number("SELECT count(*) FROM telemetry")
    every = max(1, int(np.ceil(rows / _ROWS)))
    columns = ", ".join(
        f'y_{word(code)} AS "y {code}", oracle_p_{word(code)} AS "p {code}"'
        for code in evidence.targets
    )
    horizon = min(rules.horizons)
    found = evidence.ask(_LABELS.format(
        origin=calendar.origin_ms, columns=columns, every=every, horizon=horizon,
        labels=evidence.labels[rules.horizons.index(horizon)], end=calendar.end))  # fmt: skip
    place, at = found["place"].astype(np.int64), found["instant"].astype(np.int64)
    gap_ms = schemes(evidence.profile, calendar)["gap_h"] * HOUR_MS
    train_end = int(calendar.end * rules.split.train_time) // rules.label_every * rules.label_every
    train = found["train"].astype(bool)
    return Study(
        place, at, train & (at < train_end), ~train & (at >= train_end + gap_ms),
        features(telemetry(evidence, every), place, at),
        {code: found[f"y {code}"].astype(bool) for code in evidence.targets},
        {code: found[f"p {code}"].astype(np.float64) for code in evidence.targets},
        horizon / rules.label_every,
    )  # fmt: skip


def foretold(evidence: Evidence, code: str) -> Floats:
    """Return the model's chance of a kind of fault for the rows of the test."""
    data = study(evidence)
    return evidence.once(
        f"chances of {code}", lambda: predicted(data.x, data.y[code], data.train, data.test)
    )


def predicted(x: NDArray[Any], y: Bools, train: Bools, test: Bools) -> Floats:
    """Train on some rows, and return the chances of others."""
    (rows,) = np.nonzero(train)
    rows = rows[:: max(1, len(rows) // _TRAINED)]
    columns = _varying(x[rows])
    if not test.any() or not columns.any() or y[rows].all() or not y[rows].any():
        return np.full(int(test.sum()), y[rows].mean() if len(rows) else 0.0)
    model = HistGradientBoostingClassifier(
        max_iter=50, learning_rate=0.1, max_leaf_nodes=15, min_samples_leaf=40,
        l2_regularization=1.0, early_stopping=False, random_state=0,
    )  # fmt: skip
    # One thread: on a busy machine several wait for each other far longer than they compute.
    with threadpool_limits(1):
        model.fit(x[np.ix_(rows, columns)], y[rows])
        chances: Floats = model.predict_proba(x[np.ix_(test, columns)])[:, 1]
    return chances


def _varying(x: NDArray[Any]) -> Bools:
    """Return which columns have more than one value: where nobody has a battery, none is read."""
    unknown = np.isnan(x)
    low = np.where(unknown, np.inf, x).min(axis=0, initial=np.inf)
    varying: Bools = low < np.where(unknown, -np.inf, x).max(axis=0, initial=-np.inf)
    return varying
