"""What a heartbeat says beside its telemetry: the terminal writes it, the world reads it."""

from fleet.life.states import State


class Pulse:
    """The slow part of a heartbeat.

    Attributes:
        index: The terminal's row in the vitals of its shard.
        state: Primary state.
        fw: Version that runs.
        boot: How often the terminal has booted.
        plan: Number of the last order received.
        faults: How many faults the terminal itself knows to be active.
        has_battery: Whether the model reports a battery's charge.
        seq: Number of the last heartbeat sent.
    """

    __slots__ = ("boot", "faults", "fw", "has_battery", "index", "plan", "seq", "state")

    def __init__(self, index: int, fw: str, *, has_battery: bool) -> None:
        self.index = index
        self.state = State.INVENTORY
        self.fw = fw
        self.boot = 0
        self.plan = 0
        self.faults = 0
        self.has_battery = has_battery
        self.seq = 0
