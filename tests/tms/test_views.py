"""The TMS's picture of its terminals, and what gives a hung one away."""

from fleet.tms.desk import Desk
from fleet.tms.views import Views
from fleet.wire.messages import Message, Presence
from tests.tms.estates import HOUR_MS, ORIGIN_MS, SEED, TENANT, TID, heartbeat, profile

MINUTE_MS = 60_000
DAY_MS = 24 * HOUR_MS


def presence(*, online: bool, reason: str) -> Message:
    """Return what a terminal, or the broker for it, says of its link."""
    return Presence(ORIGIN_MS, online=online, reason=reason)  # type: ignore[arg-type]


def test_a_terminal_is_online_offline_and_missing_in_turn() -> None:
    """Silence of two intervals makes it offline, of a day missing; a word brings it back."""
    views = Views(profile())
    assert views.counts(ORIGIN_MS) == {"unknown": 100, "online": 0, "offline": 0, "missing": 0}
    views.hear(3, heartbeat(), ORIGIN_MS)
    for after_ms, view in (
        (0, "online"),
        (30 * MINUTE_MS, "online"),  # two heartbeats of 15 min, and the jitter
        (34 * MINUTE_MS, "offline"),
        (DAY_MS - 1, "offline"),
        (DAY_MS, "missing"),
    ):
        counts = views.counts(ORIGIN_MS + after_ms)
        assert {name for name, count in counts.items() if count} == {"unknown", view}, after_ms
    assert views.offline_by == {"will": 0, "goodbye": 0, "silence": 1}
    views.hear(3, heartbeat(seq=2), ORIGIN_MS + DAY_MS + 1)
    assert views.counts(ORIGIN_MS + DAY_MS + 1)["online"] == 1


def test_a_last_will_and_a_goodbye_are_told_apart() -> None:
    """Both make a terminal offline at once; what told it is counted, once."""
    views = Views(profile())
    for index, reason in enumerate(("lost", "detached")):
        views.hear(index, presence(online=True, reason="attached"), ORIGIN_MS)
        views.hear(index, presence(online=False, reason=reason), ORIGIN_MS + 1)
        views.hear(index, presence(online=False, reason=reason), ORIGIN_MS + 2)
    assert views.counts(ORIGIN_MS + 3)["offline"] == 2
    assert views.counts(ORIGIN_MS + 5 * HOUR_MS)["offline"] == 2
    assert views.offline_by == {"will": 1, "goodbye": 1, "silence": 0}


def test_a_hung_terminal_is_found_by_silence_alone() -> None:
    """Its session stays open, so no will comes: only the heartbeat that is missing tells."""
    desk = Desk(profile(), SEED)
    desk.hear(TENANT, TID, presence(online=True, reason="attached"), ORIGIN_MS)
    desk.hear(TENANT, TID, heartbeat(), ORIGIN_MS)
    assert desk.views.counts(ORIGIN_MS + 10 * MINUTE_MS)["online"] == 1
    assert desk.views.counts(ORIGIN_MS + HOUR_MS)["offline"] == 1
    assert desk.views.offline_by == {"will": 0, "goodbye": 0, "silence": 1}


def test_a_long_interval_is_waited_for() -> None:
    """Offline is after two intervals where these are longer than the documented five minutes."""
    hourly = Views(profile(overrides={"tms.heartbeat_interval": "1h"}))
    hourly.hear(0, heartbeat(), ORIGIN_MS)
    assert hourly.counts(ORIGIN_MS + 2 * HOUR_MS)["online"] == 1
    quick = Views(profile(overrides={"tms.heartbeat_interval": "10s", "heartbeat.interval": "10s"}))
    quick.hear(0, heartbeat(), ORIGIN_MS)
    assert quick.counts(ORIGIN_MS + 5 * MINUTE_MS)["offline"] == 1
