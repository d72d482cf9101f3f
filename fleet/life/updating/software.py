"""The software of a unit: what runs on it, and what is to run."""

from fleet.life.faults.kinds import NEVER
from fleet.life.pulse import Pulse
from fleet.life.updating.job import Job
from fleet.units import Millis
from fleet.wire.messages import Update
from fleet.wire.package import What


class Software:
    """What runs, and the update that was ordered.

    Attributes:
        job: The update that was ordered; None without one.
        idle_since: Instant since which the terminal was not used.
        first_beat_at: Instant of the first heartbeat since the boot.
        unfit: The order that brought a version whose test did not show that it does not fit; None
            if all fits, as far as anybody could know.
        others: Versions of what is no firmware; None while nothing of it was ever updated.
    """

    __slots__ = ("_pulse", "first_beat_at", "idle_since", "job", "others", "unfit")

    def __init__(self, pulse: Pulse) -> None:
        """Begin with what the pulse says is installed, and nothing ordered."""
        self.job: Job | None = None
        self.unfit: Update | None = None
        self.idle_since: Millis = 0
        self.first_beat_at: Millis = NEVER
        self._pulse = pulse
        self.others: dict[What, str] | None = None

    def runs(self, what: What) -> str:
        """Return the version that runs; "-" for what was never updated and has no other."""
        if what == "firmware":
            return self._pulse.fw
        return "-" if self.others is None else self.others.get(what, "-")

    def put_in_force(self, what: What, version: str) -> None:
        """Let another version run."""
        if what == "firmware":
            self._pulse.fw = version
        else:
            self.others = (self.others or {}) | {what: version}
