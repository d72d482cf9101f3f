"""A TCP connection in the making, without a task, a future or a timer of its own."""

import asyncio
import os
import socket
from collections.abc import Iterable
from typing import Protocol

from fleet.mqtt.endpoint import Address
from fleet.mqtt.poller import WRITABLE, Poller

# ip(7), since Linux 4.2. Without it `bind` reserves a port that is unique on the whole source
# address, not merely towards one broker. The socket module names it from Python 3.12 on.
IP_BIND_ADDRESS_NO_PORT = 24


class DialOwner(Protocol):
    """Who is told how it went; never before `Dial` has returned."""

    def dialled(self, connection: socket.socket) -> None:
        """The connection is made. It, and its watch, are the owner's from now on."""

    def undialled(self, error: OSError) -> None:
        """No address could be reached; the error is the last one's."""


class Dial:
    """Tries one address after another until one answers."""

    __slots__ = ("_failure", "_owner", "_poller", "_rest", "_socket", "_source")

    def __init__(
        self, addresses: Iterable[Address], source: str | None, poller: Poller, owner: DialOwner
    ) -> None:
        self._rest = iter(addresses)
        self._source = source
        self._poller = poller
        self._owner = owner
        self._socket: socket.socket | None = None
        self._failure: asyncio.Handle | None = None
        self._dial_next(OSError("there is no address to connect to"))

    def cancel(self) -> None:
        """Give up; the owner is told nothing more."""
        if self._failure is not None:
            self._failure.cancel()
        if self._socket is not None:
            self._hang_up(self._socket)

    def happened(self, _events: int) -> None:
        """The connection is made, or has failed."""
        assert self._socket is not None  # noqa: S101 - else nothing would be watched
        error = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            self._hang_up(self._socket)
            self._dial_next(OSError(error, os.strerror(error)))
        else:
            self._owner.dialled(self._socket)

    def _hang_up(self, connection: socket.socket) -> None:
        self._poller.unwatch(connection.fileno())
        connection.close()
        self._socket = None

    def _dial_next(self, error: OSError) -> None:
        address = next(self._rest, None)
        if address is None:
            # Later, because the owner is perhaps still waiting for the constructor.
            loop = asyncio.get_running_loop()
            self._failure = loop.call_soon(self._owner.undialled, error)
            return
        try:
            self._socket = _connecting(address, self._source)
        except OSError as failure:
            self._dial_next(failure)
        else:
            self._poller.watch(self._socket.fileno(), self, WRITABLE)


def _connecting(address: Address, source: str | None) -> socket.socket:
    connection = socket.socket(address.family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if source is not None:
            connection.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
            connection.bind((source, 0))
        connection.connect(address.sockaddr)
    except BlockingIOError:
        return connection
    except OSError:
        connection.close()
        raise
    return connection
