"""What has to hold before the merchant is asked: each guard waits, in its order."""

from typing import Any

import pytest

from fleet.life.states import Event
from fleet.units import HOUR_MS, MINUTE_MS
from tests.life.solitude import Solitude
from tests.life.updating.estates import codes, lived, updating

E = Event


def model(**more: Any) -> dict[str, Any]:
    """Return an estate of one model."""
    return {"estate__models": [{"name": "S1", "share": 1.0} | more]}


def offered_at(world: Solitude) -> int | None:
    """Return when the update was first offered."""
    return next((s.at_ms for s in world.steps if s.event is E.UPDATE_OFFERED), None)


def test_an_empty_battery_holds_an_update_until_it_is_charged() -> None:
    """Below the least charge it is held, told once, and asked again; above it is not."""
    world, _ = lived(updating(update__battery_min=99, **model(battery=True)), 4)
    assert codes(world, E.UPDATE_HELD) == ["power"]
    assert offered_at(world) is None
    assert [m.error for m in world.heard_of("update")] == ["power"]
    world, _ = lived(updating(update__battery_min=30, **model(battery=True)), 4)
    assert codes(world, E.UPDATE_HELD) == []
    assert offered_at(world) is not None


def test_a_unit_on_mains_has_no_battery_to_ask() -> None:
    """Charge is no question where there is none."""
    world, _ = lived(updating(update__battery_min=100), 3)
    assert offered_at(world) is not None


@pytest.mark.parametrize(("link", "held"), [("cellular", ["network"]), ("wifi", [])])
def test_wifi_only_holds_who_is_on_mobile_data(link: str, held: list[str]) -> None:
    """PAXSTORE's wifiOnly: a terminal on mobile data waits until it finds a Wi-Fi."""
    world, _ = lived(updating({"wifi_only": True}, update__wifi_found=0.0, **model(link=link)), 4)
    assert codes(world, E.UPDATE_HELD) == held
    assert (offered_at(world) is None) == bool(held)


def test_a_wifi_may_be_found() -> None:
    """Asked again every half hour, with a chance each time."""
    profile = updating({"wifi_only": True}, update__wifi_found=0.5, **model(link="cellular"))
    world, _ = lived(profile, 12)
    assert offered_at(world) is not None


@pytest.mark.parametrize(
    ("window", "instant"),
    [
        ({"opens": "13h", "closes": "14h"}, 5 * HOUR_MS),  # the run begins at 08:00
        ({"opens": "23h", "closes": "1h"}, 15 * HOUR_MS),
    ],
)
def test_a_window_holds_an_update_until_it_opens(window: dict[str, str], instant: int) -> None:
    """It is offered the moment the window opens, not at the next look."""
    world, _ = lived(updating({"window": window}), 20)
    assert codes(world, E.UPDATE_HELD) == ["window"]
    assert offered_at(world) == instant


def test_an_open_window_holds_nothing() -> None:
    """Within the window the update goes its way."""
    world, _ = lived(updating({"window": {"opens": "7h", "closes": "20h"}}), 3)
    assert codes(world, E.UPDATE_HELD) == []


def test_windows_are_local() -> None:
    """In a region that is five hours ahead, 13:00 is when the run begins."""
    east = [{"name": "east", "share": 1.0, "utc_offset": "+05:00"}]
    profile = updating(
        {"window": {"opens": "14h", "closes": "15h"}}, estate__regions=east, update__idle="10m"
    )
    world, _ = lived(profile, 4)
    assert offered_at(world) == HOUR_MS


def test_guards_are_asked_in_their_order() -> None:
    """Power before network before window."""
    profile = updating(
        {"wifi_only": True, "window": {"opens": "3h", "closes": "4h"}},
        update__battery_min=100,
        update__wifi_found=0.0,
        **model(battery=True, link="cellular"),
    )
    world, _ = lived(profile, 4)
    assert codes(world, E.UPDATE_HELD) == ["power"]


def test_an_update_that_is_held_too_long_expires() -> None:
    """Its time runs while a guard holds it: UPD-958."""
    profile = updating(
        {"expires": "3h"}, update__battery_min=100, **model(battery=True, link="cellular")
    )
    world, _ = lived(profile, 14)
    assert codes(world, E.UPDATE_HELD) == ["power"]
    assert codes(world, E.UPDATE_EXPIRED) == ["UPD-958"]
    assert world.steps[-1].at_ms >= 3 * HOUR_MS + MINUTE_MS
