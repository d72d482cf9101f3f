"""What chapters of a life know to be coming, over a real broker and in a dataset."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.brokers import Mosquitto
from tests.dataset.datasets import make, table
from tests.run.lived import lived
from tests.run.runs import BROKER_SETTINGS, UNHURRIED, observed_run

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(120)]

# From eight to one: an update for which there is no room, and batches that differ.
PROFILE = (
    """
schema = 1
name = "wanting"
extends = "steady"
without = ["faults"]  # but one that does not come in time
[run]
start = 2026-01-05T08:00:00
duration = "10s"
speed = 1800.0
[estate]
terminals = 30
sizes = [{ name = "busy", share = 1.0, per_day = 600.0 }]
[ramp]
over = "2m"
[heartbeat]
interval = "15m"
[transactions]
batch_mismatch = 0.01
[update]
idle = "90m"
no_space = 1.0
[[campaigns]]
name = "large"
version = "9.9.9"
at = "10m"
forced = true
[faults.IDN-303]
onset = "900d"
[dataset]
days = 1
[dataset.missing]
at_random = 0.0
weak_signal = 0.0
ailing = 0.0
late = 0.0
twice = 0.0
"""
    + UNHURRIED
)


def test_precursors_of_chapters_are_the_same_live_and_in_a_dataset(
    start_mosquitto: Callable[[Sequence[str]], Mosquitto], tmp_path: Path
) -> None:
    """The flash memory fills before UPD-952 and retries come before PAY-803, beat for beat."""
    path = tmp_path / "wanting.toml"
    path.write_text(PROFILE)
    _, observer = observed_run(start_mosquitto(BROKER_SETTINGS), path, tmp_path / "out")
    live = {
        (tid, beat["seq"]): (beat["flash_pct"], beat["net_retry"], beat["ts"])
        for tid, beat in observer.told("heartbeat")
    }
    rows = table(make(tmp_path, "--seed", "11", profile=PROFILE), "observed/telemetry").to_pylist()
    virtual = {
        (row["terminal_id"], row["seq"]): (row["flash_wear_frac"], row["net_retry"]) for row in rows
    }
    assert len(live) > 300
    assert len(live.keys() & virtual.keys()) == len(live)
    for key, (flash_pct, retry, _) in live.items():
        assert virtual[key] == (pytest.approx(flash_pct / 100, abs=0.0051), retry), key
    full = [key[0] for key, (flash, *_) in live.items() if flash > 75]
    assert len(set(full)) > 25  # of 30, each before its attempt
    origin = min(ts for *_, ts in live.values()) // 3_600_000 * 3_600_000
    differs = [
        (tid, at_ms + origin)
        for tid, steps in lived(tmp_path / "out").items()
        for at_ms, _, event, *_ in steps
        if event == "sign_in_demanded"
    ]
    assert len(differs) > 10
    last = [
        max(((ts, retry) for (tid, _), (_, retry, ts) in live.items() if tid == who and ts < at),
            default=(0, 0))[1]
        for who, at in differs
    ]  # fmt: skip
    usual = [retry for _, retry, _ in live.values()]
    assert sum(last) / len(last) > 2.0 * sum(usual) / len(usual)
