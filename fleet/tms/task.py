"""What the service and who started it say to each other: JSON lines on its input and output.

starter   hands the task, one line
service   says `ready` whenever it has subscribed, `lost` when the broker is gone
starter   may say then when business begins, which it knows once all that it started are ready
service   says `counted` every second
starter   closes the input, or dies: the service drains
service   says `ended` and exits, or `failed` at any time before if it cannot go on
"""

from typing import Self

import msgspec

from fleet.mqtt.connection import Connection
from fleet.mqtt.endpoint import Endpoint
from fleet.tms.ledger import Counts, added
from fleet.tms.picture import Picture


class TaskError(Exception):
    """The task cannot be done as given: a mistake of whoever handed it."""


class TmsTask(Connection, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that a service needs to know, beside how to get at the brokers.

    Attributes:
        profile_toml: The resolved profile, as TOML text.
        seed: Of the run, 0 to 2**64 - 1.
        epoch_monotonic_ns: Business zero on CLOCK_MONOTONIC, which all processes share; `Begin` may
            set it anew.
        index: Of this instance, from 0.
        of: Number of instances; several share one subscription, which the broker must know.
        journal: Path of the journal that the service keeps, and goes on with; "" for none.
        began_unix_ms: When business began by the wall clock, for a new journal.
    """

    profile_toml: str
    seed: int
    epoch_monotonic_ns: int
    index: int = 0
    of: int = 1
    journal: str = ""
    began_unix_ms: int = 0

    @classmethod
    def read(cls, line: bytes) -> Self:
        """Read a task from a line of JSON.

        Raises:
            TaskError: It is no task.
        """
        try:
            return msgspec.json.decode(line, type=cls)
        except (msgspec.MsgspecError, ValueError) as error:
            msg = f"the first line of the input is no task: {error}"
            raise TaskError(msg) from None

    def endpoint(self) -> Endpoint:
        """Return the endpoint of this instance's broker; instances spread over them.

        Raises:
            EndpointError: A URL is malformed, or a file of the TLS settings cannot be used.
        """
        endpoints = self.endpoints()
        return endpoints[self.index % len(endpoints)]


class Begin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When business begins: of whoever says so all processes are told the same.

    Attributes:
        epoch_monotonic_ns: Business zero on CLOCK_MONOTONIC.
    """

    epoch_monotonic_ns: int


class Ready(msgspec.Struct, frozen=True, tag_field="report", tag="ready"):
    """The service has subscribed: from now on it hears and answers."""


class Lost(msgspec.Struct, frozen=True, tag_field="report", tag="lost"):
    """There is no connection to the broker; the service tries again."""

    reason: str


class Handled(msgspec.Struct):
    """What the service itself counts.

    Attributes:
        desk: What the desk heard and said.
        unreadable: Messages that do not follow the contract.
        dropped: Messages, in or out, for which there was no room.
        undelivered: Messages that could not be sent, as the connection was gone.
        connects: Times that it subscribed.
        picture: What the desk sees of its estate.
    """

    desk: Counts
    unreadable: int = 0
    dropped: int = 0
    undelivered: int = 0
    connects: int = 0
    picture: Picture = msgspec.field(default_factory=Picture)

    def __add__(self, other: Self) -> Self:
        """Return the counts of both services together."""
        return added(self, other)


class Counted(msgspec.Struct, frozen=True, tag_field="report", tag="counted"):
    """How far it is."""

    counts: Handled


class Ended(msgspec.Struct, frozen=True, tag_field="report", tag="ended"):
    """The service has drained."""

    counts: Handled


class Failed(msgspec.Struct, frozen=True, tag_field="report", tag="failed"):
    """The service cannot go on."""

    message: str
    exit: int = 1


Report = Ready | Lost | Counted | Ended | Failed
