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
    profile = load("bad-update")
    lives = stories(profile, 3, days=1)
    offered = {
        tid
        for tid, steps in lives.items()
        if any(s.event is E.UPDATE_OFFERED and s.code == "5.0.0" for s in steps)
    }
    assert 20 <= len(offered) <= 240
    rolled_back = [s for steps in lives.values() for s in steps if s.event is E.UPDATE_ROLLED_BACK]
    assert len(rolled_back) >= 4
    runs = {tid: _runs(steps) for tid, steps in lives.items()}
    assert sum(version == "5.0.0" for version in runs.values()) <= 2
    crashed = {tid for tid, steps in lives.items() if _crashes(steps)}
    assert len(crashed) >= 2
    assert not crashed & {tid for tid, steps in lives.items() for s in steps if s in rolled_back}


def test_a_bad_version_that_no_test_shows_is_stopped_by_its_crashes() -> None:
    """Nobody is rolled back by its test; who crashes tells, and that is enough to stop it."""
    campaign = load("bad-update").campaigns[0].model_copy(update={"defect_caught": 0.0})
    profile = load("bad-update", {"estate.terminals": 200})
    lives = stories(profile.model_copy(update={"campaigns": (campaign,)}), 3, days=1)
    steps = [s for each in lives.values() for s in each]
    assert not [s for s in steps if s.event is E.UPDATE_ROLLED_BACK]
    crashed = [each for each in lives.values() if _crashes(each)]
    assert len(crashed) >= 6
    last = max(s.at_ms for each in crashed for s in _crashes(each))
    had = [each for each in lives.values() if any(s.code == "4.2.0>5.0.0" for s in each)]
    assert len(had) < 140
    back = [s for each in crashed for s in each if s.code == "5.0.0>4.2.0"]
    assert len(back) == len(crashed)
    assert last < max(s.at_ms for s in back)
    assert sum(_runs(each) == "5.0.0" for each in lives.values()) <= 2


def _crashes(steps: list[Step]) -> list[Step]:
    return [s for s in steps if (s.event, s.code) == (E.REBOOTED, "SW-703")]


def _runs(steps: list[Step]) -> str:
    """Return the firmware at the end: what the last change left."""
    changes = [s.code for s in steps if ">" in s.code]
    return changes[-1].partition(">")[2] if changes else "4.2.0"
