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
