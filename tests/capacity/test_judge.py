"""The judge on readings made by hand: what broke, when, by how much, and whose fault it was."""

from xml.etree import ElementTree as ET

import numpy as np
import pytest

from fleet.capacity.health import examine
from fleet.capacity.judge import Judge
from fleet.capacity.junit import junit_xml
from fleet.capacity.verdict import rule
from fleet.profile import load
from fleet.profile.load import Health
from fleet.run.layout import layout_of
from fleet.watch.ruling import Finding, Verdict
from fleet.watch.tally import Reading, Tally

S = 1_000_000


class Board:
    """A tally that a test counts in, and its readings."""

    def __init__(self) -> None:
        layout = layout_of(load("steady"))
        self.tally = Tally(layout, np.zeros(layout.size, np.int64))

    def read(self) -> Reading:
        """Return the counts as they stand."""
        return Reading(self.tally.layout, np.array(self.tally.counts, np.int64))

    def set(self, family: str, value: int, **labels: str) -> None:
        """Set a counter or gauge."""
        self.tally.counts[self.tally.slot(family, **labels)] = value

    def last(self, family: str, *us: int) -> None:
        """Record durations."""
        for each in us:
            self.tally.recorder(family).record(each)


def judged(board: Board, *objectives: str, warm_up_ms: int = 0) -> Judge:
    """Return a judge who looks for violations in windows of two seconds."""
    return Judge(objectives, warm_up_ms, 2_000, board.read())


def test_a_percentile_is_judged_over_the_whole_run() -> None:
    """One slow second of ten breaks a maximum and no median; the violation is dated."""
    board = Board()
    judge = judged(board, "sign_in.max < 1s", "sign_in.p50 < 1s")
    for second in range(1, 11):
        board.last("fleet_sign_in_response_seconds", *[2 * S if second == 5 else S // 10] * 10)
        judge.see(second * 1_000, board.read())
    slow, usual = judge.findings()
    assert (slow.held, usual.held) == (False, True)
    assert slow.value == 2 * S
    assert slow.by == "2 times the bound"
    # The windows that end at 5 s, 6 s and, sliding, no later hold the slow second.
    assert (slow.first_ms, slow.last_ms) == (5_000, 6_000)
    assert slow.violated_ms == 2_000
    assert usual.value == pytest.approx(S // 10, rel=0.05)


def test_the_warm_up_is_not_judged() -> None:
    """What was slow before the warm-up was over does not count."""
    board = Board()
    judge = judged(board, "sign_in.max < 1s", warm_up_ms=2_000)
    board.last("fleet_sign_in_response_seconds", 5 * S)
    judge.see(2_000, board.read())
    for second in (3, 4):
        board.last("fleet_sign_in_response_seconds", S // 10)
        judge.see(second * 1_000, board.read())
    (finding,) = judge.findings()
    assert finding.held
    assert finding.first_ms is None


def test_gauges_are_averaged_over_time() -> None:
    """Nine seconds complete and one at half make a ratio of 95 %."""
    board = Board()
    judge = judged(board, "connected.ratio >= 0.999")
    for second in range(1, 11):
        board.set("fleet_connected_terminals", 50 if second == 10 else 100)
        board.set("fleet_offline_terminals", 50 if second == 10 else 0)
        judge.see(second * 1_000, board.read())
    (finding,) = judge.findings()
    assert not finding.held
    assert finding.value == pytest.approx(0.95)
    assert finding.first_ms == finding.last_ms == 10_000
    assert finding.by == "off by 4.9 %"


def test_the_last_answers_count() -> None:
    """What comes in after the last look still counts in percentiles and counters."""
    board = Board()
    judge = judged(board, "sign_in.max < 1s", "heartbeat.loss == 0")
    board.set("fleet_heartbeats_total", 100)
    judge.see(1_000, board.read())
    board.last("fleet_sign_in_response_seconds", 3 * S)
    board.set("fleet_up_mishaps_total", 1, mishap="lost")
    judge.close(board.read())
    assert [finding.held for finding in judge.findings()] == [False, False]
    assert judge.findings()[1].value == pytest.approx(0.01)


def test_nothing_measured_is_nothing_kept() -> None:
    """An objective about what never happened is not held, and says so."""
    judge = judged(Board(), "sign_in.p99 < 2s")
    (finding,) = judge.findings()
    assert not finding.held
    assert finding.by == "nothing was measured"


def test_one_look_gives_no_run_up() -> None:
    """An objective counts as broken for good only after some looks."""
    board = Board()
    judge = judged(board, "sign_in.p99 < 1s")
    board.last("fleet_sign_in_response_seconds", 5 * S)
    judge.see(500, board.read())
    assert not judge.broken
    for look in range(2, 6):
        judge.see(look * 500, board.read())
    assert list(judge.broken) == ["sign_in.p99 < 1s"]


def test_a_late_generator_spoils_the_run() -> None:
    """Schedule lag beyond its bound makes a run invalid, in words; the objectives say nothing."""
    board = Board()
    judge = judged(board, "sign_in.p99 < 1s")
    board.last("fleet_schedule_lag_seconds", *[2 * S] * 100)
    board.last("fleet_sign_in_response_seconds", 5 * S)
    board.set("fleet_shard_cpu_seconds_total", 9 * S, shard="0")
    board.set("fleet_shard_cpu_wait_seconds_total", 99 * S // 10, shard="0")
    judge.see(10_000, board.read())
    ruling = rule("passed", judge.findings(), examine(Health(), *judge.marks))
    assert ruling.verdict == "invalid"
    told = "\n".join(ruling.reasons)
    assert "the generator was the bottleneck: heartbeats were sent 2.00 s late" in told
    assert "shard 0 waited 99% of the time for a core that others used" in told
    assert "which says nothing of the server: sign_in.p99 < 1s" in told


def test_a_healthy_generator_is_valid() -> None:
    """Below all bounds there is no complaint, and what a shard took is told."""
    board = Board()
    judge = judged(board)
    board.last("fleet_schedule_lag_seconds", *[3_000] * 100)
    board.set("fleet_shard_cpu_seconds_total", 5 * S, shard="0")
    judge.see(10_000, board.read())
    health = examine(Health(), *judge.marks)
    assert health.complaints == ()
    assert health.shards[0].cpu == pytest.approx(0.5)


def test_what_was_sent_is_told_without_the_warm_up() -> None:
    """The rate is that of the judged part: neither the start nor the drain thins it out."""
    board = Board()
    judge = judged(board, warm_up_ms=5_000)
    for second, sent in ((1, 0), (5, 40), (15, 10_040)):
        board.set("fleet_messages_sent_total", sent, kind="heartbeat")
        judge.see(second * 1_000, board.read())
    assert examine(Health(), *judge.marks).sent_per_s == pytest.approx(1_000)


def test_what_a_shard_took_to_start_is_not_held_against_it() -> None:
    """Imports on a busy machine cost seconds of waiting; a run of a second must not pay for them.

    A share of the time can then not be more than the whole of it.
    """
    board = Board()
    judge = judged(board, "messages.dropped == 0")
    board.set("fleet_shard_cpu_seconds_total", 2 * S, shard="0")
    board.set("fleet_shard_cpu_wait_seconds_total", 3 * S, shard="0")
    judge.begin(board.read())
    board.set("fleet_shard_cpu_seconds_total", 22 * S // 10, shard="0")
    board.set("fleet_shard_cpu_wait_seconds_total", 31 * S // 10, shard="0")
    judge.see(1_000, board.read())
    health = examine(Health(), *judge.marks)
    assert health.complaints == ()
    assert health.shards[0].cpu == pytest.approx(0.2)
    assert health.shards[0].cpu_wait == pytest.approx(0.1)


KEPT = Finding("connected.ratio >= 0.9", "RATIO", held=True, value=1.0, bound=0.9)
MISSED = Finding(
    "sign_in.p99 < 1s", "DURATION", held=False, value=3.0 * S, bound=1.0 * S, worst=4.0 * S,
    violated_ms=3_000, first_ms=2_000, last_ms=5_000,
)  # fmt: skip


@pytest.mark.parametrize(
    ("ended", "findings", "verdict"),
    [
        ("passed", (), "unjudged"),
        ("passed", (KEPT,), "passed"),
        ("passed", (KEPT, MISSED), "slo_broken"),
        ("interrupted", (), "interrupted"),
        ("interrupted", (MISSED,), "interrupted"),
        ("failed", (MISSED,), "failed"),
    ],
)
def test_what_decides(ended: Verdict, findings: tuple[Finding, ...], verdict: Verdict) -> None:
    """A run that did not come to its end is not judged by its objectives."""
    board = Board()
    judge = judged(board)
    assert rule(ended, findings, examine(Health(), *judge.marks)).verdict == verdict


def test_junit_tells_what_failed() -> None:
    """Each objective is a test case; a broken one fails with value and time."""
    board = Board()
    ruling = rule("passed", (KEPT, MISSED), examine(Health(), *judged(board).marks))
    suite = ET.fromstring(junit_xml(ruling, "fleet run x", 12.0)).find("testsuite")  # noqa: S314
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "0")
    (failed,) = [case for case in suite if case.find("failure") is not None]
    assert failed.get("name") == "sign_in.p99 < 1s"
    failure = failed.find("failure")
    assert failure is not None
    assert "it was 3.00 s, 2.0-5.0 s, 3.0 s in all" in (failure.get("message") or "")


def test_junit_without_an_objective_is_no_test_that_was_passed() -> None:
    """A case that is skipped says that none was set; other remarks stand in the first."""
    told = "nobody answered"
    ruling = rule("passed", (), examine(Health(), *judged(Board()).marks), told)
    assert ruling.reasons == (told,)
    suite = ET.fromstring(junit_xml(ruling, "fleet run x", 12.0)).find("testsuite")  # noqa: S314
    assert suite is not None
    assert (suite.get("tests"), suite.get("skipped"), suite.get("errors")) == ("2", "1", "0")
    first, skipped = suite
    assert first.findtext("system-out") == told
    assert [each.get("message") for each in skipped.iter("skipped")] == ["no objective was set"]
