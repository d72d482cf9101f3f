"""The hot path sends what is right at the instant it is due, however far ahead it was printed."""

import json
from typing import Any

import numpy as np

from fleet.life.pulse import Pulse
from fleet.life.vitals import Vitals
from fleet.mqtt.frames import PreparedTopic
from fleet.mqtt.packets import Version
from fleet.run.layout import layout_of
from fleet.watch.tally import Tally
from fleet.worlds.beats import Beats
from fleet.worlds.meters import Meters
from tests.worlds.scripted import StoppedClock
from tests.worlds.settings import ORIGIN_MS, PROFILE

TERMINALS = 3
EVERY_MS = 50
FOREVER = 10**9
TOPIC = PreparedTopic(Version.V311, "fleet/v1/demo/T-000001/up/heartbeat")


class Mouth:
    """A terminal whose link makes its own frames; it may be down."""

    def __init__(self) -> None:
        self.up = True
        self.said: list[tuple[dict[str, Any], int]] = []
        self.sent_bytes = 0

    def send_beat(self, payload: bytes, qos: int, due_ns: int) -> int:
        del qos
        self.said.append((json.loads(payload), due_ns))
        size = len(payload) if self.up else 0
        self.sent_bytes += size
        return size


class Choir:
    """Some terminals that beat every 50 ms, 10 ms apart."""

    def __init__(self, qos: int = 0) -> None:
        self.vitals = Vitals(7, np.arange(TERMINALS, dtype=np.uint64))
        layout = layout_of(PROFILE)
        self.tally = Tally(layout, np.zeros(layout.size, np.int64))
        self.clock = StoppedClock()
        self.beats = Beats(self.vitals, self.clock, Meters(self.tally), qos, EVERY_MS)
        self.mouths = [Mouth() for _ in range(TERMINALS)]
        self.beats.senders = self.mouths
        self.pulses = [Pulse(row, "1.0.0", has_battery=bool(row % 2)) for row in range(TERMINALS)]
        for row, pulse in enumerate(self.pulses):
            self.beats.press.cut(pulse, TOPIC)
            self.begin(row, 10 * (row + 1))

    def begin(self, row: int, at: int) -> None:
        self.beats.rhythm.begin(row, at, EVERY_MS, FOREVER)

    def turn(self, now: int) -> None:
        """Do what the pump does in a turn."""
        self.clock.shows = now
        self.beats.send_due(now)
        self.beats.armed = now

    def instants(self, row: int) -> list[int]:
        """Return the business instants that a terminal's heartbeats tell."""
        return [beat["ts"] - ORIGIN_MS for beat, _ in self.mouths[row].said]


def test_each_heartbeat_of_a_stall_counts_from_its_own_instant() -> None:
    """A turn that comes 300 ms late sends six of each terminal, and none is timed from another."""
    choir = Choir(qos=1)
    choir.turn(5)
    choir.turn(305)
    for row, mouth in enumerate(choir.mouths):
        due = [10 * (row + 1) + EVERY_MS * n for n in range(6)]
        assert choir.instants(row) == due
        assert [due_ns // 1_000_000 for _, due_ns in mouth.said] == due
        assert [beat["seq"] for beat, _ in mouth.said] == [1, 2, 3, 4, 5, 6]


def test_what_changes_in_an_open_span_is_printed_anew() -> None:
    """Of heartbeats ahead those after a change tell it, the terminal's own and nobody else's."""
    choir = Choir()
    for now in range(0, 20, 5):
        choir.turn(now)
    choir.pulses[0].boot = 4
    choir.beats.press.cut(choir.pulses[0], TOPIC)
    for now in range(20, 100, 5):
        choir.turn(now)
    boots = [[beat["boot"] for beat, _ in mouth.said] for mouth in choir.mouths]
    assert boots == [[0, 4], [0, 0], [0, 0]]
    assert choir.instants(0) == [10, 60]


def test_who_pauses_and_begins_in_an_open_span_beats_on_its_new_grid() -> None:
    """What was printed for the old grid is not sent, and others are not disturbed."""
    choir = Choir()
    for now in range(0, 35, 5):
        choir.turn(now)
    choir.beats.rhythm.pause(0)
    choir.beats.rhythm.pause(1)
    choir.begin(1, 75)
    for now in range(35, 140, 5):
        choir.turn(now)
    assert [choir.instants(row) for row in range(TERMINALS)] == [
        [10],
        [20, 75, 125],
        [30, 80, 130],
    ]
    assert [beat["seq"] for beat, _ in choir.mouths[1].said] == [1, 2, 3]


def test_what_no_link_takes_is_not_counted() -> None:
    """Heartbeats, messages and bytes are those that were sent; what was due is another count."""
    choir = Choir()
    choir.mouths[1].up = False
    for now in range(0, 100, 5):
        choir.turn(now)
    choir.beats.record_times()
    sent = [len(mouth.said) for mouth in choir.mouths]
    assert sent == [2, 2, 2]
    counts, slot = choir.tally.counts, choir.tally.slot
    assert counts[slot("fleet_heartbeats_total")] == 4
    assert counts[slot("fleet_messages_sent_total", kind="heartbeat")] == 4
    assert choir.beats.due == 6
    assert counts[slot("fleet_sent_bytes_total")] == sum(m.sent_bytes for m in choir.mouths)
