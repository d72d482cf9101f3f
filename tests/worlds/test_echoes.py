"""Acknowledgements by their numbers: every one is timed from when its heartbeat was due."""

import numpy as np
import pytest

from fleet.watch.tally import Reading
from fleet.worlds.echoes import Echoes
from tests.worlds.beating import EVERY_MS, ROW, Beating


class Ear(Beating):
    """The echoes of one terminal that beats once a second, on a clock which began a while ago."""

    def __init__(self) -> None:
        super().__init__()
        self.echoes = Echoes(self.rhythm, self.grids, self.clock, self.meters)

    def hear(self, *numbers: int) -> None:
        """Get acknowledgements."""
        for number in numbers:
            self.echoes.hear(ROW, number, EVERY_MS)

    def times_ms(self) -> tuple[int, float, float]:
        """Return how many were timed, the sum of their response times and the largest, in ms."""
        reading = Reading(self.tally.layout, np.array(self.tally.counts, np.int64))
        told = reading.distribution("fleet_heartbeat_ack_seconds")
        return told.count, told.sum_us / 1_000, told.peak_us / 1_000

    def mishaps(self) -> dict[str, int]:
        """Return what the numbers show."""
        reading = Reading(self.tally.layout, np.array(self.tally.counts, np.int64))
        return {word: n for word, n in reading.series("fleet_down_mishaps_total").items() if n}


def test_every_late_answer_counts_from_its_own_instant() -> None:
    """Five answers that come at once after a stall have response times of 5, 4, 3, 2 and 1 s."""
    ear = Ear()
    ear.beat(55_000, 5)
    ear.hear(1, 2, 3, 4, 5)
    count, total_ms, longest_ms = ear.times_ms()
    assert count == 5
    assert total_ms == pytest.approx(15_000, abs=500)
    assert longest_ms == pytest.approx(5_000, abs=100)
    assert ear.mishaps() == {}


def test_a_grid_that_is_over_is_remembered() -> None:
    """An answer to a heartbeat before a reboot still counts from that heartbeat's instant."""
    ear = Ear()
    ear.beat(50_000, 2)
    ear.grids.anchor(ROW, EVERY_MS)
    ear.beat(59_500, 1)
    ear.hear(1, 2, 3)
    count, total_ms, _ = ear.times_ms()
    assert count == 3
    assert total_ms == pytest.approx(10_000 + 9_000 + 500, abs=300)


def test_numbers_show_what_came_twice_or_too_late() -> None:
    """An answer that comes again is a duplicate; one that was overtaken is reordered, not lost."""
    ear = Ear()
    ear.beat(50_000, 4)
    ear.hear(1, 1, 3, 2, 4)
    assert ear.mishaps() == {"duplicated": 1, "reordered": 1}
    assert not ear.echoes.waits()
    assert ear.times_ms()[0] == 4


def test_what_never_came_is_lost_and_counts_as_long_as_it_was_waited_for() -> None:
    """A gap and an unanswered end are lost; their response times are what had passed by then."""
    ear = Ear()
    ear.beat(56_000, 4)
    ear.hear(1, 3)
    assert ear.echoes.waits()
    ear.echoes.give_up(ROW, EVERY_MS)
    assert ear.mishaps() == {"lost": 2}
    count, total_ms, _ = ear.times_ms()
    assert count == 4
    assert total_ms == pytest.approx(4_000 + 3_000 + 2_000 + 1_000, abs=400)
    assert not ear.echoes.waits()


def test_who_leaves_waits_for_nothing() -> None:
    """Heartbeats of a terminal that detached are neither lost nor timed."""
    ear = Ear()
    ear.beat(50_000, 3)
    ear.hear(1)
    ear.echoes.forget(ROW)
    assert ear.mishaps() == {}
    assert not ear.echoes.waits()


def test_a_tms_that_acknowledges_nothing_loses_nothing() -> None:
    """Without a single acknowledgement nothing can be said, and nothing is waited for."""
    ear = Ear()
    ear.beat(50_000, 3)
    assert not ear.echoes.waits()
    ear.echoes.give_up(ROW, EVERY_MS)
    assert ear.mishaps() == {}
    assert ear.times_ms()[0] == 0


def test_an_answer_to_what_was_never_said_is_no_answer() -> None:
    """A number beyond the last heartbeat's is passed over."""
    ear = Ear()
    ear.beat(50_000, 1)
    ear.hear(7)
    assert ear.times_ms()[0] == 0
