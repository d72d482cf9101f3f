"""Nobody chooses beforehand which peer ours is claimed against."""

import pytest

from benchmarks.errors import BenchError
from benchmarks.heartbeats import OURS, Load, Plan, Subject, Window, judge
from benchmarks.peers.roster import AIOMQTT, FLOOR, GMQTT, MQTTJS, PAHO_GO

LOAD = Load(2_000, 10_000, 0)
PEERS = (FLOOR, GMQTT, MQTTJS, PAHO_GO, GMQTT.with_timers, MQTTJS.with_timers)


def plan(floor_times: float | None = 1.5) -> Plan:
    """Return a plan with all peers, and one at another rate."""
    slow = Subject("aiomqtt, slowly", LOAD._replace(rate=2_000), AIOMQTT)
    subjects = [Subject(OURS, LOAD), *(Subject(peer.name, LOAD, peer) for peer in PEERS), slow]
    return Plan("name", "Title", subjects, 2, 1.0, floor_times, 0.65, ["nobody is left out"])


def windows(costs: dict[str, tuple[float, float]], late: str = "") -> dict[str, list[Window]]:
    """Return windows of these costs, of which one peer kept half of its rate."""
    seen = {}
    for subject in plan().subjects:
        rate = subject.load.rate * (0.5 if subject.name == late else 1.0)
        each = costs.get(subject.name, (90.0, 90.0))
        seen[subject.name] = [Window(cost, rate, 0.0, 5.0, 9.0) for cost in each]
    return seen


COSTS = {
    OURS: (12.0, 18.0),
    FLOOR.name: (8.0, 10.0),
    GMQTT.name: (20.0, 36.0),
    MQTTJS.name: (16.0, 30.0),
    GMQTT.with_timers.name: (30.0, 45.0),
    "aiomqtt, slowly": (1.0, 1.0),
}


def claims(costs: dict[str, tuple[float, float]], late: str = "") -> dict[str, float]:
    """Return the claims' texts and figures."""
    told = judge(plan(), windows(costs, late)).claims
    return {claim.text: round(claim.measured, 3) for claim in told}


def test_ours_is_claimed_against_gmqtt_and_whoever_is_best() -> None:
    """The best peer is the one beside which ours is dearest, round by round, at our own rate."""
    assert claims(COSTS) == {
        "times floor (bare send)": 1.65,
        "times gmqtt on uvloop": 0.55,
        "times mqtt.js, the best peer that ran": 0.675,
        "times gmqtt on uvloop, own timers, the best with timers of its own": 0.4,
    }


def test_one_claim_is_enough_where_gmqtt_is_the_best() -> None:
    """A peer that is the best in two fields is told of once."""
    cheaper = {**COSTS, GMQTT.name: (10.0, 10.0)}
    assert "times gmqtt on uvloop, the best peer that ran" in claims(cheaper)
    assert len(claims(cheaper)) == 3


def test_who_lost_its_rate_is_no_best_peer() -> None:
    """Cost per message falls as a generator gives way, so who sent too little is noted instead."""
    told = judge(plan(), windows(COSTS, late=MQTTJS.name))
    assert "times gmqtt on uvloop, the best peer that ran" in {each.text for each in told.claims}
    assert told.notes == [
        "nobody is left out",
        "mqtt.js: in one round only 5,000 of 10,000 messages/s",
    ]


@pytest.mark.parametrize(
    ("late", "void"),
    [
        (OURS, set(claims(COSTS))),
        (GMQTT.name, {"times gmqtt on uvloop"}),
        (FLOOR.name, {"times floor (bare send)"}),
    ],
)
def test_a_ratio_of_who_lost_the_rate_meets_no_target(late: str, void: set[str]) -> None:
    """Whoever gives way sends cheap messages, so ours or the other one then proves nothing."""
    told = [each for each in judge(plan(), windows(COSTS, late)).claims if each.void]
    assert {each.text for each in told} == void
    assert {each.void for each in told} == {f"{late} did not keep the rate"}
    assert not any(each.met for each in told)


def test_a_peer_at_another_rate_gets_no_ratio() -> None:
    """What a message costs depends on the rate."""
    rows = judge(plan(), windows(COSTS)).rows
    compared = {row.subject for row in rows if "fleet x it" in row.figures}
    assert compared == {peer.name for peer in PEERS}


def test_a_peer_that_fails_is_left_out_with_its_words() -> None:
    """A long benchmark does not end with a peer, but nothing goes without ours."""
    error = BenchError("mqtt.js ended: it lost its connection")
    whole = plan()
    fewer = whole.without(Subject(MQTTJS.name, LOAD, MQTTJS), error)
    assert MQTTJS not in {each.peer for each in fewer.subjects}
    assert len(fewer.subjects) == len(whole.subjects) - 1
    assert fewer.absences[-1] == "mqtt.js is left out: mqtt.js ended: it lost its connection"
    with pytest.raises(BenchError, match="it lost"):
        whole.without(Subject(OURS, LOAD), error)
