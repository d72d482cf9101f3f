"""Nobody is blamed for what nobody tried, and whoever gave way is."""

from datetime import UTC, datetime

import numpy as np
import pytest
from msgspec.structs import replace

from fleet.capacity.blame import Network, NothingMeasured, blame
from fleet.profile.store import parse
from fleet.run.layout import layout_of
from fleet.watch.ruling import Finding, Ruling
from fleet.watch.summary import RunFacts, Summary, summarise
from fleet.watch.tally import Reading

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
UNMEASURED = Finding("sign_in.p99 < 1s", "DURATION", held=False, value=None, bound=1e6)
BROKEN = Finding("connected.ratio >= 0.9", "RATIO", held=False, value=0.5, bound=0.9)


def summary(*findings: Finding, ok: int = 100, refused: int = 0) -> Summary:
    """Return the summary of a run with these findings and connects."""
    layout = layout_of(parse('schema = 1\nname = "small"\n'))
    counts = np.zeros(layout.size, np.int64)
    counts[layout.slot("fleet_connects_total", outcome="ok")] = ok
    counts[layout.slot("fleet_connects_total", outcome="refused")] = refused
    facts = RunFacts(
        verdict="slo_broken", profile="small", profile_digest="", seed=1, terminals=100, speed=1.0,
        broker="mqtt://127.0.0.1", started=NOW, ended=NOW,
    )  # fmt: skip
    return summarise(Reading(layout, counts), facts, Ruling("slo_broken", (), findings))


def test_nothing_measured_is_nobody_s_fault() -> None:
    """An objective without any data says so, and blames neither broker nor TMS."""
    with pytest.raises(NothingMeasured, match=r"sign_in\.p99 < 1s"):
        blame(summary(UNMEASURED), Network())


def test_a_broker_that_refuses_is_to_blame() -> None:
    """Nothing is measured either where nobody gets in; then the failures are told."""
    who, why = blame(summary(UNMEASURED, ok=1, refused=99), Network())
    assert who == "server"
    assert "99 of 100 connects failed, most of them: refused" in why


def test_what_was_measured_and_broken_is_the_server_s() -> None:
    """Beside a broken objective, one without data is only mentioned."""
    who, why = blame(summary(UNMEASURED, BROKEN), Network())
    assert who == "server"
    assert "connected.ratio" in why


@pytest.mark.parametrize(
    ("network", "who"),
    [
        (Network(resent=0.02, remote=True), "network"),
        (Network(resent=0.02), "server"),
        (Network(handshake_ms=80.0, remote=True), "network"),
        (Network(handshake_ms=80.0), "server"),
        (Network(handshake_ms=3.0, remote=True), "server"),
    ],
)
def test_a_narrow_way_is_the_network_s(network: Network, who: str) -> None:
    """Segments sent again, or a slow handshake, are; unless the broker is on this very machine."""
    assert blame(summary(BROKEN), network)[0] == who


def test_a_slow_broker_at_a_long_way_is_the_server_s() -> None:
    """A handshake of 80 ms is no reason for PUBACKs that take a second."""
    slow = summary(BROKEN)
    times = slow.latencies["publish_ack"]
    slow.latencies["publish_ack"] = times | {"service": replace(times["service"], p50_ms=1_000.0)}
    assert blame(slow, Network(handshake_ms=80.0, remote=True))[0] == "server"
