"""Contradictory campaigns are refused, every complaint at once."""

import pytest

from fleet.profile import ProfileError, parse

BASE = """
schema = 1
name = "wrong"
"""
CAMPAIGN = '[[campaigns]]\nname = "c"\nversion = "9"\nat = "1h"\n'
DAY = '[day]\nopens = "09:00"\ncloses = "18:00"\n'


def complaints(text: str) -> str:
    """Return what a profile is refused for."""
    with pytest.raises(ProfileError) as caught:
        parse(BASE + text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        (
            CAMPAIGN + "waves = [{ share = 0.5 }, { share = 0.2, after = '1h' }]\n",
            "campaigns[0].waves[1].share",
            "not above the 0.5",
        ),
        (
            CAMPAIGN + "waves = [{ share = 0.1, after = '2h' }, { share = 1.0, after = '1h' }]\n",
            "campaigns[0].waves[1].after",
            "write 2h or more",
        ),
        (CAMPAIGN + "made_for = ['X9']\n", "campaigns[0].made_for[0]", "there is no 'X9'"),
        (CAMPAIGN + "defect_models = ['X9']\n", "campaigns[0].defect_models[0]", "no 'X9'"),
        (
            "tms.instances = 2\n" + CAMPAIGN + "abort = [{ share = 0.1 }]\n",
            "campaigns[0].abort",
            "set tms.instances = 1",
        ),
        (
            "tms.instances = 2\n"
            + CAMPAIGN
            + "waves = [{ share = 0.5 }, { share = 1.0, succeeded = 9 }]\n",
            "campaigns[0].waves[1].succeeded",
            "set tms.instances = 1",
        ),
        (
            "estate.terminals = 100\n"
            + CAMPAIGN
            + "share = 0.5\nwaves = [{ share = 0.2 }, { share = 1.0, succeeded = 11 }]\n",
            "campaigns[0].waves[1].succeeded",
            "reach about 10 terminals, so 11 never succeed",
        ),
        (
            CAMPAIGN + "waves = [{ share = 1.0, succeeded = 1 }]\n",
            "campaigns[0].waves[0].succeeded",
            "reach about 0 terminals",
        ),
        (
            DAY + CAMPAIGN + "window = { opens = '2h', closes = '4h' }\n",
            "campaigns[0].window",
            "it never opens",
        ),
        (DAY + "[maintenance]\nopens = '3h'\n", "maintenance.opens", "it never opens"),
        (
            "mqtt.max_packet = '64KiB'\n" + CAMPAIGN,
            "update.chunk",
            "write a smaller chunk or a larger packet",
        ),
        ("[update]\nchunk = '5KB'\n", "update.chunk", ""),
        (
            "[[orders]]\nat = '1h'\norder = 'reboot'\nheartbeat_interval = '5m'\n",
            "orders[0].heartbeat_interval",
            "'reboot' has none",
        ),
        ("[tms.script]\nsign_in = { first = '96' }\n", "tms.script.sign_in", ""),
    ],
)
def test_a_contradiction_is_named_where_it_is(text: str, path: str, said: str) -> None:
    """The complaint names the key and what would be right."""
    found = complaints(text)
    assert path in found
    assert said in found


def test_all_contradictions_are_named_at_once() -> None:
    """An author sees everything in one go."""
    both = complaints(
        "tms.instances = 2\n" + CAMPAIGN + "abort = [{ share = 0.1 }]\nmade_for = ['X9']\n"
    )
    assert "campaigns[0].abort" in both
    assert "campaigns[0].made_for[0]" in both


def test_a_window_over_midnight_may_open() -> None:
    """One that closes before it opens spans midnight, and meets the morning."""
    parse(BASE + DAY + CAMPAIGN + "window = { opens = '22h', closes = '9h30m' }\n")


NEAR = "at = '18h'\nexpires = '1h'\n"
NIGHT = "window = { opens = '02:00', closes = '04:00' }\n"


def said_of_expiry(text: str) -> str:
    """Return what is said of the first campaign's expiry; "" if it is fine."""
    try:
        parse(BASE + text)
    except ProfileError as error:
        (found,) = error.complaints
        assert found.path == "campaigns[0].expires"
        return found.message
    return ""


def test_an_update_must_not_expire_before_its_window_opens() -> None:
    """Ordered at 09:00, its window first opens 17 hours later; an hour is not enough."""
    assert "expired 1h after it is ordered, and its window first opens after 17h" in said_of_expiry(
        CAMPAIGN + NIGHT + "expires = '1h'\n"
    )
    assert said_of_expiry(CAMPAIGN + NIGHT + "expires = '17h1m'\n") == ""
    assert said_of_expiry(CAMPAIGN + "expires = '1h'\n") == ""
    assert said_of_expiry(CAMPAIGN + NIGHT) == ""


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        # Begun at 02:30, or a little before two: the window is open, or about to.
        ("at = '18h30m'\nexpires = '1h'\n", True),
        ("at = '17h20m'\nexpires = '10m'\n", True),
        # Begun at 04:01 it is too late for this night.
        ("at = '20h1m'\nexpires = '10h'\n", False),
        # At one terminal a minute the last of a thousand has its turn at night.
        ("at = '1h'\nexpires = '2h'\nper_minute = 1.0\n", True),
        # When enough have succeeded nobody knows beforehand, so only the first wave is judged.
        (
            NEAR + "waves = [{ share = 0.5 }, { share = 1.0, after = '6h', succeeded = 9 }]\n",
            True,
        ),
        (NEAR + "waves = [{ share = 0.5 }, { share = 1.0, after = '6h' }]\n", False),
    ],
)
def test_what_counts_is_when_orders_take_effect(text: str, fine: bool) -> None:  # noqa: FBT001
    """Not only the first instant of a campaign, but all at which a terminal may have its turn."""
    campaign = "[[campaigns]]\nname = 'c'\nversion = '9'\n"
    assert (said_of_expiry(campaign + NIGHT + text) == "") == fine


def test_an_expiring_update_may_be_ordered_in_the_morning() -> None:
    """A terminal that is off as its turn comes gets the order when its shop opens."""
    early = "window = { opens = '09:00', closes = '10:00' }\nexpires = '1h'\n"
    late = "window = { opens = '16:00', closes = '17:00' }\nexpires = '1h'\n"
    day = '[day]\nopens = "09:00"\ncloses = "18:00"\n[[campaigns]]\nname = "c"\nversion = "9"\n'
    assert said_of_expiry(day + "at = '12h'\n" + early) == ""
    assert said_of_expiry(day + "at = '12h'\n" + late)
    assert said_of_expiry(day + "at = '7h30m'\n" + late) == ""


def test_any_region_will_do_for_a_window() -> None:
    """Where clocks are 17 hours ahead it opens at once."""
    far = "[[estate.regions]]\nname = 'far'\nshare = 1.0\nutc_offset = '+14:00'\n"
    text = CAMPAIGN + "window = { opens = '23:00', closes = '23:30' }\nexpires = '30m'\n"
    assert said_of_expiry(text)
    assert said_of_expiry(text + far) == ""


def test_terminals_that_are_switched_on_later_are_ordered_later() -> None:
    """Nothing is said where stages, or a slow ramp, bring some up by night."""
    text = CAMPAIGN + NIGHT + "expires = '1h'\n"
    assert said_of_expiry(text)
    assert said_of_expiry(text + "[ramp]\nover = '18h'\n") == ""
    assert said_of_expiry(text + "[[load.stages]]\nkind = 'step'\nto = 1.0\n") == ""
