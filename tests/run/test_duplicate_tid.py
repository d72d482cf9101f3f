"""Two units with one identity, at a real broker."""

import json
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from msgspec.structs import astuple

from fleet.profile import load
from fleet.profile.members import members
from fleet.run.broker import find_mosquitto
from tests.brokers import Mosquitto
from tests.cli.commands import fleet_command
from tests.dataset.stories import beginning
from tests.run.lived import lived
from tests.run.runs import BRISK, run_at
from tests.run.runs import SEED as RUN_SEED

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


IDLE = 'sizes = [{ name = "idle", share = 1.0, per_day = 0.0 }]'
RARE = '[reconnect]\nfirst = "2s"\nmax = "3s"\n'
# Nothing but the quarrel: every odd terminal has the identity of the one before it.
# Units of a pair come seconds apart: who is thrown out in the middle of a question asks again, and
# lives another story than where an answer takes no time.
PAIRS = BRISK.replace('over = "500ms"', 'over = "6s"').replace(
    "terminals = 40", "terminals = 8\nduplicate_tids = 1.0\n" + IDLE
) + RARE  # fmt: skip
LATE_MS_MAX = 150
"""Of each loss over a real broker, on a busy machine: what is sent takes its time."""


@pytest.mark.broker
@pytest.mark.alone
def test_twins_quarrel_live_as_in_virtual_time(mosquitto: Mosquitto, tmp_path: Path) -> None:
    """Step by step each pair lives the same, at a real broker somewhat later by what sending takes.

    Both units of a pair have one identity in the record; so steps of one number are compared.
    """
    profile = tmp_path / "pairs.toml"
    profile.write_text(PAIRS)
    run_at(mosquitto, profile, tmp_path / "record")
    known = beginning(load(profile), RUN_SEED, 20_000)
    live = lived(tmp_path / "record")
    assert len(live) == 4
    for number, tid in enumerate(sorted(live)):
        virtual = [astuple(step) for unit in known[2 * number : 2 * number + 2] for step in unit]
        compared = 0
        for nth in range(1, max(step[1] for step in live[tid]) - 1):
            told, expected = (
                sorted((step[2:6], step[0]) for step in steps if step[1] == nth)
                for steps in (live[tid], virtual)
            )
            assert [what for what, _ in told] == [what for what, _ in expected], (tid, nth)
            late = [a - b for (_, a), (_, b) in zip(told, expected, strict=True)]
            assert all(0 <= ms <= nth * LATE_MS_MAX for ms in late), (tid, nth, late)
            compared += sum(what[0] == "link_lost" for what, _ in told)
        assert compared >= 3
