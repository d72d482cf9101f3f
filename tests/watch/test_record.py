"""The run record on a real folder, and the summary."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from fleet.life.states import Event, State, Step
from fleet.watch.events import EventWriter
from fleet.watch.record import FolderTaken, RunRecord
from fleet.watch.ruling import Verdict
from fleet.watch.summary import (
    EXIT_CODES,
    RunFacts,
    Summary,
    render_summary,
    summarise,
)
from fleet.watch.tally import Board, Tally

STARTED = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
NOTE = "protocol timers are not scaled; business clocks ran 360 times faster"


def facts(verdict: Verdict = "passed") -> RunFacts:
    """Return the facts of a run with this verdict."""
    return RunFacts(
        verdict=verdict,
        profile="retail-day",
        profile_digest="sha256:abcd",
        seed=42,
        terminals=3,
        speed=360.0,
        broker="mqtt://127.0.0.1:1883",
        started=STARTED,
        ended=STARTED + timedelta(seconds=120),
        notes=(NOTE,),
    )


@pytest.fixture
def summary(tally: Tally, board: Board) -> Summary:
    """The summary of a small run."""
    tally.counts[tally.slot("fleet_terminals", state="ready")] += 3
    tally.counts[tally.slot("fleet_faults_total", code="PRN-501")] += 2
    tally.counts[tally.slot("fleet_heartbeats_total")] += 9_876
    tally.recorder("fleet_heartbeat_ack_seconds").record(4_321)
    tally.publish()
    return summarise(board.read(), facts())


def test_a_new_folder_is_created(tmp_path: Path) -> None:
    """The folder and its parents are made, with a place for the shards to work in."""
    record = RunRecord(tmp_path / "runs" / "1")
    assert record.work.is_dir()
    record.close()
    assert list(record.folder.iterdir()) == []


def test_half_a_file_does_not_stay(tmp_path: Path, summary: Summary) -> None:
    """What could not be written to its end is gone when the record is closed, the rest stays."""
    record = RunRecord(tmp_path / "record")
    record.write_summary(summary)
    (record.folder / "events.parquet.partial").write_bytes(b"half")
    record.close()
    assert [path.name for path in record.folder.iterdir()] == ["summary.json"]


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    """Nobody's files are mixed up with a run's; the message names the folder and what it holds."""
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(FolderTaken, match=r"is not empty \(it holds thesis.tex\); .* --out"):
        RunRecord(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """A path that is a file, or lies in one, is told in the system's words."""
    (tmp_path / "out").touch()
    with pytest.raises(FolderTaken, match="File exists; choose another --out"):
        RunRecord(tmp_path / "out")
    with pytest.raises(FolderTaken, match="Not a directory"):
        RunRecord(tmp_path / "out" / "deeper")


def test_the_record_holds_what_the_contract_names(tmp_path: Path, summary: Summary) -> None:
    """Profile, summary and events are there under their names, and no partial file beside them."""
    record = RunRecord(tmp_path / "out")
    writer = EventWriter(record.work / "events-0.arrows", 0)
    writer.add("00000001", Step(5, 1, Event.BOOTED, State.BOOTING, State.SELF_TEST, "", 0))
    writer.close()
    record.write_profile("schema = 1\n")
    record.write_summary(summary)
    assert record.write_events(record.work.iterdir()) == 1
    record.close()
    names = sorted(each.name for each in record.folder.iterdir())
    assert names == ["events.parquet", "profile.toml", "summary.json"]
    assert (record.folder / "profile.toml").read_text() == "schema = 1\n"
    assert pq.read_table(record.folder / "events.parquet").num_rows == 1


def test_the_summary_reads_back(tmp_path: Path, summary: Summary) -> None:
    """`summary.json` is plain JSON that decodes to the very same summary."""
    record = RunRecord(tmp_path / "out")
    record.write_summary(summary)
    content = (tmp_path / "out" / "summary.json").read_bytes()
    assert msgspec.json.decode(content, type=Summary) == summary
    plain = json.loads(content)
    assert plain["states"]["ready"] == 3
    assert plain["counts"]["fleet_faults_total"]["PRN-501"] == 2
    assert plain["counts"]["fleet_heartbeats_total"] == {"": 9_876}
    assert plain["percentiles"]["fleet_heartbeat_ack_seconds"]["max_ms"] == 4.321
    assert plain["run"]["started"] == "2026-01-05T08:00:00Z"
    assert set(plain["versions"]) == {"fleet", "python", "numpy", "platform"}


@pytest.mark.parametrize(("verdict", "exit_code"), EXIT_CODES.items())
def test_the_verdict_decides_the_exit_code(verdict: Verdict, exit_code: int, board: Board) -> None:
    """The exit code of the contract follows from the verdict."""
    contract = {"passed": 0, "unjudged": 0, "failed": 1, "slo_broken": 3, "invalid": 4}
    contract["interrupted"] = 130
    assert summarise(board.read(), facts(verdict)).exit_code == exit_code == contract[verdict]


def test_the_end_of_a_run_shows_verdict_figures_and_notes(summary: Summary) -> None:
    """What is shown on 80 columns names the verdict, latencies, counts and notes."""
    console = Console(file=StringIO(), width=80)
    with console.capture() as capture:
        console.print(render_summary(summary))
    shown = capture.get()
    for expected in ("passed", "seed 42", "heartbeat ack", "4.32", "9,876", "PRN-501 2", "ready 3"):
        assert expected in shown
    assert "protocol timers are not scaled" in shown
    assert "sign in" not in shown  # nothing was measured, so there is no row of zeros


def test_steps_of_one_thing_are_not_summed(tally: Tally, board: Board) -> None:
    """An update that is offered, accepted and succeeds is not three updates."""
    for outcome in ("offered", "accepted", "succeeded"):
        tally.counts[tally.slot("fleet_updates_total", outcome=outcome)] += 1
    tally.publish()
    console = Console(file=StringIO(), width=80)
    with console.capture() as capture:
        console.print(render_summary(summarise(board.read(), facts())))
    rows = [line.split() for line in capture.get().splitlines()]
    [row] = [row for row in rows if row[:1] == ["updates"]]
    assert " ".join(row) == "updates offered 1, accepted 1, succeeded 1"


@pytest.mark.parametrize(
    ("longest_s", "unit", "longest"),
    [
        (0.000_25, "ms", "0.25"),
        (99.9, "ms", "99,900"),
        (100, "s", "100.0"),
        (999, "s", "999.0"),
        (1_001, "min", "16.68"),
        (72_000, "h", "20.00"),
        (9_999 * 3_600, "h", "9,999"),
    ],
)
def test_durations_are_told_in_units_that_fit(
    longest_s: float, unit: str, longest: str, tally: Tally, board: Board
) -> None:
    """A row names its unit and shows all seven figures uncut on 80 columns."""
    update = tally.recorder("fleet_update_response_seconds")
    ack = tally.recorder("fleet_heartbeat_ack_seconds")
    for share in range(1, 1_001):
        update.record(round(longest_s * 1e6 * share / 1_000))
        ack.record(90_000_000 * share)
    tally.counts[tally.slot("fleet_heartbeat_ack_seconds")] += 86_400_000
    tally.publish()
    console = Console(file=StringIO(), width=80)
    with console.capture() as capture:
        console.print(render_summary(summarise(board.read(), facts())))
    rows = [line.split() for line in capture.get().splitlines()]
    [row] = [row for row in rows if row[:1] == ["update"]]
    assert (row[1], row[2], row[-1], len(row)) == (unit, "1,000", longest, 9)
    [row] = [row for row in rows if row[:2] == ["heartbeat", "ack"]]
    assert (row[3], len(row)) == ("86,401,000", 10)
    [heads] = [row for row in rows if row[:1] == ["durations"]]
    assert heads == ["durations", "in", "count", "mean", "p50", "p90", "p99", "p99.9", "max"]


@pytest.mark.parametrize(
    ("width", "heads"),
    [
        (120, ["mean", "p50", "p90", "p99", "p99.9", "max"]),
        (60, ["p50", "p90", "p99", "max"]),
        (50, ["p50", "p99", "max"]),
        (36, ["p99"]),
    ],
)
def test_a_narrow_terminal_gets_fewer_figures_but_whole_ones(
    width: int, heads: list[str], tally: Tally, board: Board
) -> None:
    """Where not all figures fit, some are left out; none is cut, for half a figure is none."""
    tally.recorder("fleet_heartbeat_ack_seconds").record(12_345_678)
    tally.counts[tally.slot("fleet_heartbeat_ack_seconds")] += 99_999
    tally.publish()
    console = Console(file=StringIO(), width=width)
    with console.capture() as capture:
        console.print(render_summary(summarise(board.read(), facts())))
    rows = [line.split() for line in capture.get().splitlines()]
    [found] = [row for row in rows if row[:1] == ["durations"]]
    assert found == ["durations", "in", "count", *heads]
    [row] = [row for row in rows if row[:2] == ["heartbeat", "ack"]]
    assert (row[3], len(row)) == ("100,000", 4 + len(heads))
    assert "…" not in capture.get()


def test_counts_are_whole_on_any_terminal(tally: Tally, board: Board) -> None:
    """Names are folded where there is no room for them; a number never loses a digit."""
    tally.counts[tally.slot("fleet_heartbeats_total")] += 123_456_789
    tally.counts[tally.slot("fleet_messages_sent_total", kind="heartbeat")] += 123_456_789
    tally.counts[tally.slot("fleet_terminals", state="forced_shutdown")] += 40
    tally.publish()
    for width in (30, 40, 60, 80):
        console = Console(file=StringIO(), width=width)
        with console.capture() as capture:
            console.print(render_summary(summarise(board.read(), facts())))
        shown = capture.get()
        assert shown.split().count("123,456,789") >= 2, shown
        assert "…" not in shown
