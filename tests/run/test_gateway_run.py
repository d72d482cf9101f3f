"""A payment host that fails, over a real broker: counted payments fail as in virtual time."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from fleet.profile import load
from tests.brokers import Mosquitto
from tests.dataset.stories import stories
from tests.observer import observe
from tests.run.test_campaign_run import told
from tests.run.test_observed_run import run

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(120)]

SPEED = 600
SECONDS = 10
SLACK_MS = 60_000
# From eight to twenty to ten; the host refuses everything from half past eight to ten past nine.
PROFILE = f"""
schema = 1
name = "counted"
[run]
duration = "{SECONDS}s"
speed = {SPEED}.0
[estate]
terminals = 40
sizes = [{{ name = "busy", share = 1.0, per_day = 600.0 }}]
[health]
lag_p99_max = "1h"
stall_p99_max = "1h"
cpu_max = 10.0
cpu_wait_max = 10.0
[ramp]
over = "5m"
[heartbeat]
interval = "5m"
[transactions]
messages = false
declined = 0.0
verification_failure = 0.0
[[causes]]
name = "host"
kind = "gateway"
at = "30m"
lasts = "40m"
slow = "10m"
refusal = 1.0
"""
BEGIN_MS, END_MS = 30 * 60_000, 70 * 60_000


def test_counted_payments_fail_live_as_in_virtual_time(
    start_mosquitto: Callable[[Sequence[str]], Mosquitto], tmp_path: Path
) -> None:
    """Every reversal of both worlds is the same; heartbeats inside the outage hold no success."""
    path = tmp_path / "counted.toml"
    path.write_text(PROFILE)
    broker = start_mosquitto(["set_tcp_nodelay true", "max_queued_messages 0"])
    with observe(broker.host, broker.port) as observer:
        run(path, broker, tmp_path / "out", "--shards", "1")
        observer.wait_for_silence()
    live, virtual = told(tmp_path / "out"), stories(load(path), 11, days=1)
    for terminal, steps in live.items():
        assert steps == [tuple(step) for step in virtual[terminal][: len(steps)]], terminal
        beyond = virtual[terminal][len(steps) :]
        assert not beyond or beyond[0].at_ms >= SECONDS * SPEED * 1_000 - SLACK_MS, terminal
    events = Counter(step[2] for steps in live.values() for step in steps)
    assert events["reversal_queued"] > 100
    beats = [json.loads(payload) for topic, payload, _ in observer.heard
             if topic.endswith("/up/heartbeat")]  # fmt: skip
    origin = min(beat["ts"] for beat in beats) // 3_600_000 * 3_600_000
    inside = [b for b in beats if BEGIN_MS + 300_000 <= b["ts"] - origin <= END_MS]
    before = [b for b in beats if b["ts"] - origin <= BEGIN_MS]
    assert sum(b["txn_fail"] for b in inside) > 100
    assert sum(b["txn_ok"] for b in inside) == 0
    assert sum(b["txn_ok"] for b in before) > 100
