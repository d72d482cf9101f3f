"""Slots, tallies and boards on real files and across processes."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from fleet.watch.histogram import SLOTS
from fleet.watch.layout import Layout
from fleet.watch.tally import Board, Tally, create_counts, open_counts


def other_layout() -> Layout:
    """Return the layout of another profile."""
    return Layout(codes=("X-1",), fault_classes=("x",), versions=())


def test_slots_do_not_overlap(layout: Layout) -> None:
    """Series occupy all slots, each exactly once."""
    used: list[int] = []
    for family in layout.families:
        if family.name != "fleet_run_info":
            width = SLOTS if family.bounds_us else 1
            for slot in layout.slots(family.name).values():
                used += range(slot, slot + width)
    assert used == list(range(layout.size))


def test_the_same_profile_gives_the_same_layout(layout: Layout) -> None:
    """A layout is a function of its arguments, and its digest tells layouts apart."""
    codes = ("PRN-501", "PRN-503", "COM-201", "PRN-501")
    again = Layout(
        codes=codes,
        fault_classes=("printer", "communication"),
        versions=("1.0", "1.1", "other"),
        regions=("north", "south"),
    )
    assert again.digest == layout.digest
    assert other_layout().digest != layout.digest


def test_an_unknown_series_is_told_with_those_there_are(layout: Layout) -> None:
    """A label value that does not exist names the ones that do."""
    with pytest.raises(KeyError, match=r"has no series fine; it has ok, unreachable"):
        layout.slot("fleet_connects_total", outcome="fine")


def test_counts_show_once_they_are_published(tally: Tally, board: Board) -> None:
    """The board sees counts when the shard publishes, not before."""
    slot = tally.slot("fleet_connects_total", outcome="ok")
    tally.counts[slot] += 3
    assert board.read().value("fleet_connects_total", outcome="ok") == 0
    tally.publish()
    assert board.read().value("fleet_connects_total", outcome="ok") == 3


def test_the_board_sums_shards_and_takes_the_highest_peak(
    tallies: list[Tally], board: Board
) -> None:
    """Counters, gauges (also negative ones) and buckets add up; maxima do not."""
    for tally, terminals, late_us in zip(tallies, (-2, 5), (7_000, 900), strict=True):
        tally.counts[tally.slot("fleet_connected_terminals")] += terminals
        tally.recorder("fleet_schedule_lag_seconds").record(late_us)
        tally.publish()
    reading = board.read()
    lag = reading.distribution("fleet_schedule_lag_seconds")
    assert reading.value("fleet_connected_terminals") == 3
    assert (lag.count, lag.sum_us, lag.peak_us) == (2, 7_900, 7_000)


def test_a_reading_does_not_change(tally: Tally, board: Board) -> None:
    """A reading keeps its figures while the shard goes on."""
    reading = board.read()
    tally.counts[tally.slot("fleet_heartbeats_total")] += 1
    tally.publish()
    assert reading.value("fleet_heartbeats_total") == 0
    assert board.read().total("fleet_heartbeats_total") == 1


def test_a_restarted_shard_keeps_counters_and_begins_gauges_anew(
    layout: Layout, paths: list[Path], tally: Tally
) -> None:
    """Counters and histograms go on from the file; gauges start at zero."""
    tally.counts[tally.slot("fleet_heartbeats_total")] += 4
    tally.counts[tally.slot("fleet_terminals", state="ready")] += 4
    tally.recorder("fleet_heartbeat_ack_seconds").record(1_500)
    tally.publish()
    restarted = Tally(layout, open_counts(paths[0], layout, writable=True))
    restarted.counts[restarted.slot("fleet_heartbeats_total")] += 1
    restarted.publish()
    reading = Board(layout, paths).read()
    assert reading.value("fleet_heartbeats_total") == 5
    assert reading.value("fleet_terminals", state="ready") == 0
    assert reading.distribution("fleet_heartbeat_ack_seconds").count == 1


def test_counts_of_another_layout_are_refused(paths: list[Path]) -> None:
    """A file made for another profile cannot be read as this one's."""
    with pytest.raises(ValueError, match="holds the counts of another layout"):
        open_counts(paths[0], other_layout())


def test_counts_are_not_overwritten(layout: Layout, paths: list[Path]) -> None:
    """A file of counts is created once."""
    with pytest.raises(FileExistsError):
        create_counts(paths[0], layout)


def test_counts_cross_processes(paths: list[Path], board: Board) -> None:
    """What another process publishes is read here, by slots it worked out by itself."""
    program = textwrap.dedent(f"""
        from pathlib import Path
        from fleet.watch.layout import Layout
        from fleet.watch.tally import Tally, open_counts
        layout = Layout(codes=("PRN-501", "PRN-503", "COM-201"),
                        fault_classes=("printer", "communication"), versions=("1.0", "1.1"),
                        regions=("north", "south"))
        tally = Tally(layout, open_counts(Path({str(paths[1])!r}), layout, writable=True))
        tally.counts[tally.slot("fleet_faults_total", code="COM-201")] += 11
        tally.publish()
    """)
    subprocess.run(
        [sys.executable, "-c", program], check=True, timeout=30, cwd=Path(__file__).parents[2]
    )
    assert board.read().series("fleet_faults_total")["COM-201"] == 11
