"""What is decided of a campaign goes by all blocks of an estate, and is the same as if it were one.

The estate has a bad update in three waves, of which two wait for the success of those before.
"""

import json
from collections import Counter
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from fleet.dataset import lives
from fleet.dataset.calendar import Calendar
from fleet.dataset.campaigns import Rulings, find_rulings, tell
from fleet.dataset.job import Dataset
from fleet.life.states import Event, Step
from fleet.life.vitals import Vitals
from fleet.profile import load
from fleet.profile.profile import Profile
from fleet.units import HOUR_MS
from tests.dataset.stories import Stories, stories

SEED, DAYS, TERMINALS = 3, 1, 240
E = Event


@lru_cache
def estate(*, bad: bool) -> Profile:
    """Return an estate with a roll-out in waves that wait; a bad one is stopped on its way."""
    campaign = {
        "name": "spring", "version": "5.0.0", "at": "30m", "defect": 0.6 if bad else 0.0,
        "waves": [
            {"share": 0.2},
            {"share": 0.5, "after": "1h", "succeeded": 10},
            {"share": 1.0, "after": "2h", "succeeded": 50},
        ],
        "abort": [{"share": 0.55, "executed_min": 30}] if bad else [], "timeout": "12h",
    }  # fmt: skip
    overrides = {
        "estate.terminals": TERMINALS, "campaigns": [campaign], "dataset.seed": SEED,
        "dataset.days": DAYS,
    }  # fmt: skip
    return load("bad-update", overrides)


@lru_cache
def rulings(*, bad: bool, block: int) -> Rulings:
    """Return what is decided if blocks have so many terminals."""
    profile = estate(bad=bad)
    calendar = Calendar.of(profile, DAYS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lives, "BLOCK", block)
        return find_rulings(
            profile,
            calendar,
            lambda known: [
                tell(profile, calendar, number, known) for number in range(-(-TERMINALS // block))
            ],
        )


def lived_in_blocks(profile: Profile, block: int, ruled: Rulings) -> dict[str, list[Step]]:
    """Let the estate live a block at a time by these rulings; return the steps of each terminal."""
    calendar = Calendar.of(profile, DAYS)
    told: dict[str, list[Step]] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lives, "BLOCK", block)
        for number in range(-(-TERMINALS // block)):
            crew = lives.crew(profile, SEED, number)
            vitals = Vitals(SEED, np.array([each.index for each in crew], np.uint64))
            kept = Stories(len(crew))
            lives.live_through(
                profile, SEED, crew, vitals, kept, calendar, lambda _: None, rulings=ruled
            )
            told |= {each.tid: steps for each, steps in zip(crew, kept.steps, strict=True)}
    return told


@pytest.mark.parametrize("bad", [False, True])
def test_blocks_live_as_one_estate_does(*, bad: bool) -> None:
    """Each terminal takes the same steps as in an estate whose TMS hears everybody at once."""
    ruled = rulings(bad=bad, block=50)
    assert ruled == rulings(bad=bad, block=TERMINALS)
    whole = stories(estate(bad=bad), SEED, DAYS)
    assert lived_in_blocks(estate(bad=bad), 50, ruled) == whole


def test_each_wave_waits_for_the_success_of_those_before() -> None:
    """Before a wave begins, as many have succeeded as it waits for; then it reaches more."""
    ruled = rulings(bad=False, block=50)
    assert [ruling.opens for ruling in ruled] == [1, 2]
    steps = [s for each in stories(estate(bad=False), SEED, DAYS).values() for s in each]
    origin_ms = Calendar.of(estate(bad=False), DAYS).origin_ms
    for ruling, enough in zip(ruled, (10, 50), strict=True):
        at_ms = ruling.tick_ms - origin_ms
        updated = [s.at_ms for s in steps if s.event is E.UPDATED]
        lead_ms = estate(bad=False).tms.order_lead
        assert sum(at < at_ms - lead_ms for at in updated) >= enough
        tick_ms = estate(bad=False).tms.tick
        assert sum(at < at_ms - lead_ms - tick_ms for at in updated) < enough
    assert sum(s.event is E.UPDATED for s in steps) > 0.8 * TERMINALS


def test_a_bad_version_is_stopped_by_what_all_of_them_tell() -> None:
    """It stops at one instant for all blocks, though some of them have had hardly any failures."""
    ruled = rulings(bad=True, block=50)
    assert ruled[-1].opens is None
    stopped = [ruling for ruling in ruled if ruling.opens is None]
    assert len(stopped) == 1
    told = stories(estate(bad=True), SEED, DAYS)
    offered = sum(any(s.event is E.UPDATE_OFFERED for s in steps) for steps in told.values())
    assert offered < 0.7 * TERMINALS


def test_alone_a_block_would_decide_otherwise() -> None:
    """The claim above is not empty: a block that hears itself alone stops at another tick."""
    profile, alone = estate(bad=True), Counter[str]()
    calendar = Calendar.of(profile, DAYS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lives, "BLOCK", 50)
        first = find_rulings(profile, calendar, lambda known: [tell(profile, calendar, 0, known)])
    alone.update(str(ruling) for ruling in first)
    assert set(alone) != {str(ruling) for ruling in rulings(bad=True, block=50)}


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_dataset_goes_by_them_and_says_so(tmp_path: Path) -> None:
    """The manifest holds the rulings, whatever the number of workers."""
    profile = load(
        "proving",
        {
            "estate.terminals": 600,
            "dataset.days": 1,
            "dataset.seed": SEED,
            "campaigns": [
                {
                    "name": "spring", "version": "9", "at": "2h", "forced": True,
                    "waves": [{"share": 0.3}, {"share": 1.0, "succeeded": 60}],
                }
            ],
        },
    )  # fmt: skip
    said = []
    for workers in (1, 2):
        out = tmp_path / str(workers)
        dataset = Dataset(profile, out)
        dataset.prepare(resume=False)
        dataset.make(workers, {}, lambda _, __: None)
        said.append(json.loads((out / "manifest.json").read_text()))
    assert said[0] == said[1]
    (ruling,) = said[0]["rulings"]
    assert (ruling["line"], ruling["opens"]) == (1, 1)
    since_ms = ruling["tick_ms"] - Calendar.of(profile, 1).origin_ms
    assert 2 * HOUR_MS < since_ms < 24 * HOUR_MS
