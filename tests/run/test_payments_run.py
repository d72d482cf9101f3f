"""Payments in a live run, as an independent subscriber saw them."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.brokers import Mosquitto
from tests.run.runs import BROKER_SETTINGS, UNHURRIED, observed_run

pytestmark = [pytest.mark.broker, pytest.mark.timeout(60)]

# From eight to half past nine, in six seconds; half past nine is when they settle.
PROFILE = (
    """
schema = 1
name = "market"
[run]
duration = "6s"
speed = 1000.0
[estate]
terminals = 40
sizes = [{ name = "busy", share = 1.0, per_day = 800.0 }]
[ramp]
over = "5m"
[boot]
failure = 0.0
[forced_shutdown]
operator = "36500d"
[shutdown]
hang = 0.0
[self_test.failure]
[transactions]
messages = 0.5
qos = 1
timed_out = 0.05
batch_mismatch = 0.02
[settlement]
at = "09:15"
"""
    + UNHURRIED
)


def test_each_lived_payment_is_told_of_once(
    start_mosquitto: Callable[[Sequence[str]], Mosquitto], tmp_path: Path
) -> None:
    """Messages, metrics and events agree; half the terminals tell, and all of them settle."""
    profile, out = tmp_path / "market.toml", tmp_path / "out"
    profile.write_text(PROFILE)
    summary, observer = observed_run(start_mosquitto(BROKER_SETTINGS), profile, out)
    counts = summary["counts"]
    told = [message for _, message in observer.told("transaction")]
    assert len(told) == counts["fleet_messages_sent_total"]["transaction"] > 300
    assert len({message["order_no"] for message in told}) == len(told)
    tellers = {message["order_no"][:8] for message in told}
    assert 8 <= len(tellers) <= 32
    _check_outcomes(told, tellers, out / "events.parquet")
    _check_settlements(observer.by_kind("down"), counts)


def _check_outcomes(told: list[dict[str, Any]], tellers: set[str], events: Path) -> None:
    steps = pq.read_table(events).to_pylist()
    lived = Counter(row["event"] for row in steps if row["terminal"] in tellers)
    outcomes = Counter(message["outcome"] for message in told)
    assert outcomes["approved"] == lived["transaction_approved"]
    assert outcomes["declined"] == lived["transaction_declined"]
    assert outcomes["refused"] == lived["sign_in_demanded"]
    assert outcomes["reversal_pending"] == lived["reversal_queued"]


def _check_settlements(answers: Counter[str], counts: dict[str, Any]) -> None:
    settled = counts["fleet_settlements_total"]
    assert settled["balanced"] + settled["uploaded"] > 30
    assert answers["settlement"] >= settled["balanced"] + 2 * settled["uploaded"]
    transactions = counts["fleet_transactions_total"]
    assert transactions["approved"] > transactions["declined"] > 0


def test_who_only_counts_is_in_the_metrics_too(
    start_mosquitto: Callable[[Sequence[str]], Mosquitto], tmp_path: Path
) -> None:
    """The counter is the sum of what an observer read in the heartbeats."""
    profile = tmp_path / "market.toml"
    profile.write_text(PROFILE.replace("messages = 0.5", "messages = false"))
    summary, observer = observed_run(start_mosquitto(BROKER_SETTINGS), profile, tmp_path / "out")
    counts = summary["counts"]
    beats = [beat for _, beat in observer.told("heartbeat")]
    transactions = counts["fleet_transactions_total"]
    assert transactions["approved"] == sum(beat["txn_ok"] for beat in beats) > 100
    lived = transactions["refused"] + counts["fleet_reversals_total"]["queued"]
    failed = sum(beat["txn_fail"] for beat in beats)
    assert failed - lived <= transactions["declined"] <= failed
