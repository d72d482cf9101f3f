"""Where a broker listens: the URL a user types, checked, and the TLS context that goes with it."""

import ipaddress
import re
import socket
import ssl
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import SplitResult, urlsplit

# Ports 1883 and 8883 are IANA's `mqtt` and `secure-mqtt`; 80 and 443 those of the WebSocket
# protocol (RFC 6455, section 3).
DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883, "ws": 80, "wss": 443}
SECURE_SCHEMES = frozenset({"mqtts", "wss"})
WEBSOCKET_SCHEMES = frozenset({"ws", "wss"})
DEFAULT_WEBSOCKET_PATH = "/mqtt"

_FORMS = (
    "mqtt://HOST[:PORT], mqtts://HOST[:PORT], ws://HOST[:PORT][/PATH] or wss://HOST[:PORT][/PATH]"
)
_HOST_NAME = re.compile(
    r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*"
    r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.?"
)
_PORT = re.compile(r"0*[1-9][0-9]{0,4}")
_PORT_MAX = 65_535
_AFTER_BRACKET = re.compile(r"://[^/?#\]]*\]([^:/?#]+)")
_NOT_IN_A_URL = re.compile(r"[\s\x00-\x1f\x7f]")


class EndpointError(ValueError):
    """The address of the broker, or a file of its TLS settings, cannot be used as given."""


class Address(NamedTuple):
    """One socket address of a broker: `family` as in `socket.AF_INET`, `sockaddr` as it takes."""

    family: int
    sockaddr: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One broker's address.

    Attributes:
        scheme: `mqtt`, `mqtts`, `ws` or `wss`.
        host: Host name, IPv4 address, or IPv6 address without brackets.
        port: 1 to 65535.
        path: Path of the WebSocket resource; empty for `mqtt` and `mqtts`.
        tls: Context for `mqtts` and `wss`, which trusts the system's authorities unless
            `with_tls` says otherwise; None for `mqtt` and `ws`.
    """

    scheme: str
    host: str
    port: int
    path: str = ""
    tls: ssl.SSLContext | None = None

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read a broker URL.

        Raises:
            EndpointError: The URL is malformed, or carries a user name or a password.
        """
        _refuse_secrets(url)
        parts = _split(url)
        return cls(
            scheme=parts.scheme,
            host=_host(url, parts),
            port=_port(url, parts),
            path=_path(url, parts),
            tls=ssl.create_default_context() if parts.scheme in SECURE_SCHEMES else None,
        )

    @property
    def is_websocket(self) -> bool:
        """Whether MQTT travels in WebSocket frames."""
        return self.scheme in WEBSOCKET_SCHEMES

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}"

    def with_tls(
        self,
        *,
        ca_file: Path | None = None,
        cert_file: Path | None = None,
        key_file: Path | None = None,
        verify: bool = True,
    ) -> Self:
        """Return the same endpoint with TLS settings of its own.

        Args:
            ca_file: PEM file of the authorities to trust instead of the system's.
            cert_file: PEM file of the client's certificate chain, for mutual TLS.
            key_file: PEM file of its private key; None when `cert_file` holds it too.
            verify: False accepts any certificate of any name; for laboratories only.

        Raises:
            EndpointError: The scheme has no TLS, or a file cannot be read or is not what it
                should be.
        """
        if self.tls is None:
            msg = f"{self} has no TLS: use {self.scheme}s:// or leave the TLS settings out"
            raise EndpointError(msg)
        if key_file is not None and cert_file is None:
            msg = f"the key {key_file} has no certificate: give the certificate file as well"
            raise EndpointError(msg)
        context = _trusting(ca_file)
        if cert_file is not None:
            _present(context, cert_file, key_file)
        if not verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return replace(self, tls=context)

    def resolve(self) -> tuple[Address, ...]:
        """Look the host up; blocks, so it is done once per run and not per connection.

        Raises:
            OSError: The name does not resolve.
        """
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            msg = f"cannot find the host of {self}: {error.strerror}; check its name"
            raise OSError(msg) from error
        return tuple(Address(family, sockaddr) for family, _, _, _, sockaddr in found)


def _refuse_secrets(url: str) -> None:
    # Checked before anything else, and without repeating the URL: every later complaint quotes
    # it, and whatever stands before an "@" may be a password.
    if "@" in url:
        msg = (
            "the broker URL must not carry a user name or password: secrets come from "
            f"environment variables or files. Write {_FORMS}"
        )
        raise EndpointError(msg)


def _split(url: str) -> SplitResult:
    # urlsplit would silently drop tabs and line breaks.
    if _NOT_IN_A_URL.search(url):
        raise _malformed(url, "contains white space or a control character")
    scheme, separator, _ = url.partition("://")
    if not separator:
        raise _malformed(url, "has no scheme")
    if scheme.lower() not in DEFAULT_PORTS:
        raise _malformed(url, f"has the unknown scheme {scheme!r}")
    # Some releases of Python refuse this without a word of what is wrong, others let it pass.
    if stray := _AFTER_BRACKET.search(url):
        raise _malformed(url, f"has {stray[1]!r} after the bracket")
    try:
        return urlsplit(url)
    except ValueError as error:
        raise _malformed(url, f"cannot be read ({error})") from None


def _host(url: str, parts: SplitResult) -> str:
    host = parts.hostname
    if parts.netloc.count(":") > 1 and "[" not in parts.netloc:
        raise _malformed(url, "has more than one colon; an IPv6 address goes in brackets")
    if not host:
        raise _malformed(url, "names no host")
    if ":" in host:
        return _ipv6(url, host)
    if not _HOST_NAME.fullmatch(host):
        raise _malformed(url, f"has the impossible host name {host!r}")
    return host


def _ipv6(url: str, host: str) -> str:
    try:
        return str(ipaddress.IPv6Address(host))
    except ValueError as error:
        raise _malformed(url, f"has an IPv6 address that is none ({error})") from None


def _port(url: str, parts: SplitResult) -> int:
    # Not `parts.port`, which says less, and takes an empty port for none.
    _, colon, port = parts.netloc.rpartition("]")[2].partition(":")
    if not colon:
        return DEFAULT_PORTS[parts.scheme]
    if not _PORT.fullmatch(port) or int(port) > _PORT_MAX:
        raise _malformed(url, f"has the port {port!r}, which is not one of 1 to {_PORT_MAX}")
    return int(port)


def _path(url: str, parts: SplitResult) -> str:
    if parts.fragment or "#" in url:
        raise _malformed(url, "has a fragment (#...), which brokers do not know")
    if parts.scheme in WEBSOCKET_SCHEMES:
        query = f"?{parts.query}" if parts.query else ""
        return (parts.path or DEFAULT_WEBSOCKET_PATH) + query
    if parts.path not in {"", "/"} or parts.query:
        raise _malformed(url, "has a path, which only ws:// and wss:// know")
    return ""


def _malformed(url: str, complaint: str) -> EndpointError:
    return EndpointError(f"the broker URL {url!r} {complaint}: write {_FORMS}")


def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except ssl.SSLError:
        msg = f"{ca_file} holds no certificate authority: it must be a PEM file of certificates"
        raise EndpointError(msg) from None
    except OSError as error:
        msg = f"cannot read the certificate authorities from {ca_file}: {error.strerror}"
        raise EndpointError(msg) from None


def _present(context: ssl.SSLContext, cert_file: Path, key_file: Path | None) -> None:
    files = f"{cert_file}" if key_file is None else f"{cert_file} and {key_file}"
    try:
        # An empty password makes OpenSSL fail on an encrypted key instead of asking the terminal.
        context.load_cert_chain(cert_file, key_file, password="")
    except ssl.SSLError as error:
        msg = (
            f"{files} are no client certificate with its unencrypted private key, in PEM, "
            f"that belong together ({error.reason or error})"
        )
        raise EndpointError(msg) from None
    except OSError as error:
        msg = f"cannot read the client certificate from {files}: {error.strerror}"
        raise EndpointError(msg) from None
