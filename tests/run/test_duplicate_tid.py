"""Two units with one identity, at a real broker."""

import json
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from fleet.profile import load
from fleet.profile.members import members
from fleet.run.broker import find_mosquitto
from tests.cli.commands import fleet_command

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_mosquitto() is None, reason="mosquitto is not there"),
]

SEED = 1


def test_two_units_of_one_identity_throw_each_other_off(tmp_path: Path) -> None:
    """Pairs lose their links again and again, and come back; nobody else loses any."""
    out = tmp_path / "record"
    done = fleet_command(
        "run", "duplicate-tid", "--terminals", "150", "--duration", "14s", "--seed", str(SEED),
        "--no-report", "--out", out, "--metrics", "off",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    estate = load("duplicate-tid", {"estate.terminals": 150}).estate
    tids = Counter(who.tid for who in members(estate, SEED))
    doubles = {tid for tid, units in tids.items() if units > 1}
    assert doubles

    counts = json.loads((out / "summary.json").read_text())["counts"]
    lost = sum(counts["fleet_links_lost_total"].values())
    connects = counts["fleet_connects_total"]["ok"]
    assert lost >= 5 * len(doubles)
    # Each loss is one unit's, after its double's connect; each is followed by a connect of its own.
    assert connects - 150 <= lost <= connects - 150 + 2 * len(doubles)

    events = pq.read_table(out / "events.parquet").to_pylist()
    losers = Counter(e["terminal"] for e in events if e["event"] == "link_lost")
    assert set(losers) == doubles
    assert min(losers.values()) >= 3
