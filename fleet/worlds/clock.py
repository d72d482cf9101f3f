"""The business clock, read from the machine's own.

Only business time is scaled. Protocol timers stay in real time, so a deadline of theirs is turned
into the business instant at which real time will have come that far.
"""

from time import monotonic_ns

from fleet.profile.clock import BusinessClock
from fleet.units import Millis


class LiveClock:
    """Business time now.

    Attributes:
        business: The clock that all processes of the run agree on.
    """

    __slots__ = ("business",)

    def __init__(self, business: BusinessClock) -> None:
        self.business = business

    def now(self) -> Millis:
        """Return the business instant; negative before the run's epoch."""
        return self.business.elapsed_ms(monotonic_ns())

    def after(self, protocol_ms: Millis) -> Millis:
        """Return the business instant that lies `protocol_ms` of real time ahead."""
        return self.now() + int(protocol_ms * self.business.speed) + 1

    def real_us(self, business_ms: float) -> float:
        """Return a span of business time in microseconds of real time."""
        return business_ms * 1_000.0 / self.business.speed
