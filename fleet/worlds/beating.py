"""One terminal's share in the heartbeats of its shard: its grid, its plate, its stream."""

from fleet.life.pulse import Pulse
from fleet.mqtt.frames import PreparedTopic
from fleet.mqtt.link import Link
from fleet.units import Millis
from fleet.worlds.beats import Beats


class Beating:
    """Begins and pauses a terminal's heartbeats.

    Attributes:
        topic: Where they go.
    """

    __slots__ = ("_beats", "_every", "_next", "_plate_of", "_pulse", "topic")

    def __init__(self, beats: Beats, pulse: Pulse, topic: PreparedTopic) -> None:
        self._beats = beats
        self._pulse = pulse
        self.topic = topic
        self._next: Millis | None = None
        self._every: Millis = 0
        self._plate_of: tuple[object, ...] = ()

    def forget_grid(self) -> None:
        """Let the next beat be the first of a new grid."""
        self._next = None

    def prepare(self, story: Millis, every: Millis) -> None:
        """Have the grid and the plate ready for a wait that begins at an instant of the story."""
        if self._next is None or self._next < story or every != self._every:
            self._anchor(story, every)
        pulse = self._pulse
        says = (pulse.state, pulse.boot, pulse.fw, pulse.plan, pulse.faults)
        if says != self._plate_of:
            self._plate_of = says
            self._beats.press.cut(pulse, self.topic)

    def begin(self, limit: Millis) -> None:
        """Beat from the next instant of the grid on, up to `limit`."""
        if self._next is not None:
            self._beats.rhythm.begin(self._pulse.index, self._next, self._every, limit)

    def pause(self) -> Millis:
        """Beat no more; return the instant of the last heartbeat that was sent."""
        rhythm, row = self._beats.rhythm, self._pulse.index
        self._next = rhythm.pause(row)
        self._pulse.seq = int(rhythm.seq[row])
        return int(rhythm.last[row])

    def send_due(self, at: Millis) -> None:
        """Send what is due by an instant, if this terminal's is among it."""
        if self._beats.rhythm.is_due(self._pulse.index, at):
            self._beats.send_due(at)

    def carry_by(self, link: Link | None) -> None:
        """Note the link by which heartbeats go from now on; None for none."""
        self._beats.wires.carry_by(link, self._pulse.index)

    def hear(self, seq: int) -> None:
        """Heartbeat number `seq` was acknowledged."""
        self._beats.echoes.hear(self._pulse.index, seq, self._every)

    def give_up(self) -> None:
        """Wait no longer for acknowledgements; time them as they stand."""
        self._beats.give_up(self._pulse.index, self._every)

    def forget(self) -> None:
        """The conversation is over."""
        self._beats.echoes.forget(self._pulse.index)

    def _anchor(self, story: Millis, every: Millis) -> None:
        self._beats.anchor(self._pulse.index, self._every)
        if self._next is None:
            self._next = story
        elif self._next < story:  # beats that fell into another state are not made up for
            self._next += -((self._next - story) // every) * every
        self._every = every
