"""What the service and who started it say to each other: JSON lines on its input and output.

starter   hands the task, one line
service   says `ready` whenever it has subscribed, `lost` when the broker is gone
service   says `counted` every second
starter   closes the input, or dies: the service drains
service   says `ended` and exits, or `failed` at any time before if it cannot go on
"""

import os
from pathlib import Path

import msgspec

from fleet.mqtt.endpoint import Endpoint
from fleet.tms.ledger import Counts


class TaskError(Exception):
    """The task cannot be done as given: a mistake of whoever handed it."""


class TmsTask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that a service needs to know.

    Attributes:
        broker: URL.
        profile_toml: The resolved profile, as TOML text.
        seed: Of the run, 0 to 2**64 - 1.
        epoch_monotonic_ns: Business zero on CLOCK_MONOTONIC, which all processes share.
        index: Of this instance, from 0.
        of: Number of instances; several share one subscription, which the broker must know.
        ca_file: PEM file of trusted authorities; "" for the system's.
        cert_file: PEM file of the client's certificate; "" for none.
        key_file: PEM file of its private key; "" if `cert_file` holds it.
        insecure: Accept any certificate; for laboratories only.
        username: "" for an anonymous client.
        password_env: Name of the environment variable that holds the password; "" for none.
        password_file: File that holds it, in its first line; goes before `password_env`.
    """

    broker: str
    profile_toml: str
    seed: int
    epoch_monotonic_ns: int
    index: int = 0
    of: int = 1
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    insecure: bool = False
    username: str = ""
    password_env: str = ""
    password_file: str = ""

    @classmethod
    def read(cls, line: bytes) -> "TmsTask":
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
        """Return the broker's endpoint with its TLS settings.

        Raises:
            EndpointError: The URL is malformed, or a file of the TLS settings cannot be used.
        """
        endpoint = Endpoint.parse(self.broker)
        if not (self.ca_file or self.cert_file or self.key_file or self.insecure):
            return endpoint
        return endpoint.with_tls(
            ca_file=_path(self.ca_file),
            cert_file=_path(self.cert_file),
            key_file=_path(self.key_file),
            verify=not self.insecure,
        )

    def password(self) -> str | None:
        """Read the password, or return None if there is none.

        Raises:
            TaskError: The file cannot be read.
        """
        if not self.password_file:
            return os.environ.get(self.password_env) if self.password_env else None
        try:
            return (
                Path(self.password_file).read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
            )
        except (OSError, UnicodeError) as error:
            msg = f"cannot read the password from {self.password_file}: {error}"
            raise TaskError(msg) from None


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
    """

    desk: Counts
    unreadable: int = 0
    dropped: int = 0
    undelivered: int = 0
    connects: int = 0


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


def _path(name: str) -> Path | None:
    return Path(name) if name else None
