"""Power: switching off takes its time, restarts come by night, and long rest leaves marks."""

from typing import Any

import pytest

from fleet.chance.parametric import Uniform
from fleet.chance.streams import Streams
from fleet.life.shopday import ShopDay
from fleet.life.states import Event, State
from fleet.profile.profile import Profile
from fleet.units import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from tests.life.lives import quiet, within_4_sigma, worlds_of
from tests.life.solitude import settle, spend

E = Event
SHOP = {"opens": "09:00", "closes": "18:00"}


def shop(**overrides: Any) -> Profile:
    """Return a quiet estate of shops that open at nine and close at six."""
    return quiet(day=SHOP, **overrides)


def test_a_shutdown_is_confirmed_when_the_lamps_are_out() -> None:
    """Between sign-off and power-off lies the drawn time of the shutdown."""
    profile = shop(shutdown__duration="9s")
    world = settle(profile, hours=20)
    spend(profile, world)
    off, on = (next(s for s in world.steps if s.event is e) for e in (E.SIGNED_OFF, E.POWERED_OFF))
    assert on.at_ms - off.at_ms == on.duration_ms == 9 * SECOND_MS


def test_power_stays_off_until_all_is_settled() -> None:
    """Nobody gets it back on within the lock-out, however short the power failure was."""
    faults = {"PWR-101": {"onset": "1h", "repair": "1s", "detection": "0s"}}
    profile = quiet(faults=faults, boot__settle="5s")
    world = settle(profile, hours=1.2)
    spend(profile, world)
    lost = next(s for s in world.steps if s.event is E.POWER_LOST)
    on = next(s for s in world.steps if s.event is E.POWERED_ON)
    assert on.at_ms - lost.at_ms == 5 * SECOND_MS


def test_a_shutdown_that_hangs_waits_for_somebody_to_cut_the_power() -> None:
    """PWR-105: lamps on, no progress; then a forced shutdown, and no boot before the morning."""
    profile = shop(shutdown__hang=1.0, shutdown__rescue="40m")
    world = settle(profile, hours=26)
    terminal = spend(profile, world)
    start = world.events().index(E.SIGNED_OFF)
    steps = world.steps[start : start + 4]
    assert [s.event for s in steps] == [
        E.SIGNED_OFF, E.HUNG, E.FORCIBLY_SHUT_DOWN, E.RECOVERED,
    ]  # fmt: skip
    assert [s.code for s in steps[1:3]] == ["PWR-105", "operator"]
    assert steps[2].at_ms - steps[1].at_ms == 40 * MINUTE_MS
    assert steps[3].at_ms == 25 * HOUR_MS  # the run begins at 08:00
    assert terminal.state is State.READY


def test_a_terminal_that_is_always_on_restarts_once_a_day_in_its_window() -> None:
    """T41: once in each night's window, at an instant of its own, by the region's clock."""
    profile = quiet(security_reboot={"at": {"law": "uniform", "low": "06:00", "high": "07:00"}})
    world = settle(profile, hours=24 * 5)
    spend(profile, world)
    reboots = [s for s in world.steps if s.event is E.REBOOTED]
    assert {s.code for s in reboots} == {"security"}
    hours = [(8 + s.at_ms / HOUR_MS) % 24 for s in reboots]
    assert len(hours) == 5
    assert all(6 <= hour < 7 for hour in hours)
    assert len(set(hours)) == 5
    assert "security" in {m.reason for m in world.heard_of("boot")}


def test_shops_that_close_never_see_the_night() -> None:
    """Who boots every morning is never 24 hours on."""
    profile = shop(security_reboot={"at": "06:00"})
    world = settle(profile, hours=72)
    spend(profile, world)
    assert E.REBOOTED not in world.events()


def test_security_reboots_spread_over_their_window() -> None:
    """Over many terminals the instants follow the profile's law, within 4 sigma per quarter."""
    profile = quiet(security_reboot={"at": {"law": "uniform", "low": "00:00", "high": "01:00"}})
    instants = [
        ShopDay(profile, Streams(11, serial), 0).next_security_reboot(0) for serial in range(4_000)
    ]
    midnight = 16 * HOUR_MS
    for quarter in range(4):
        low = midnight + quarter * 15 * MINUTE_MS
        within_4_sigma(sum(low <= at < low + 15 * MINUTE_MS for at in instants), 4_000, 0.25)


def test_a_restart_by_schedule_keeps_the_regions_clock() -> None:
    """Six in the morning is local time."""
    profile = quiet(security_reboot={"at": "06:00"})
    home, east = (ShopDay(profile, Streams(1, 0), utc) for utc in (0, 8 * HOUR_MS))
    assert home.next_security_reboot(0) == 22 * HOUR_MS
    assert east.next_security_reboot(0) == 14 * HOUR_MS


def test_a_terminal_left_lying_wakes_with_a_flat_battery() -> None:
    """Long idle: it charges before it starts, and syncs and signs in as everyone does."""
    profile = shop(
        dormancy__chance=1.0, dormancy__duration="40d", dormancy__charge="25m",
        estate__models=[{"name": "portable", "share": 1.0, "battery": True}],
    )  # fmt: skip
    world = settle(profile, hours=24 * 43)
    spend(profile, world)
    woken = next(s for s in world.steps if s.event is E.POWERED_ON)
    assert woken.code == "flat"
    assert woken.duration_ms == 25 * MINUTE_MS
    assert woken.at_ms >= 40 * DAY_MS
    assert world.events()[-1] in {E.SIGNED_IN, E.HUNG, E.POWERED_OFF}
    params = [request.params for request in world.heard_of("sync")]
    assert params[0] == 0
    assert params[1] == 1  # what it knew was 40 days old


def test_long_rests_are_as_long_as_their_law_says() -> None:
    """Whoever lies for no longer than to an opening is on again there: of many, the law's share."""
    profile = shop(dormancy__chance=1.0, shutdown__duration="1s")
    law, woken = profile.dormancy.duration, []
    population = 300
    for world in worlds_of(profile, population, hours=24 * 70):
        steps = iter(world.steps)
        off = next(s for s in steps if s.event is E.POWERED_OFF)
        woken.append(next((s.at_ms for s in steps if s.event is E.POWERED_ON), 2**60) - off.at_ms)
    opening = min(woken) % DAY_MS
    for days in (7, 14, 28):
        lies_ms = days * DAY_MS + opening
        # A few minutes pass between an opening and who is switched on there.
        count = sum(ms <= lies_ms + HOUR_MS for ms in woken)
        within_4_sigma(count, population, law.cdf(lies_ms))


def test_a_desk_terminal_has_no_battery_to_go_flat() -> None:
    """Without a battery there is nothing to charge."""
    profile = shop(dormancy__chance=1.0, dormancy__duration="40d")
    mains = profile.estate.models[0].model_copy(update={"battery": False, "share": 1.0})
    profile = profile.model_copy(
        update={"estate": profile.estate.model_copy(update={"models": (mains,)})}
    )
    world = settle(profile, hours=24 * 43)
    spend(profile, world)
    assert next(s for s in world.steps if s.event is E.POWERED_ON).code == ""


@pytest.mark.parametrize(
    ("override", "p", "event"),
    [
        ({"boot__failure": 0.3}, 0.3, E.BOOT_FAILED),
        ({"shutdown__hang": 0.3}, 0.3, E.HUNG),
    ],
)
def test_rare_events_of_power_come_as_often_as_asked(
    override: dict[str, Any], p: float, event: Event
) -> None:
    """The share of first boots that fail, and of first closings that hang, within 4 sigma."""
    profile = shop(**override)
    population = 400
    worlds = worlds_of(profile, population, hours=11)
    struck = sum(event in world.events() for world in worlds)
    within_4_sigma(struck, population, p)


def test_boot_times_follow_their_law() -> None:
    """As many first boots are over by the law's median as should be, within 4 sigma."""
    profile = quiet()
    law = profile.boot.duration
    worlds = worlds_of(profile, 400, hours=0.1)
    boots = [next(s.duration_ms for s in world.steps if s.event is E.BOOTED) for world in worlds]
    for p in (0.25, 0.5, 0.9):
        within_4_sigma(sum(ms <= law.quantile(p) for ms in boots), len(boots), p)


def test_the_window_is_an_ordinary_law_of_the_time_of_day() -> None:
    """Without figures of its own the window is 06:00 to 07:00."""
    rule = quiet(security_reboot={}).security_reboot
    assert rule is not None
    assert rule.at == Uniform(6 * HOUR_MS, 7 * HOUR_MS)


def test_terminals_of_one_shop_open_and_close_together() -> None:
    """The shop's first decides the hours; the others are switched on within minutes of it."""
    hours = {"opens": {"law": "uniform", "low": "07:00", "high": "10:00"}, "closes": "19:00"}
    profile = quiet(day=hours)
    first = ShopDay(profile, Streams(3, 40), 0)
    others = [ShopDay(profile, Streams(3, n), 0, Streams(3, 40)) for n in (41, 42, 43)]
    for day in range(3):
        at = day * DAY_MS
        opens = [other.next_opening(at) - first.next_opening(at) for other in others]
        assert all(0 <= late < 3 * MINUTE_MS for late in opens)
        assert len(set(opens)) == 3
        assert {other.next_closing(at) for other in others} == {first.next_closing(at)}
