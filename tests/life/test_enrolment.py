"""First contact: registration, and what becomes of a unit that the server refuses."""

from itertools import pairwise

import pytest

from fleet.life.states import Event, State
from fleet.units import HOUR_MS, MINUTE_MS
from tests.life.lives import quiet, within_4_sigma, worlds_of
from tests.life.solitude import settle, spend

E = Event


@pytest.mark.parametrize(("key", "code"), [("taken", "1828"), ("unknown", "97")])
def test_a_refused_terminal_tries_again_with_growing_waits(key: str, code: str) -> None:
    """T3: out of order after each refusal, and back to registering by a backoff up to its bound."""
    profile = quiet(**{f"tms__registration_{key}": 1.0, "registration__refused_max": "8m"})
    world = settle(profile, hours=24)
    spend(profile, world)
    refusals = [s for s in world.steps if s.event is E.REGISTRATION_REFUSED]
    retries = [s for s in world.steps if s.event is E.REGISTRATION_RETRIED]
    assert {s.code for s in refusals} == {code}
    assert E.BOOTED not in world.events()
    waits = [retry.at_ms - no.at_ms for no, retry in zip(refusals, retries, strict=False)]
    bounds = [min(8, 2**n) * MINUTE_MS for n in range(len(waits))]
    assert all(wait <= bound for wait, bound in zip(waits, bounds, strict=True))
    assert max(waits) > 4 * MINUTE_MS


def test_once_entered_the_terminal_goes_on_as_others_do() -> None:
    """A refusal is no dead end."""
    profile = quiet(tms__registration_unknown=0.5)
    for index in range(20):
        world = settle(profile, hours=12, index=index)
        assert spend(profile, world, index=index).state is State.READY


@pytest.mark.parametrize("key", ["taken", "unknown"])
def test_refusals_come_as_often_as_asked(key: str) -> None:
    """The share of first registrations that are refused, within 4 sigma."""
    profile = quiet(**{f"tms__registration_{key}": 0.1})
    population = 1_000
    worlds = worlds_of(profile, population, hours=0.02)
    refused = sum(world.events()[1] is E.REGISTRATION_REFUSED for world in worlds)
    within_4_sigma(refused, population, 0.1)


def test_the_server_sets_the_interval_of_heartbeats() -> None:
    """T2: what the answer says holds, give or take the terminal's own jitter."""
    profile = quiet(tms__heartbeat_interval="5m", heartbeat__jitter=0.0)
    world = settle(profile, hours=2)
    spend(profile, world)
    instants = [at for at, _ in world.beats]
    assert {b - a for a, b in pairwise(instants)} == {5 * MINUTE_MS}


def test_silence_is_waited_out() -> None:
    """Without an answer the terminal stays where it is and tries again."""
    world = settle(quiet(), hours=1)
    world.mute.add("register")
    terminal = spend(quiet(), world)
    assert terminal.state is State.REGISTERING
    assert len(world.heard_of("register")) > HOUR_MS // (2 * MINUTE_MS)
