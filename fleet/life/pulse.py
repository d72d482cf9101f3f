"""What a heartbeat says beside its telemetry: the terminal writes it, the world reads it."""

from dataclasses import KW_ONLY, dataclass

from fleet.life.states import State


@dataclass(slots=True, eq=False)
class Pulse:
    """The slow part of a heartbeat.

    Attributes:
        index: The terminal's row in the vitals of its shard.
        fw: Version that runs.
        has_battery: Whether the model reports a battery's charge.
        state: Primary state.
        boot: How often the terminal has booted.
        plan: Number of the last order received.
        faults: How many faults the terminal itself knows to be active.
        seq: Number of the last heartbeat sent.
    """

    index: int
    fw: str
    _: KW_ONLY
    has_battery: bool
    state: State = State.INVENTORY
    boot: int = 0
    plan: int = 0
    faults: int = 0
    seq: int = 0
