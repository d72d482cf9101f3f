"""PUBACKs by their packet ids alone: each is timed from its own heartbeat's instant."""

from typing import cast

import numpy as np
import pytest

from fleet.mqtt.lane import Lane
from fleet.mqtt.stream import Stream
from fleet.watch.tally import Reading
from fleet.worlds.press import SESSION_IDS_MAX, packet_ids
from fleet.worlds.receipts import Receipts
from tests.worlds.beating import EVERY_MS, ROW, Beating


class Desk(Beating):
    """The receipts of one terminal that beats once a second, on a clock that began before."""

    def __init__(self) -> None:
        super().__init__()
        self.receipts = Receipts(self.rhythm, self.grids, self.clock, self.meters)

    def anchor(self) -> None:
        """Begin a new grid."""
        self.receipts.anchor(ROW)
        self.grids.anchor(ROW, EVERY_MS)

    def take(self, *numbers: int) -> None:
        """Get PUBACKs of these heartbeats."""
        for packet_id in packet_ids(np.array(numbers)).tolist():
            self.receipts.note(ROW, packet_id)

    def times_ms(self) -> list[float]:
        """Return count, sum and maximum of the response times, in ms."""
        self.receipts.record()
        reading = Reading(self.tally.layout, np.array(self.tally.counts, np.int64))
        told = reading.distribution("fleet_publish_ack_seconds")
        return [told.count, told.sum_us / 1_000, told.peak_us / 1_000]


def test_every_receipt_counts_from_its_own_instant() -> None:
    """Those that come at once after a stall have response times of 5, 4, 3, 2 and 1 s."""
    desk = Desk()
    desk.beat(55_000, 5)
    desk.take(1, 2, 3, 4, 5)
    assert desk.times_ms() == pytest.approx([5, 15_000, 5_000], abs=300)


def test_a_grid_that_is_over_is_remembered() -> None:
    """Two grids over, and receipts for all of them still to be worked up: each counts as it was."""
    desk = Desk()
    desk.beat(40_000, 1)
    desk.anchor()
    desk.beat(50_500, 2)
    desk.take(1, 2)
    desk.anchor()
    desk.beat(59_000, 1)
    desk.take(3, 4)
    expected = [20_000, 9_500, 8_500, 1_000]
    assert desk.times_ms() == pytest.approx([4, sum(expected), 20_000], abs=300)


def test_what_waits_in_vain_counts_as_long_as_was_waited_for_it() -> None:
    """When the link is down the unacknowledged count, once, even if the session survives it."""
    desk = Desk()
    desk.beat(56_000, 4)
    desk.take(1)
    held = dict.fromkeys([7, *packet_ids(np.array([2, 3, 4])).tolist()], b"")
    desk.receipts.give_up(ROW, Lane(cast("Stream", None), held, 20))
    expected = [4_000, 3_000, 2_000, 1_000]
    assert desk.times_ms() == pytest.approx([4, sum(expected), 4_000], abs=300)
    desk.take(2, 3, 4)
    assert desk.times_ms()[0] == 4
    desk.beat(60_000, 1)
    desk.take(5)
    assert desk.times_ms()[0] == 5


def test_ids_go_round() -> None:
    """A heartbeat's id is its own again after as many as there are ids; none is the session's."""
    numbers = np.arange(1, 3 * SESSION_IDS_MAX)
    ids = packet_ids(numbers)
    assert ids.min() > SESSION_IDS_MAX
    assert ids.max() <= 0xFFFF
    assert len(np.unique(ids[: SESSION_IDS_MAX + 1])) == SESSION_IDS_MAX + 1
    desk = Desk()
    desk.rhythm.seq[ROW] = SESSION_IDS_MAX
    desk.grids.anchor(ROW, 0)
    desk.beat(58_000, 2)
    desk.take(SESSION_IDS_MAX + 1, SESSION_IDS_MAX + 2)
    assert desk.times_ms() == pytest.approx([2, 3_000, 2_000], abs=300)
