"""What a run says of itself is what an independent subscriber saw, message by message."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq
import pytest
import yaml
from jsonschema import Draft202012Validator

from fleet.wire import contract, topics
from tests.brokers import Mosquitto, launch_mosquitto
from tests.observer import Observer
from tests.run.lived import assert_virtual_is_the_same, lived
from tests.run.runs import BROKER_SETTINGS, UNHURRIED, observed_run, run_at

pytestmark = [pytest.mark.broker, pytest.mark.timeout(120)]

TERMINALS = 80
RUN_MS = 90 * 60 * 1_000
# What is due in the last instants may or may not be lived before a run ends.
SLACK_MS = 30_000


# A morning in seconds: everything that a life holds, and orders far enough ahead to be in time,
# which is two seconds of the clock on the wall, since an order that comes late is another story.
PROFILE = (
    """
schema = 1
name = "morning"
[run]
duration = "18s"
speed = 300.0
[estate]
terminals = 80
[[estate.models]]
name = "mains"
share = 0.5
firmware = "1.0.0"
[[estate.models]]
name = "portable"
share = 0.5
firmware = "1.0.1"
battery = true
link = "cellular"
[ramp]
over = "20m"
[tms]
order_lead = "10m"
[heartbeat]
interval = "10m"
[update]
defer = 0.2
defer_for = "10m"
package = "64KiB"
chunk = "16KiB"
[faults.PWR-101]
onset = { law = "exponential", mean = "20h" }
repair = "20m"
[faults.COM-201]
onset = { law = "exponential", mean = "20h" }
repair = "10m"
[faults.RDR-402]
onset = { law = "exponential", mean = "20h" }
repair = "30m"
[faults.SW-702]
onset = { law = "exponential", mean = "20h" }
repair = "10m"
[faults.PWR-106]
onset = { law = "exponential", mean = "20h" }
repair = "5m"
[[campaigns]]
name = "spring"
version = "2.0.0"
at = "10m"
[[orders]]
at = "30m"
order = "reboot"
share = 0.3
[[causes]]
name = "backbone"
kind = "outage"
at = "50m"
lasts = "8m"
share = 0.4
[[causes]]
name = "routers"
kind = "outage"
code = "COM-207"
every = { law = "exponential", mean = "2h" }
lasts = "5m"
per = "site"
[[causes]]
name = "brown-out"
kind = "stress"
at = "20m"
lasts = "40m"
factors = { PWR-101 = 10.0 }
[[causes]]
name = "wave"
kind = "restart"
daily = "09:10"
spread = "5m"
share = 0.2
[[causes]]
name = "expiry"
kind = "certificate"
at = "65m"
models = ["portable"]
share = 0.2
restart = 1.0
restart_after = "8m"
renewal = "1h"
"""
    + UNHURRIED
)


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The morning's profile."""
    path = tmp_path_factory.mktemp("profile") / "morning.toml"
    path.write_text(PROFILE)
    return path


class Observed(NamedTuple):
    """A run by one shard, what an observer saw of it, and the broker that it ran on."""

    observer: Observer
    summary: dict[str, Any]
    broker: Mosquitto
    out: Path


@pytest.fixture(scope="module")
def observed(profile: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    """Let the morning run while somebody listens."""
    broker = launch_mosquitto(tmp_path_factory.mktemp("mosquitto"), BROKER_SETTINGS)
    out = tmp_path_factory.mktemp("one") / "out"
    summary, observer = observed_run(broker, profile, out)
    yield Observed(observer, summary, broker, out)
    broker.stop()


def test_an_observer_counts_what_the_run_counts(observed: Observed) -> None:
    """Counters agree exactly, contents keep the contract, each terminal has its own client."""
    observer, summary, broker, _ = observed
    sent = {k: n for k, n in summary["counts"]["fleet_messages_sent_total"].items() if n}
    assert dict(observer.by_kind("up")) == sent
    assert sent["heartbeat"] == summary["counts"]["fleet_heartbeats_total"][""]
    assert sent["heartbeat"] > 5 * TERMINALS
    _check_contract(observer)
    tids = {str(10_000_000 + index) for index in range(TERMINALS)}
    assert observer.terminals() == tids
    clients = set(re.findall(r"connected from \S+ as (\d{8}) ", broker.log.read_text()))
    assert clients == tids


def _check_contract(observer: Observer) -> None:
    document = yaml.safe_load(contract.published())
    schemas = document["components"]["schemas"]
    channels = {
        channel["address"].split("/", 4)[4]: [
            reference["$ref"].rsplit("/", 1)[1] for reference in channel["messages"].values()
        ]
        for channel in document["channels"].values()
    }
    validators = {
        name: Draft202012Validator(
            {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
        )
        for name in document["components"]["messages"]
    }
    for topic, payload, _ in observer.heard:
        parsed = topics.parse(topic)
        value = json.loads(payload)
        names = channels[f"{parsed.direction}/{parsed.kind}"]
        assert any(validators[name].is_valid(value) for name in names), (topic, payload)


def test_the_story_does_not_depend_on_shards(
    observed: Observed, profile: Path, tmp_path: Path
) -> None:
    """One seed, one story: the events of one shard and of two are the same, byte for byte."""
    run_at(observed.broker, profile, tmp_path / "out", "--shards", "2")
    one, two = (out / "events.parquet" for out in (observed.out, tmp_path / "out"))
    assert one.read_bytes() == two.read_bytes()
    events = set(pq.read_table(one, columns=["event"])["event"].to_pylist())
    assert {"updated", "rebooted", "fault_raised", "fault_cleared", "link_lost"} <= events
    codes = set(pq.read_table(one, columns=["code"])["code"].to_pylist())
    assert {"COM-209", "COM-207", "SEC-902", "security", "merchant"} <= codes


def test_live_and_virtual_lives_are_the_same(observed: Observed, profile: Path) -> None:
    """One life, two worlds: real MQTT and virtual time give each terminal the same steps."""
    assert_virtual_is_the_same(lived(observed.out), profile, RUN_MS - SLACK_MS)
