"""A campaign over a real broker: chunks that really travel, and a roll-out that is stopped."""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from fleet.wire.package import Package, checksum
from tests.brokers import Mosquitto
from tests.run.lived import assert_virtual_is_the_same, lived
from tests.run.runs import BROKER_SETTINGS, UNHURRIED, observed_run, run_at

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(180)]

SPEED = 600
RUN_MS = 11 * SPEED * 1_000
SLACK_MS = 60_000

# The new version fails on every portable: most waves never get it.
PROFILE = f"""
schema = 1
name = "stopped"
[run]
duration = "11s"
speed = {SPEED}.0
[estate]
terminals = 60
models = [
    {{ name = "mains", share = 0.5 }},
    {{ name = "portable", share = 0.5, battery = true, link = "cellular" }},
]
{UNHURRIED}[ramp]
over = "10m"
[heartbeat]
interval = "5m"
[tms]
order_lead = "10m"
tick = "10m"
[update]
idle = "5m"
defer = 0.0
package = "96KiB"
chunk = "32KiB"
[[campaigns]]
name = "spring"
version = "2.0.0"
at = "5m"
waves = [
    {{ share = 0.3 }},
    {{ share = 0.4, succeeded = 3 }},
    {{ share = 1.0, after = "80m" }},
]
abort = [{{ share = 0.2, executed_min = 8 }}]
rollback = true
defect = 1.0
defect_models = ["portable"]
"""


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The campaign's profile."""
    path = tmp_path_factory.mktemp("profile") / "stopped.toml"
    path.write_text(PROFILE)
    return path


def test_a_bad_version_is_stopped_and_every_world_agrees(
    profile: Path, start_mosquitto: Callable[[Sequence[str]], Mosquitto], tmp_path: Path
) -> None:
    """Chunks arrive whole, the campaign stops; one shard, two, and virtual time tell one story."""
    broker = start_mosquitto(BROKER_SETTINGS)
    summary, observer = observed_run(broker, profile, tmp_path / "one")
    notes = " ".join(summary["run"]["notes"])
    assert "the TMS stopped campaign spring" in notes
    assert "too late" not in notes
    _chunks_are_whole(observer.heard)
    run_at(broker, profile, tmp_path / "two", "--shards", "2")
    one, two = (tmp_path / name / "events.parquet" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    live = lived(tmp_path / "one")
    events = Counter(step[2] for steps in live.values() for step in steps)
    assert events["update_rolled_back"] >= 3
    versions = Counter(step[5] for steps in live.values() for step in steps if step[2] == "updated")
    assert set(versions) == {"2.0.0", "1.0.0"}  # some had it, and got the old one back
    reached = {terminal for terminal, steps in live.items() if _was_offered(steps, "2.0.0")}
    assert 10 <= len(reached) <= 40  # the first wave alone
    assert_virtual_is_the_same(live, profile, RUN_MS - SLACK_MS)


def _was_offered(steps: list[tuple[Any, ...]], version: str) -> bool:
    return any((step[2], step[5]) == ("update_offered", version) for step in steps)


def _chunks_are_whole(heard: list[tuple[str, bytes, int]]) -> None:
    """An observer puts each terminal's chunks together, and they are what was signed."""
    parts: dict[str, dict[int, bytes]] = {}
    for topic, payload, _ in heard:
        if topic.endswith("/down/chunk"):
            answer = json.loads(payload)
            data = base64.b64decode(answer["data"])
            parts.setdefault(topic.split("/")[3], {})[answer["number"]] = data
    orders = [
        json.loads(payload)
        for topic, payload, _ in heard
        if topic.endswith("/down/order") and b'"sha256"' in payload
    ]
    new = next(order for order in orders if order["version"] == "2.0.0")
    assert new["sha256"] == checksum(Package("firmware", "2.0.0", 96 * 1024, 32 * 1024))
    whole = [b"".join(chunks[n] for n in range(3)) for chunks in parts.values() if len(chunks) == 3]
    assert len(whole) >= 8
    sums = {order["sha256"] for order in orders}
    assert {hashlib.sha256(package).hexdigest() for package in whole} <= sums
