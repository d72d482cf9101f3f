"""Heartbeats of QoS 1: all arrive, as such, and a stall of the broker shows in their PUBACKs."""

import time
from pathlib import Path
from typing import Any

import pytest

from fleet.wire import codec
from fleet.wire.messages import Heartbeat
from tests.brokers import Mosquitto, launch_mosquitto
from tests.observer import Observer, observe
from tests.processes import stopped
from tests.run.runs import BRISK, BROKER_SETTINGS, running

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(120)]

TERMINALS = 40
STALL_S = 3
PROFILE = BRISK.replace("[heartbeat]", "[heartbeat]\nqos = 1")


def beats(observer: Observer) -> list[tuple[str, int, int]]:
    """Return terminal, number and QoS of each heartbeat that was heard."""
    heard = [
        (topic.split("/")[3], codec.decode_up("heartbeat", payload), qos)
        for topic, payload, qos in observer.heard
        if topic.endswith("/up/heartbeat")
    ]
    return [(tid, beat.seq, qos) for tid, beat, qos in heard if isinstance(beat, Heartbeat)]


def test_a_stall_of_the_broker_shows_in_what_was_due(tmp_path: Path, free_port: int) -> None:
    """An independent subscriber hears each once; PUBACKs are timed from when they were due."""
    profile = tmp_path / "brisk.toml"
    profile.write_text(PROFILE)
    broker = launch_mosquitto(tmp_path, BROKER_SETTINGS)
    try:
        summary, observer = _stalled(broker, profile, tmp_path, free_port)
    finally:
        broker.stop()
    seen = beats(observer)
    sent = summary["counts"]["fleet_heartbeats_total"][""]
    assert {qos for _, _, qos in seen} == {1}
    assert len(seen) == len({(tid, seq) for tid, seq, _ in seen}) == sent
    assert sum(summary["counts"]["fleet_dropped_total"].values()) == 0
    response = summary["latencies"]["publish_ack"]["response"]
    assert response["count"] >= sent
    assert response["max_ms"] == pytest.approx(STALL_S * 1_000, rel=0.2)
    # Two beats a second are due in the stall, and wait evenly for what is left of it.
    waited = 2 * STALL_S * TERMINALS / response["count"]
    assert response["mean_ms"] == pytest.approx(waited * STALL_S * 1_000 / 2, rel=0.35)


def _stalled(
    broker: Mosquitto, profile: Path, folder: Path, port: int
) -> tuple[dict[str, Any], Observer]:
    url = f"mqtt://127.0.0.1:{broker.port}"
    with (
        observe("127.0.0.1", broker.port) as observer,
        running(profile, folder, port, "--broker", url, "--tms") as run,
    ):
        run.wait_for("fleet_heartbeats_total", 4 * TERMINALS)
        with stopped(broker.pid):
            time.sleep(STALL_S)
        code, _, err = run.end()
        assert code == 0, err
        observer.wait_for_silence()
    return run.summary(), observer
