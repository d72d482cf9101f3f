"""The profiles of campaigns that are stopped keep their promise, in virtual time."""

from collections import Counter

import pytest

from fleet.life.states import Event, Step
from fleet.profile import load
from tests.dataset.stories import stories

E = Event


@pytest.fixture(scope="module")
def wrong_model() -> dict[str, Counter[tuple[Event, str]]]:
    """What happened to each terminal of `campaign-wrong-model`, by event and code."""
    profile = load("campaign-wrong-model", {"estate.terminals": 200, "run.duration": "1m"})
    lives = stories(profile, 3, days=1)
    return {tid: Counter((s.event, s.code) for s in steps) for tid, steps in lives.items()}


def test_a_campaign_to_the_wrong_model_is_stopped(
    wrong_model: dict[str, Counter[tuple[Event, str]]],
) -> None:
    """Whoever is reached refuses at once (UPD-955), and most are never reached."""
    refused = [tid for tid, seen in wrong_model.items() if seen[E.UPDATE_FAILED, "UPD-955"]]
    assert 20 <= len(refused) <= 120
    assert all(wrong_model[tid][E.UPDATE_FAILED, "UPD-955"] == 1 for tid in refused)
    events = {event for seen in wrong_model.values() for event, _ in seen}
    assert not events & {E.UPDATE_OFFERED, E.UPDATE_ACCEPTED, E.UPDATED}


def test_a_bad_update_is_stopped_and_taken_back() -> None:
    """The waves to come never get it; who had it runs the old version again."""
    profile = load("bad-update", {"estate.terminals": 200})
    lives = stories(profile, 3, days=1)
    offered = {
        tid
        for tid, steps in lives.items()
        if any(s.event is E.UPDATE_OFFERED and s.code == "5.0.0" for s in steps)
    }
    assert 20 <= len(offered) <= 140
    rolled_back = [s for steps in lives.values() for s in steps if s.event is E.UPDATE_ROLLED_BACK]
    assert len(rolled_back) >= 4
    runs = {tid: _runs(steps) for tid, steps in lives.items()}
    assert sum(version == "5.0.0" for version in runs.values()) <= 2


def _runs(steps: list[Step]) -> str:
    """Return the firmware at the end: what the last change left."""
    changes = [s.code for s in steps if ">" in s.code]
    return changes[-1].partition(">")[2] if changes else "4.2.0"
