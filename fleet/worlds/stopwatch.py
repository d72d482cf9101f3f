"""What a live terminal's dealings with the network take, by two clocks, and what it misses.

Response time counts from the instant at which something was due in the terminal's story, service
time from the one at which it was really begun.
"""

from time import monotonic_ns
from typing import Final

from fleet.life.states import ON, Event, State, Step
from fleet.units import Millis
from fleet.worlds.clock import LiveClock
from fleet.worlds.meters import Meters, since_us

# A terminal that starts up or hangs knows of no link, and so misses none.
_WANTS_LINK: Final = (ON | {State.REGISTERING}) - {
    State.BOOTING,
    State.SELF_TEST,
    State.DIAGNOSING,
    State.HUNG,
}
_US_PER_MS: Final = 1_000


class Stopwatch:
    """One terminal's: it does one thing at a time."""

    __slots__ = ("_begun_ns", "_clock", "_due_ns", "_meters", "_offline", "_ordered")

    def __init__(self, clock: LiveClock, meters: Meters) -> None:
        self._clock = clock
        self._meters = meters
        self._due_ns = self._begun_ns = 0
        self._offline = 0
        self._ordered: Millis | None = None

    def due_ns(self, story: Millis) -> int:
        """Return an instant of the story as monotonic time."""
        return self._clock.business.monotonic_ns(story)

    def begin(self, story: Millis) -> None:
        """Something is done that is due now."""
        self._due_ns = self.due_ns(story)
        self._begun_ns = monotonic_ns()

    def begin_at_last(self) -> None:
        """What was due before, and had to wait, is done now."""
        self._begun_ns = monotonic_ns()

    def time_connect(self) -> None:
        """The link is up; or it was not within the time-out, which is a lower bound."""
        self._meters.connect_time.record(since_us(self._due_ns))
        self._meters.connect_service.record(since_us(self._begun_ns))

    def time_sign_in(self) -> None:
        """A sign-in was answered; or it was not within the time-out, which is a lower bound."""
        self._meters.sign_in_time.record(since_us(self._due_ns))
        self._meters.sign_in_service.record(since_us(self._begun_ns))

    def note_update_order(self, story: Millis) -> None:
        """An update was ordered."""
        self._ordered = story

    def see(self, step: Step, story: Millis) -> None:
        """Look at a step: it may end an update, or the wish for a link."""
        if step.target is not step.source and step.target not in _WANTS_LINK:
            self.want_link(0)
        if step.event is Event.UPDATED and self._ordered is not None:
            taken_ms, self._ordered = story - self._ordered, None
            self._meters.update_time.record(max(0, taken_ms) * _US_PER_MS)

    def want_link(self, wants: int) -> None:
        """Note whether the terminal wants a link that it has not: 1 or 0."""
        self._meters.add(self._meters.offline, wants - self._offline)
        self._offline = wants
