"""Bytes over a connected socket, plain or through TLS, told by callbacks.

A plain stream has no asyncio transport: `send` on the socket, at once, is what a transport does
at best. Sketches on uvloop, 10,000 messages/s of 190 bytes over 2,000 to 4,000 connections in ticks
of 5 ms, two to six runs each: bare `send` 5.3-6.3 us a message, `transport.write` 6.3-7.8 us,
`send` beside an idle transport 7.0-7.5 us. The difference is little more than the noise; what
decides is what connecting and idling cost, see `fleet.mqtt.poller`.
"""

import asyncio
import socket
import ssl
import struct
from typing import Protocol, cast

from fleet.mqtt.poller import ANYTHING, ENDED, WRITABLE, Poller

# Enough for what a broker sends to one client between two turns of the loop.
READ_BYTES = 65_536

NO_WIRE = -1

# How long a TLS close_notify may wait for its answer before the connection is cut.
TLS_SHUTDOWN_S = 2.0

LINGER_0_S = struct.pack("ii", 1, 0)  # struct linger {l_onoff, l_linger}, see socket(7)


class StreamOwner(Protocol):
    """Who is told what happens on a stream."""

    def ready(self) -> None:
        """The TLS handshake is done (a plain stream is ready from the start)."""

    def received(self, data: bytes) -> None:
        """Bytes came."""

    def lost(self, error: Exception | None) -> None:
        """The connection ended (None) or broke, and is closed; nothing more will be told."""


class Stream(Protocol):
    """One connection; `close` and `abort` are final, and nothing is told after them."""

    @property
    def unsent(self) -> int:
        """Bytes that wait because the peer does not read."""

    def lay(self, wires: list[int], place: int) -> None:
        """Keep `wires[place]`, from now on, at the descriptor that takes bytes past `write`.

        It is `NO_WIRE` while there is none: something is unsent, the connection is over, or what is
        written must be seen first.
        """

    def write(self, data: bytes) -> None:
        """Send now, or keep what the socket does not take. A broken connection is told later."""

    def close(self) -> None:
        """End the connection in order, after what was written."""

    def abort(self) -> None:
        """Cut the connection."""


class PlainStream:
    """TCP. It takes over the watch which the dial began.

    Attributes:
        unsent: Bytes that wait because the peer does not read.
    """

    __slots__ = ("_owner", "_place", "_poller", "_socket", "_waiting", "_wires", "unsent")

    def __init__(self, connection: socket.socket, poller: Poller, owner: StreamOwner) -> None:
        self._owner = owner
        self._poller = poller
        self._socket = connection
        self._waiting = b""
        self._wires: list[int] | None = None
        self._place = 0
        self.unsent = 0
        poller.watch(connection.fileno(), self, ANYTHING)

    def lay(self, wires: list[int], place: int) -> None:
        """See `Stream.lay`."""
        self._wires, self._place = wires, place
        self._note_wire()

    def _note_wire(self) -> None:
        if self._wires is not None:
            self._wires[self._place] = NO_WIRE if self.unsent else self._socket.fileno()

    def _take_up_wire(self) -> None:
        # Before the descriptor is closed: it may be given out again at once.
        if self._wires is not None:
            self._wires[self._place] = NO_WIRE
            self._wires = None

    def write(self, data: bytes) -> None:
        """Send now, or keep what the socket does not take. A broken connection is told later."""
        if self.unsent:
            self._wait(self._waiting + data)
            return
        try:
            sent = self._socket.send(data)
        except ConnectionError:
            return  # the reader sees the end too, after what the broker may have said of it
        except OSError:
            sent = 0
        if sent < len(data):
            self._wait(data[sent:])

    def _wait(self, waiting: bytes) -> None:
        self._waiting = waiting
        self.unsent = len(waiting)
        self._note_wire()

    def close(self) -> None:
        """End the connection in order, after what was written."""
        self._take_up_wire()
        Parting(self._socket, self._poller, self._waiting)

    def abort(self) -> None:
        """Cut the connection: RST and not FIN, which also leaves no port in TIME_WAIT."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0_S)
        self._end()

    def _end(self) -> None:
        self._take_up_wire()
        self._poller.unwatch(self._socket.fileno())
        self._socket.close()

    def happened(self, events: int) -> None:
        """Write what waited, then read what came."""
        if self.unsent and events & WRITABLE:
            self._flush()
        if not events & ~WRITABLE:
            return
        # Edge-triggered: on until the socket has no more, which a short read shows (epoll(7));
        # but the end of the connection is an edge of its own only if it comes later.
        size = READ_BYTES
        while (size == READ_BYTES or events & ENDED) and self._socket.fileno() >= 0:
            try:
                data = self._socket.recv(READ_BYTES)
            except BlockingIOError:
                return
            except OSError as error:
                self._lose(error)
                return
            if not data:
                self._lose(None)
                return
            size = len(data)
            self._owner.received(data)

    def _lose(self, error: OSError | None) -> None:
        self._end()
        self._owner.lost(error)

    def _flush(self) -> None:
        try:
            sent = self._socket.send(self._waiting)
        except BlockingIOError:
            return
        except OSError:
            sent = self.unsent  # the reader tells
        self._wait(self._waiting[sent:])


class Parting:
    """A connection that has said all it will, until the peer has taken it and hung up.

    To close a socket while something unread has come for it is to reset the connection (RFC 2525,
    2.17), and a peer may then throw away what it has not read yet: the last messages before a
    DISCONNECT. So our side is shut when all is written, what still comes is read and forgotten, and
    the socket is closed when the peer closes its own.
    """

    __slots__ = ("_poller", "_socket", "_unsent")

    def __init__(self, connection: socket.socket, poller: Poller, unsent: bytes) -> None:
        self._socket = connection
        self._poller = poller
        self._unsent = unsent
        poller.watch(connection.fileno(), self, ANYTHING)
        poller.parting(self)
        self.happened(0)

    def happened(self, events: int) -> None:
        """Write the rest, shut our side, read until the other side is shut."""
        del events
        try:
            self._finish_writing()
            while self._socket.recv(READ_BYTES):
                pass
        except BlockingIOError:
            return
        except OSError:
            pass
        self.end()

    def end(self) -> None:
        """Close the socket, whatever the peer does."""
        if self._socket.fileno() >= 0:
            self._poller.parted(self)
            self._poller.unwatch(self._socket.fileno())
            self._socket.close()

    def _finish_writing(self) -> None:
        if self._unsent:
            self._unsent = self._unsent[self._socket.send(self._unsent) :]
        if not self._unsent:
            self._socket.shutdown(socket.SHUT_WR)


class TlsStream(asyncio.Protocol):
    """TLS over TCP; the loop's own implementation, whose cost is the cipher's anyway."""

    __slots__ = ("_connection", "_handshake", "_owner", "_transport")

    def __init__(
        self, connection: socket.socket, tls: ssl.SSLContext, host: str, owner: StreamOwner
    ) -> None:
        self._owner: StreamOwner | None = owner
        self._connection: socket.socket | None = connection
        self._transport: asyncio.Transport | None = None
        self._handshake = asyncio.get_running_loop().create_task(self._shake_hands(tls, host))

    @property
    def unsent(self) -> int:
        """Bytes that wait because the peer does not read."""
        return self._transport.get_write_buffer_size() if self._transport else 0

    def lay(self, wires: list[int], place: int) -> None:
        """See `Stream.lay`: what is written is enciphered first, so there is never a wire."""

    def write(self, data: bytes) -> None:
        """Send now, or keep what the socket does not take."""
        if self._transport:
            self._transport.write(data)

    def close(self) -> None:
        """End the connection in order, after what was written."""
        if self._transport:
            self._owner = None
            self._transport.close()
        else:
            self.abort()

    def abort(self) -> None:
        """Cut the connection."""
        self._owner = None
        if self._transport:
            self._transport.abort()
            return
        self._handshake.cancel()
        if self._connection is not None:  # the task has not begun, and will not
            self._connection.close()

    async def _shake_hands(self, tls: ssl.SSLContext, host: str) -> None:
        connection, self._connection = self._connection, None
        try:
            await asyncio.get_running_loop().create_connection(
                lambda: self,
                sock=connection,
                ssl=tls,
                server_hostname=host,
                ssl_shutdown_timeout=TLS_SHUTDOWN_S,
            )
        except OSError as error:
            self.connection_lost(error)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)
        if self._owner:
            self._owner.ready()

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        if self._owner:
            self._owner.received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        owner, self._owner = self._owner, None
        if owner:
            owner.lost(exc)
