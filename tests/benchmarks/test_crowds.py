"""Tables of connects and of memory name the best of the peers that ran."""

from benchmarks import connects, memory
from benchmarks.connects import Subject, Turn
from benchmarks.peers.roster import FAST_LINKS, GMQTT, MQTTJS
from benchmarks.report import Row


def test_connects_compare_like_with_like() -> None:
    """Who subscribes is compared with who subscribes; the fastest and the cheapest are named."""
    turns = {
        Subject(FAST_LINKS, subscribe=False): [Turn(15_000, 50, 0.0)],
        Subject(FAST_LINKS, subscribe=True): [Turn(10_000, 80, 0.0)],
        Subject(GMQTT, subscribe=False): [Turn(5_000, 200, 0.0)],
        Subject(GMQTT, subscribe=True): [Turn(4_000, 320, 0.0)],
        Subject(MQTTJS, subscribe=False): [Turn(6_000, 250, 0.0)],
        Subject(MQTTJS, subscribe=True): [Turn(2_000, 400, 0.0)],
    }
    result = connects.judge("Title", turns)
    assert result.row("gmqtt on uvloop").figures["fleet's CPU x its"] == [0.25]
    assert result.row("gmqtt on uvloop + SUBSCRIBE").figures["fleet's rate x its"] == [2.5]
    assert [claim.met for claim in result.claims] == [True, True, True]
    assert result.notes == [
        "the fastest peer that ran: mqtt.js, 6,000 connects/s",
        "the cheapest peer that ran: gmqtt on uvloop, 200 us of CPU each",
        "the fastest peer that ran: gmqtt on uvloop + SUBSCRIBE, 4,000 connects/s",
        "the cheapest peer that ran: gmqtt on uvloop + SUBSCRIBE, 320 us of CPU each",
    ]


def test_memory_is_claimed_against_the_least() -> None:
    """The peer with the least memory is the one to beat, by the greater of our two figures."""
    rows = [
        Row(name, {"KiB/client": [kib], "KiB for one more": [more]})
        for name, kib, more in (("a", 8, 9), ("b", 20, 20), ("c", 12, 30))
    ]
    absolute, relative = memory.judge(rows).claims
    assert absolute.measured == 9
    assert absolute.met
    assert relative.text == "times the least of the peers that ran, c"
    assert relative.measured == 0.75
