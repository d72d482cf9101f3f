"""The press: prints whole tables of heartbeats, as PUBLISH frames ready to be sent.

Each terminal has a plate, a frame with blank places, cut anew when an event of life changes what it
says of itself. Printing copies the plates of those who are due and fills in their telemetry, a
column at a time. A quarter of a thousand at once cost a seventh of what one by one costs.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fleet.life.channels import CHANNELS, COLUMN
from fleet.life.flows import reported
from fleet.life.pulse import Pulse
from fleet.life.runs import Runs
from fleet.life.telemetry import heartbeats
from fleet.life.vitals import Vitals
from fleet.mqtt.frames import PreparedTopic, frame, frame_qos1
from fleet.mqtt.primitives import TWO_BYTES_MAX
from fleet.wire.heartbeat import Form
from fleet.worlds.span import NOTHING, Prints, Score

# At QoS 1 a heartbeat's packet id is its own number, in the upper half of the ids: so frames can be
# numbered as they are printed. The lower half is the session's, for all else.
SESSION_IDS_MAX: Final = TWO_BYTES_MAX >> 1
FIRST_BEAT_ID: Final = SESSION_IDS_MAX + 1

_SOLD: Final = [COLUMN["txn_ok"], COLUMN["txn_fail"]]

Integers = NDArray[np.int64]


def packet_ids(seq: Integers) -> Integers:
    """Return the packet ids of heartbeats by their numbers, int64[n] both."""
    return FIRST_BEAT_ID | (seq & SESSION_IDS_MAX)


class Press:
    """The plates of a shard.

    Attributes:
        start: Where in a frame the heartbeat itself begins.
    """

    def __init__(self, vitals: Vitals, origin_ms: int, qos: int = 0) -> None:
        """Start without plates.

        Args:
            vitals: The shard's terminals.
            origin_ms: Unix time of the business epoch, in milliseconds.
            qos: With which heartbeats are sent, 0 or 1; others make frames of their own.
        """
        count = len(vitals.serials)
        self._vitals = vitals
        self._origin_ms = origin_ms
        self._form = Form({c.name: (c.low, c.high) for c in CHANNELS})
        # As wide as the longest frame and no wider: what is behind a frame is looked through when
        # it is printed, which for seventy bytes costs as much as to print them.
        self._plates = np.zeros((count, 0), np.uint8)
        self._has_battery = np.zeros(count, np.bool_)
        self.start = 0
        self._numbered = qos == 1
        self._id_place = slice(0)

    def cut(self, pulse: Pulse, topic: PreparedTopic) -> None:
        """Make a terminal's plate anew; its topic has the same length as everybody's."""
        blank = self._form.blank(
            state=pulse.state.value,
            boot=pulse.boot,
            fw=pulse.fw,
            plan=pulse.plan,
            faults=pulse.faults,
            has_battery=pulse.has_battery,
        )
        whole = frame_qos1(topic, blank, FIRST_BEAT_ID) if self._numbered else frame(topic, blank)
        framed = np.frombuffer(whole, np.uint8)
        self.start = len(framed) - len(blank)
        id_end = self.start - len(topic.no_properties)
        self._id_place = slice(id_end - 2, id_end)
        if len(framed) > self._plates.shape[1]:
            wider = len(framed) - self._plates.shape[1]
            self._plates = np.pad(self._plates, ((0, 0), (0, wider)))
        plate = self._plates[pulse.index]
        plate[: len(framed)] = framed
        plate[len(framed) :] = 0
        self._has_battery[pulse.index] = pulse.has_battery
        self._vitals.mark(pulse.index)

    def print(self, score: Score) -> Prints:
        """Return heartbeats as frames."""
        at_ms, rows, seq = score
        if not len(rows):
            return NOTHING
        numbers = seq.astype(np.uint64)
        found = heartbeats(self._vitals, Runs(rows), at_ms, numbers, self._origin_ms)
        steps = found.values.astype(np.int64)
        columns = dict(zip(COLUMN, steps, strict=True))
        columns |= {"ts": at_ms + self._origin_ms, "seq": seq, "uptime_s": found.uptime_s}
        frames = self._plates.take(rows, axis=0)
        self._form.fill(frames, self.start, self._has_battery[rows], columns)
        if self._numbered:
            ids = packet_ids(seq).astype(">u2")
            frames[:, self._id_place] = ids[:, None].view(np.uint8)
        # Behind its last brace a plate is all zeros, which numpy leaves out of a string of bytes.
        printed: list[bytes] = frames.view(f"S{frames.shape[1]}").ravel().tolist()
        return Prints(score, self._vitals.changes[rows], self._drawn(steps, rows, seq), printed)

    def _drawn(self, steps: Integers, rows: Integers, seq: Integers) -> Integers:
        """Return the payments in heartbeats that no step of a life tells of, int64[n, 2]."""
        drawn: Integers = steps[_SOLD].T
        if self._vitals.flows.lived:
            drawn = drawn - reported(self._vitals.flows.counted[rows], seq)[:, 2:]
        return drawn
