"""What becomes of records on their way comes out as asked."""

from typing import Any

import numpy as np
import pytest

from fleet.dataset.transport import MECHANISMS, Fate, Transport
from fleet.life.runs import Runs
from fleet.profile.dataset import Missing
from tests.life.lives import within_4_sigma

TERMINALS, EACH = 200, 1_000
RECORDS = TERMINALS * EACH
ROWS = np.repeat(np.arange(TERMINALS), EACH)
SERIALS = np.arange(TERMINALS, dtype=np.uint64)
SEQ = np.tile(np.arange(EACH, dtype=np.uint64), TERMINALS)
# Half of the terminals have a weak signal, a quarter of them show a symptom.
WEAK, AILS = np.arange(TERMINALS) % 2 == 0, np.arange(TERMINALS) % 4 == 1
NEVER = {"at_random": 0.0, "weak_signal": 0.0, "ailing": 0.0, "late": 0.0, "twice": 0.0}


def fates(**asked: Any) -> Fate:
    """Return what becomes of a crowd's heartbeats if only this is asked for."""
    transport = Transport(Missing(**(NEVER | asked)), 7, "heartbeat")
    return transport.fates(Runs(ROWS), SERIALS, SEQ, WEAK, AILS)


@pytest.mark.parametrize(
    ("chance", "why", "concerned"),
    [
        ("at_random", "MCAR", np.ones(TERMINALS, bool)),
        ("weak_signal", "MAR", WEAK),
        ("ailing", "MNAR", AILS),
    ],
)
@pytest.mark.parametrize("p", [0.01, 0.2])
def test_records_are_lost_as_often_as_asked(
    chance: str, why: str, concerned: np.ndarray, p: float
) -> None:
    """Of those whom a mechanism concerns the share asked for is lost by it; of others, none."""
    fate = fates(**{chance: p})
    assert {MECHANISMS[each] for each in fate.why} == {why}
    assert concerned[ROWS[fate.lost]].all()
    within_4_sigma(len(fate.lost), int(concerned.sum()) * EACH, p)


def test_three_ways_to_be_lost_add_up() -> None:
    """Together each mechanism still has its own share."""
    fate = fates(at_random=0.05, weak_signal=0.1, ailing=0.2)
    counts = np.bincount(fate.why, minlength=3).tolist()
    for count, concerned, p in zip(counts, (RECORDS, RECORDS // 2, RECORDS // 4),
                                   (0.05, 0.1, 0.2), strict=True):  # fmt: skip
        within_4_sigma(count, concerned, p)


@pytest.mark.parametrize("p", [0.01, 0.2])
def test_records_are_late_or_doubled_as_asked(p: float) -> None:
    """The share that is kept back, and the share that arrives twice, within 4 sigma."""
    within_4_sigma(len(fates(late=p).late), RECORDS, p)
    within_4_sigma(len(fates(twice=p).twice), RECORDS, p)


def test_rows_are_late_by_their_law() -> None:
    """Of those that come late, as many have come by each quantile of the law as should."""
    asked = Missing()
    fate = fates(late=0.2)
    # Whoever is not late is on its way for less than a tenth of a second.
    prompt_ms = 84
    assert np.delete(fate.delay_ms, fate.late).max() < prompt_ms
    for p in (0.1, 0.5, 0.9):
        late_ms = fate.delay_ms[fate.late] - prompt_ms // 2
        within_4_sigma(
            int((late_ms <= asked.late_by.quantile(p)).sum()), len(late_ms), p
        )  # fmt: skip
