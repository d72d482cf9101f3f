"""Coordinated omission: a stall of the server shows in everything that was due meanwhile."""

import json
import time
from pathlib import Path

import pytest

from fleet.run.broker import find_mosquitto
from tests.processes import stopped
from tests.run.runs import BRISK, running

pytestmark = [
    pytest.mark.alone,
    pytest.mark.slow,
    pytest.mark.skipif(find_mosquitto() is None, reason="mosquitto is not there"),
]

STALL_S = 5
TERMINALS = 40
BEATS_PER_S = 2 * TERMINALS


def test_a_stall_of_the_tms_shows_in_every_message_that_was_due(
    tmp_path: Path, free_port: int
) -> None:
    """The TMS stands still for 5 s of a run; response times hold all heartbeats due meanwhile.

    Each of them waited for what was left of the stall, evenly from 5 s to nothing, so four in five
    waited for more than a second. A tool that times one request after the other would have seen
    one long wait per terminal.
    """
    profile = tmp_path / "brisk.toml"
    profile.write_text(BRISK)
    with running(profile, tmp_path, free_port) as run:
        run.wait_for("fleet_heartbeats_total", 3 * BEATS_PER_S)
        with stopped(run.child("fleet.tms").pid):
            time.sleep(STALL_S)
        code, _, err = run.end()
        assert code == 0, err
    summary = json.loads((run.out / "summary.json").read_text())
    response = summary["latencies"]["heartbeat_ack"]["response"]
    sent = summary["counts"]["fleet_heartbeats_total"][""]
    assert response["count"] == sent
    assert summary["counts"]["fleet_down_mishaps_total"]["lost"] == 0
    assert response["max_ms"] == pytest.approx(STALL_S * 1_000, rel=0.2)
    # Those that waited for more than a second, as a share of all; then that percentile's value.
    waited = (STALL_S - 1) * BEATS_PER_S / sent
    assert waited > 0.2
    for share, name in ((0.5, "p50_ms"), (0.9, "p90_ms"), (0.99, "p99_ms"), (0.999, "p999_ms")):
        # Sorted, the stall's heartbeats are the last; they waited 0 to 5 s, evenly.
        inside = 1 - (1 - share) * sent / (STALL_S * BEATS_PER_S)
        expected_ms = max(0.0, inside) * STALL_S * 1_000
        assert response[name] == pytest.approx(expected_ms, rel=0.15, abs=400)
