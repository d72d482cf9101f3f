"""What the business clock shows: where it begins, and how it runs beside the wall clock."""

from datetime import UTC, datetime
from typing import Final, NamedTuple, Self

from fleet.profile.estate import Run
from fleet.units import Millis

_NS_PER_MS: Final = 1_000_000


def origin_ms(run: Run) -> int:
    """Return the business instant zero as Unix time in milliseconds.

    `run.start` is what clocks show where the offset from UTC is zero; a region's are ahead of them
    by its own offset.
    """
    since = run.start.replace(tzinfo=UTC) - datetime.fromtimestamp(0, UTC)
    return round(since.total_seconds() * 1_000)


def since_midnight_ms(run: Run) -> Millis:
    """Return the time of day at the business instant zero, where the offset from UTC is zero."""
    midnight = run.start.replace(hour=0, minute=0, second=0, microsecond=0)
    return round((run.start - midnight).total_seconds() * 1_000)


class BusinessClock(NamedTuple):
    """Business time as a function of monotonic time, the same in all processes of a run.

    Attributes:
        origin_ms: Unix time of the business instant zero, in milliseconds.
        epoch_ns: Monotonic time of that instant, in nanoseconds; it may lie ahead.
        speed: Business milliseconds per wall millisecond.
    """

    origin_ms: int
    epoch_ns: int
    speed: float

    @classmethod
    def of(cls, run: Run, epoch_ns: int) -> Self:
        """Return the clock of a run whose business zero is at the monotonic time `epoch_ns`."""
        return cls(origin_ms(run), epoch_ns, run.speed)

    def elapsed_ms(self, monotonic_ns: int) -> Millis:
        """Return the business time since the epoch; negative before it."""
        return int((monotonic_ns - self.epoch_ns) * self.speed) // _NS_PER_MS

    def monotonic_ns(self, at: Millis) -> int:
        """Return the monotonic time at which the clock shows `at`."""
        return self.epoch_ns + round(at * _NS_PER_MS / self.speed)

    def unix_ms(self, monotonic_ns: int) -> int:
        """Return the business instant as Unix time in milliseconds."""
        return self.origin_ms + self.elapsed_ms(monotonic_ns)
