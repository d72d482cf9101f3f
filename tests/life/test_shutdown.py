"""Forced shutdowns: an operator's, a watchdog's, the terminal's own; and what they cost."""

import pytest

from fleet.life.states import Event, State
from fleet.units import HOUR_MS, MINUTE_MS
from tests.life.lives import quiet, within_4_sigma, worlds_of
from tests.life.solitude import settle, spend

E = Event
SPONTANEOUS = {"PWR-106": {"onset": "1h", "repair": "5m"}}


def test_an_operator_prepares_before_cutting_the_power() -> None:
    """Item 40: look, read, unplug, disconnect, switch off; the time of it is told with the step."""
    profile = quiet(forced_shutdown__operator="2h", forced_shutdown__preparation="4m")
    world = settle(profile, hours=3)
    spend(profile, world)
    step = next(s for s in world.steps if s.event is E.FORCIBLY_SHUT_DOWN)
    ready = next(s for s in world.steps if s.event is E.BOOTED)
    assert (step.code, step.duration_ms) == ("operator", 4 * MINUTE_MS)
    assert step.at_ms - ready.at_ms == 2 * HOUR_MS + 4 * MINUTE_MS
    assert world.departures[0] is False  # the last will fires
    assert world.heard_of("boot")[-1].reason == "forced_shutdown"


@pytest.mark.parametrize(("charge_min", "minutes"), [(50, 34), (1, 4)])
def test_a_portable_is_charged_before_it_is_shut_down(charge_min: int, minutes: int) -> None:
    """The charge must do for the preparation; if it does not, charging comes first."""
    portable = [{"name": "portable", "share": 1.0, "battery": True}]
    profile = quiet(
        forced_shutdown__operator="8h", forced_shutdown__charge_min=charge_min,
        forced_shutdown__preparation="4m", dormancy__charge="30m", estate__models=portable,
    )  # fmt: skip
    world = settle(profile, hours=9)
    spend(profile, world)
    step = next(s for s in world.steps if s.event is E.FORCIBLY_SHUT_DOWN)
    assert step.duration_ms == minutes * MINUTE_MS


@pytest.mark.parametrize("cause", ["software", "hardware", "network", "external", "settings"])
def test_a_terminal_that_shuts_down_by_itself_says_why(cause: str) -> None:
    """Items 41 and 48: the drawn cause stands in the step's code."""
    profile = quiet(faults=SPONTANEOUS, forced_shutdown__causes={cause: 1.0})
    world = settle(profile, hours=1.5)
    spend(profile, world)
    down = next(s for s in world.steps if s.event is E.FORCIBLY_SHUT_DOWN)
    assert down.code == cause
    assert E.RECOVERED in world.events()


def test_causes_come_in_their_shares() -> None:
    """Over a population each cause has its share of the spontaneous shutdowns, within 4 sigma."""
    shares = {"software": 0.5, "hardware": 0.3, "external": 0.2}
    profile = quiet(faults=SPONTANEOUS, forced_shutdown__causes=shares)
    codes = []
    for world in worlds_of(profile, 400, hours=1.5):
        codes += [s.code for s in world.steps if s.event is E.FORCIBLY_SHUT_DOWN]
    for cause, share in shares.items():
        within_4_sigma(codes.count(cause), len(codes), share)


def test_a_loss_of_power_may_lose_data_which_is_fetched_again() -> None:
    """DAT-972: parameters are gone, and the next sync asks for all of them."""
    profile = quiet(faults=SPONTANEOUS, damage__data_loss=1.0)
    world = settle(profile, hours=1.5)
    terminal = spend(profile, world)
    lost = next(s for s in world.steps if s.event is E.DATA_LOST)
    assert lost.code == "DAT-972"
    assert [request.params for request in world.heard_of("sync")] == [0, 0]
    assert terminal.unit.params > 0


@pytest.mark.parametrize("code", ["PWR-101", "PWR-106", "SW-702"])
def test_data_is_lost_as_often_as_asked(code: str) -> None:
    """Power failures, spontaneous shutdowns and watchdogs lose data by one chance, in 4 sigma."""
    profile = quiet(
        faults={code: {"onset": "30m", "repair": "5m", "detection": "0s"}}, damage__data_loss=0.3
    )
    population = 300
    worlds = worlds_of(profile, population, hours=0.8)
    lost = sum(E.DATA_LOST in world.events() for world in worlds)
    within_4_sigma(lost, population, 0.3)


def test_operators_force_by_their_law() -> None:
    """With an exponential law of mean two days, 1 - exp(-1/2) are forced off within a day."""
    profile = quiet(forced_shutdown__operator={"law": "exponential", "mean": "2d"})
    forced, population = 0, 400
    for world in worlds_of(profile, population, hours=25):
        booted = next(s.at_ms for s in world.steps if s.event is E.BOOTED)
        downs = (s for s in world.steps if s.event is E.FORCIBLY_SHUT_DOWN)
        first = next((s.at_ms - s.duration_ms for s in downs), booted + 999 * HOUR_MS)
        forced += first - booted < 24 * HOUR_MS
    within_4_sigma(forced, population, 0.3935)


def test_power_must_stay_off_after_a_forced_shutdown() -> None:
    """T44: at least the settle time passes before the next boot."""
    profile = quiet(forced_shutdown__operator="1h", boot__settle="20s")
    world = settle(profile, hours=1.5)
    terminal = spend(profile, world)
    down = next(s for s in world.steps if s.event is E.FORCIBLY_SHUT_DOWN)
    up = next(s for s in world.steps if s.event is E.RECOVERED)
    assert up.at_ms - down.at_ms == 20_000
    assert terminal.state is State.READY
