"""Synchronisation: parameters by the day, tried again when nobody answers, and urgent updates."""

from itertools import pairwise

import pytest

from fleet.life.states import Event, State
from fleet.units import DAY_MS, MINUTE_MS
from tests.life.lives import quiet
from tests.life.solitude import settle, spend

E = Event
CAMPAIGN = {"name": "urgent", "version": "9.9.9", "at": "0s", "share": 1.0}


def test_a_failed_sync_is_tried_again_with_backoff() -> None:
    """T13: offline in standby first, then another try within the growing bound, and it heals."""
    profile = quiet()
    world = settle(profile, hours=6)
    world.mute.add("sync")
    terminal = spend(profile, world)
    asked = [request.ts for request in world.heard_of("sync")]
    assert len(asked) > 8
    assert E.RESYNCED not in world.events()
    assert terminal.state is State.READY
    gaps = [b - a for a, b in pairwise(asked)]
    assert max(gaps) <= profile.sync.retry_max + profile.sync.timeout + 5 * MINUTE_MS


def test_parameters_are_there_when_the_server_answers_again() -> None:
    """The first answer after the silence brings the parameters of the day."""
    world = settle(quiet(), hours=3)
    world.mute.add("sync")
    listen = world.desk.hear

    def hear(*said):  # type: ignore[no-untyped-def]  # noqa: ANN002, ANN202
        if world.now() > 60 * MINUTE_MS:
            world.mute.clear()
        return listen(*said)

    world.desk.hear = hear  # type: ignore[method-assign]
    terminal = spend(quiet(), world)
    assert world.events().count(E.RESYNCED) == 1
    assert terminal.unit.params == 1
    assert terminal.setbacks.syncs == 0


def test_after_every_self_test_the_parameters_of_the_day_are_fetched() -> None:
    """Item 59: it connects by itself, says what it has, and has what the server gave it."""
    profile = quiet(security_reboot={})
    world = settle(profile, hours=24 * 4)
    terminal = spend(profile, world)
    steps = [s.event for s in world.steps if s.event in {E.SELF_TEST_PASSED, E.SYNCED}]
    assert steps == [E.SELF_TEST_PASSED, E.SYNCED] * 5
    asked = world.heard_of("sync")
    fetched = [1 + (request.ts - world.origin_ms) // DAY_MS for request in asked]
    assert [request.params for request in asked] == [0, *fetched[:-1]]
    assert len(set(fetched)) > 3
    assert terminal.unit.params == fetched[-1]


@pytest.mark.parametrize(("forced", "waits"), [(False, True), (True, False)])
def test_a_critical_update_does_not_wait_for_idleness(*, forced: bool, waits: bool) -> None:
    """Item 60: the sync says that an update is due, and a forced one is offered at once."""
    profile = quiet(campaigns=[CAMPAIGN | {"forced": forced}])
    world = settle(profile, hours=2)
    spend(profile, world)
    synced = next(s.at_ms for s in world.steps if s.event is E.SYNCED)
    offered = next(s.at_ms for s in world.steps if s.event is E.UPDATE_OFFERED)
    assert (offered - synced >= 30 * MINUTE_MS) is waits
