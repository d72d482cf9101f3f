"""What the supervisor and a shard say to each other: JSON lines on the shard's input and output.

    shard       says `ready` when it has imported what it needs
    supervisor  hands the task, one line
    shard       lives; `notice` whenever the user should know something
    supervisor  closes the input: drain. Terminals detach in order
    shard       says `ended` when it has drained or its time is over, or `failed`; and exits

The epoch lies ahead when the task is handed, far enough for the shard to make its terminals.
"""

import msgspec

from fleet.mqtt.connection import Connection

# A profile with many campaigns and orders is longer than the 64 KiB that asyncio allows a line.
TASK_BYTES_MAX = 1 << 24


class ShardTask(Connection, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that a shard needs to know, beside how to get at the brokers.

    Attributes:
        index: Of this shard, from 0.
        of: Number of shards.
        seed: Of the run.
        terminals: Of the whole run; the shard takes those that are its own.
        profile_toml: The resolved profile, as TOML text.
        epoch_monotonic_ns: Business zero on CLOCK_MONOTONIC, which all processes share.
        duration_ms: Wall time from the epoch until the run is over; 0 for no end.
        tally_path: File of counts, to be opened with `fleet.watch.tally.open_counts`.
        parts_dir: Folder for the parts of the record; "" for none.
        memory_path: File of what its terminals keep without power, from
            `fleet.run.memory.create_memory`.
        again: Whether the shard died and is started again: its terminals come back as after a
            power cut.
    """

    index: int
    of: int
    seed: int
    terminals: int
    profile_toml: str
    epoch_monotonic_ns: int
    duration_ms: int
    tally_path: str
    parts_dir: str = ""
    memory_path: str = ""
    again: bool = False


class Ready(msgspec.Struct, frozen=True, tag_field="report", tag="ready"):
    """The shard waits for its task."""


class Notice(msgspec.Struct, frozen=True, tag_field="report", tag="notice"):
    """Something that the user should know."""

    message: str


class Ended(msgspec.Struct, frozen=True, tag_field="report", tag="ended"):
    """The shard has done its work.

    Attributes:
        reason: Such as `duration` or `drained`.
        exit: Exit code that the run should have, as far as this shard can tell.
    """

    reason: str
    exit: int = 0


class Failed(msgspec.Struct, frozen=True, tag_field="report", tag="failed"):
    """The shard cannot go on."""

    message: str
    exit: int = 1


Report = Ready | Notice | Ended | Failed
