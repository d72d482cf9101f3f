"""Past the limit of local ports: source addresses multiply it, as the advice says.

The limit is a real one, narrowed in a network namespace of our own to 50 ports for each source
address and destination, where an ordinary machine has 28,232.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.commands import environment
from tests.namespaces import PORT, Side, broker, possible
from tests.run.runs import BRISK

LIMIT_S = 100
PORTS = 50
TERMINALS = 120
NARROW = f"echo 40000 {40_000 + PORTS - 1} > /proc/sys/net/ipv4/ip_local_port_range"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.skipif(not possible(NARROW), reason="no network namespaces"),
]


@pytest.fixture
def side() -> Iterator[Side]:
    """A namespace with few ports."""
    side = Side()
    side.do(NARROW)
    yield side
    side.end()


def run(side: Side, place: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the estate there."""
    (place / "brisk.toml").write_text(BRISK)
    fleet = [sys.executable, "-m", "fleet", "run", str(place / "brisk.toml"), "--no-report"]
    fleet += ["--terminals", str(TERMINALS), "--shards", "2", "--tms", "--metrics", "off"]
    fleet += ["--broker", f"mqtt://127.0.0.1:{PORT}", "--out", str(place / "record"), *options]
    return subprocess.run(
        side.command(*fleet),
        check=False, capture_output=True, text=True, timeout=LIMIT_S, env=environment(),
    )  # fmt: skip


def test_more_terminals_than_ports_take_the_sources_that_are_advised(
    side: Side, tmp_path: Path
) -> None:
    """120 terminals are refused with 50 ports; with the advised addresses each one connects."""
    with broker(side, tmp_path):
        refused = run(side, tmp_path)
        assert refused.returncode == 1
        advice = re.search(r"on loopback, (--source) (\S+)", " ".join(refused.stderr.split()))
        assert advice, refused.stderr
        done = run(side, tmp_path, *advice.groups())
    assert done.returncode == 0, done.stderr
    counts = json.loads((tmp_path / "record" / "summary.json").read_text())["counts"]
    outcomes = {why: n for why, n in counts["fleet_connects_total"].items() if n}
    assert outcomes == {"ok": TERMINALS}
