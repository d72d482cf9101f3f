"""Records of runs, made without a run: counts that rise as they would, second after second."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from fleet.profile import resolved_toml
from fleet.profile.store import parse
from fleet.run.layout import layout_of
from fleet.watch.record import RunRecord
from fleet.watch.ruling import Finding, HealthReport, Ruling, ShardHealth
from fleet.watch.summary import RunFacts, summarise
from fleet.watch.tally import Board, Tally, create_counts, open_counts
from fleet.watch.timeline import Timeline

SECONDS = 30
STARTED = datetime(2026, 1, 5, 8, tzinfo=UTC)
PROFILE = """
schema = 1
name = "small"
title = "<b>Tags & quotes</b>"
[estate]
terminals = 10
"""
RULING = Ruling(
    "slo_broken",
    ("sign_in.p99 < 1s: it was 2.00 s",),
    (
        Finding("sign_in.p99 < 1s", "DURATION", held=False, value=2e6, bound=1e6, worst=3e6,
                violated_ms=4_000, first_ms=10_000, last_ms=14_000),
        Finding("connected.ratio >= 0.9", "RATIO", held=True, value=1.0, bound=0.9),
    ),
    HealthReport(3.0, 9.0, 1.0, 4.0, 0.0, (ShardHealth(0, 0.2, 0.01, 0.05),), 0),
)  # fmt: skip


def make_record(folder: Path, *, beats_per_s: int = 5, second_ms: int = 1_000) -> Path:
    """Write the record of a run in which ten terminals beat for half a minute."""
    profile = parse(PROFILE)
    layout = layout_of(profile)
    counts = folder.with_suffix(".tally")
    create_counts(counts, layout)
    board = Board(layout, [counts])
    tally = Tally(layout, open_counts(counts, layout, writable=True))
    timeline = Timeline(board.read())
    for second in range(SECONDS):
        _live_a_second(tally, second, beats_per_s)
        tally.publish()
        timeline.see(second * second_ms, board.read())
    record = RunRecord(folder)
    record.write_profile(resolved_toml(profile))
    record.write_timeline(timeline)
    facts = RunFacts(
        verdict=RULING.verdict, profile="small", profile_digest="sha256:00", seed=7, terminals=10,
        speed=1.0, broker="mqtt://127.0.0.1:1883", started=STARTED,
        ended=STARTED + timedelta(seconds=SECONDS),
    )  # fmt: skip
    record.write_summary(summarise(board.read(), facts, RULING))
    record.close()
    return folder


def _live_a_second(tally: Tally, second: int, beats_per_s: int) -> None:
    up = min(second, 10)
    tally.counts[tally.slot("fleet_terminals", state="ready")] = up
    tally.counts[tally.slot("fleet_terminals", state="inventory")] = 10 - up
    tally.counts[tally.slot("fleet_connected_terminals")] = up
    tally.counts[tally.slot("fleet_connects_total", outcome="ok")] = up
    tally.counts[tally.slot("fleet_heartbeats_total")] += beats_per_s
    tally.counts[tally.slot("fleet_messages_sent_total", kind="heartbeat")] += beats_per_s
    for family in ("fleet_schedule_lag_seconds", "fleet_sign_in_response_seconds"):
        tally.recorder(family).record(1_000 * (1 + second % 7))
