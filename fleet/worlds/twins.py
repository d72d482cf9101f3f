"""Twins in virtual time: units of one identity, of which a broker serves only one at a time.

Theory of operation
-------------------
A terminal's id is its MQTT client id. Whoever connects with it takes the *seat*, and the broker
ends the session of the unit that sat there before and publishes its last will (MQTT 3.1.1, section
3.1.4). That is the one way in which terminals meet between ticks, so twins must not live ahead of
each other: whatever one of them waits for, an instant or a single heartbeat, it parks on the
kernel, which wakes both in the order of time. When a twin that is thrown out learns of it depends
on what it waits for just then, as over a real broker:

    wait     begun by        it learns of it
    NOTHING  -               as soon as it says something
    SLEEP    sleep, ask      as soon as it says something
    LISTEN   listen, beat    at that very instant

So the story of a twin is a function of both twins', and of nobody else's: both stand in one block
of a dataset, and whoever lives beside them there changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import Enum

from fleet.life.pulse import Pulse
from fleet.life.world import LinkDown
from fleet.units import Millis
from fleet.wire.messages import AnyOrder, Presence
from fleet.worlds.virtual import VirtualEstate, VirtualWorld


class Wait(Enum):
    """See the table above."""

    NOTHING = 0
    SLEEP = 1
    LISTEN = 2


class Seat:
    """The place of one identity at the broker.

    Attributes:
        taken_by: Whose link is up; None if nobody's is.
    """

    __slots__ = ("taken_by",)

    def __init__(self) -> None:
        self.taken_by: TwinWorld | None = None


def seats(tids: Iterable[str]) -> Mapping[str, Seat]:
    """Return a seat for each identity that is given more than once."""
    return {tid: Seat() for tid, units in Counter(tids).items() if units > 1}


class TwinWorld(VirtualWorld):
    """The world of one twin: a virtual one in which the link can be lost to the other."""

    __slots__ = ("_seat", "_wait")

    def __init__(self, estate: VirtualEstate, tid: str, pulse: Pulse, seat: Seat) -> None:
        """Make a world beside another's.

        Args:
            estate: What both live in.
            tid: The identity of both.
            pulse: This one's.
            seat: The place of that identity.
        """
        super().__init__(estate, tid, pulse)
        self._seat = seat
        self._wait = Wait.NOTHING

    def throw_out(self, at: Millis) -> None:
        """Lose the link at `at`: another unit has taken the seat."""
        self._up = False
        self._inbox = None
        estate = self._estate
        will = Presence(estate.origin_ms + at, online=False, reason="lost")
        estate.chronicle.heard(self._pulse, at, will)
        if self._wait is Wait.LISTEN:
            estate.kernel.call(at, self)

    def wake(self, at: Millis) -> None:
        """The instant has come, or the link was lost."""
        self._story = max(self._story, at)
        super().wake(at)

    # ------------------------------------------------------------------ the seam

    async def sleep(self, until: Millis) -> None:  # noqa: D102 - the seam says it
        if until > self._story:
            await self._wait_for(Wait.SLEEP, until)

    async def listen(self, until: Millis) -> AnyOrder | None:  # noqa: D102
        at = self._soonest(until)
        await self._listening(at)
        return self._take_order(at)

    async def beat(self, every: Millis, until: Millis) -> AnyOrder | None:  # noqa: D102
        self._require_link()
        self._anchor(every)
        while True:
            at = self._soonest(until)
            due = min(at, self._beat_at)
            await self._listening(due)
            if due < self._beat_at:
                return self._take_order(at)
            self._beaten_until(every, due)

    async def attach(self) -> None:  # noqa: D102
        await super().attach()
        other, self._seat.taken_by = self._seat.taken_by, self
        if other is not None and other is not self:
            other.throw_out(self._story)

    async def detach(self, *, clean: bool) -> None:  # noqa: D102
        if self._seat.taken_by is self:
            self._seat.taken_by = None
        await super().detach(clean=clean)

    # ------------------------------------------------------------------ how it is done

    def _soonest(self, until: Millis) -> Millis:
        return until if self._inbox is None else self._inbox.soonest(until)

    async def _wait_for(self, wait: Wait, until: Millis) -> None:
        self._wait = wait
        await self._parked(until)
        self._wait = Wait.NOTHING

    async def _listening(self, until: Millis) -> None:
        """Wait until then; raises `LinkDown` if the link is lost before."""
        was_up = self._up
        if until > self._story:
            await self._wait_for(Wait.LISTEN, until)
        if was_up and not self._up:
            raise LinkDown
