"""A payment host that fails, over a real broker: counted payments fail as in virtual time."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.brokers import Mosquitto
from tests.run.lived import assert_virtual_is_the_same, lived
from tests.run.runs import BROKER_SETTINGS, UNHURRIED, observed_run

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
{UNHURRIED}[ramp]
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
    _, observer = observed_run(start_mosquitto(BROKER_SETTINGS), path, tmp_path / "out")
    live = lived(tmp_path / "out")
    assert_virtual_is_the_same(live, path, SECONDS * SPEED * 1_000 - SLACK_MS)
    events = Counter(step[2] for steps in live.values() for step in steps)
    assert events["reversal_queued"] > 100
    beats = [beat for _, beat in observer.told("heartbeat")]
    origin = min(beat["ts"] for beat in beats) // 3_600_000 * 3_600_000
    inside = [b for b in beats if BEGIN_MS + 300_000 <= b["ts"] - origin <= END_MS]
    before = [b for b in beats if b["ts"] - origin <= BEGIN_MS]
    assert sum(b["txn_fail"] for b in inside) > 100
    assert sum(b["txn_ok"] for b in inside) == 0
    assert sum(b["txn_ok"] for b in before) > 100
