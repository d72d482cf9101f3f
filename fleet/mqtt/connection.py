"""How to get at brokers, without the secret itself: only where it is kept."""

import os
from pathlib import Path
from typing import Annotated, Any, Self

import msgspec

from fleet.mqtt.endpoint import Endpoint

PASSWORD_ENV = "FLEET_MQTT_PASSWORD"  # noqa: S105 - the name of a variable, no password


class PasswordError(ValueError):
    """The password cannot be had from where it is said to be."""


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """Brokers of one cluster, and who we are to them. The tasks of processes extend it.

    Attributes:
        brokers: URLs, at least one; clients spread over them.
        ca_file: PEM file of trusted authorities; "" for the system's.
        cert_file: PEM file of the client's certificate; "" for none.
        key_file: PEM file of its private key; "" if `cert_file` holds it.
        insecure: Accept any certificate; for laboratories only.
        username: "" for an anonymous client.
        password_env: Name of the environment variable that holds the password; "" for none.
        password_file: File that holds it, in its first line; goes before `password_env`.
        sources: Local addresses that clients spread over; none for the system's choice.
    """

    brokers: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    insecure: bool = False
    username: str = ""
    password_env: str = ""
    password_file: str = ""
    sources: tuple[str, ...] = ()

    @classmethod
    def of_connection(cls, connection: "Connection", **fields: Any) -> Self:
        """Return a connection of this kind: the fields of another one, and those of its own."""
        return cls(**msgspec.structs.asdict(connection), **fields)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return the brokers' endpoints with their TLS settings.

        Raises:
            EndpointError: A URL is malformed, or a file of the TLS settings cannot be used.
        """
        return tuple(self._secured(Endpoint.parse(url)) for url in self.brokers)

    def _secured(self, endpoint: Endpoint) -> Endpoint:
        if not (self.ca_file or self.cert_file or self.key_file or self.insecure):
            return endpoint
        return endpoint.with_tls(
            ca_file=_path(self.ca_file),
            cert_file=_path(self.cert_file),
            key_file=_path(self.key_file),
            verify=not self.insecure,
        )

    def password(self) -> bytes | None:
        """Read the password, or return None if there is none.

        Raises:
            PasswordError: The file cannot be read or is empty.
        """
        if self.password_file:
            return _first_line(Path(self.password_file))
        found = os.environ.get(self.password_env) if self.password_env else None
        return None if found is None else os.fsencode(found)


def _path(name: str) -> Path | None:
    return Path(name) if name else None


def _first_line(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            line = file.readline(65_536).rstrip(b"\r\n")
    except OSError as error:
        msg = f"cannot read the password from {path}: {error.strerror}"
        raise PasswordError(msg) from error
    if not line:
        msg = f"the password file {path} is empty: its first line must be the password"
        raise PasswordError(msg)
    return line
