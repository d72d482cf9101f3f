"""Payments that are only counted fare as those that are lived: in heartbeats, and in the truth."""

from pathlib import Path

import numpy as np
import pytest

from tests.dataset.datasets import make, table

# A flat day, so that the share of an interval is the share of its customers.
SHOPS = """
schema = 1
name = "shops"
extends = "steady"
[run]
start = 2026-01-05T00:00:00
[estate]
terminals = 30
sizes = [{{ name = "busy", share = 1.0, per_day = 480.0 }}]
sectors = [{{ name = "flat", share = 1.0, hours = {hours} }}]
[heartbeat]
interval = "30m"
[transactions]
messages = {messages}
dispersion = 1e6
verification_failure = 0.0
declined = 0.1
timed_out = 0.0
batch_mismatch = 0.0
mac_error = 0.0
[sign_in]
wrong_password = 0.0
[dataset]
days = {days}
[dataset.missing]
at_random = 0.0
weak_signal = 0.0
ailing = 0.0
late = 0.0
twice = 0.0
"""
OUTAGE = """
[[causes]]
name = "host"
kind = "gateway"
at = "6h10m"
lasts = "5h"
refusal = 0.8
"""
DIRTY = """
[faults.RDR-405]
onset = "4d"
precursor = "4d"
detection = "9d"
"""
HOUR_US = 3_600_000_000


def dataset(folder: Path, more: str, *, lived: bool, days: int) -> Path:
    """Return a dataset of the shops, in which payments are lived or counted."""
    text = SHOPS.format(hours=[1.0] * 24, messages="true" if lived else "false", days=days)
    return make(folder, "--seed", "3", profile=text + more, name=f"lived-{lived}")


def reads_between(root: Path, begin_h: float, end_h: float) -> tuple[int, int, int]:
    """Return (ok, fail, errors) of the heartbeats of these hours, begin excluded."""
    rows = table(root, "observed/telemetry")
    hours = rows["ts"].cast("int64").to_numpy() / HOUR_US % (24 * 365)
    hours -= hours.min() // 24 * 24
    within = (hours > begin_h) & (hours <= end_h)
    ok, fail, errors = (
        int(np.nansum(rows[name].to_numpy()[within]))
        for name in ("txn_ok", "txn_fail", "card_read_err")
    )
    return ok, fail, errors


def share_is(part: int, whole: int, expected: float) -> None:
    """Assert a share within 4 sigma."""
    assert whole > 500
    assert abs(part - whole * expected) < 4.0 * (whole * expected * (1.0 - expected)) ** 0.5


@pytest.mark.parametrize("lived", [True, False])
def test_the_host_refuses_as_asked_while_it_fails(tmp_path: Path, *, lived: bool) -> None:
    """Before, within and after the outage: 10 % declined, and of the others 80 % refused."""
    root = dataset(tmp_path, OUTAGE, lived=lived, days=1)
    for begin, end, expected in ((1.0, 6.1, 0.1), (6.8, 11.1, 0.82), (11.8, 23.0, 0.1)):
        ok, fail, _ = reads_between(root, begin, end)
        share_is(fail, ok + fail, expected)
    refused = [f for f in table(root, "truth/faults").to_pylist() if f["code"] == "PAY-802"]
    assert {f["root_cause_id"] for f in refused} == {"host"}


@pytest.mark.parametrize("lived", [True, False])
def test_cards_are_misread_more_and_more_before_a_reader_needs_cleaning(
    tmp_path: Path, *, lived: bool
) -> None:
    """The level of read errors grows from 0.03 to 0.43 in 6 cards within four days."""
    root = dataset(tmp_path, DIRTY, lived=lived, days=4)
    for day in range(4):
        ok, fail, errors = reads_between(root, 24.0 * day + 1.0, 24.0 * (day + 1))
        level = 0.03 + 0.4 * (day + 0.5) / 4
        share_is(errors, ok + fail + errors, level / 6.0)
