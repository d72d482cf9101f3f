"""Just enough WebSocket (RFC 6455) for one client to say CONNECT and hear CONNACK.

MQTT travels in binary frames whose bounds mean nothing (MQTT 5, section 6), so a stream of bytes is
all that is needed: frames are unwrapped as they come, pings are not waited for.
"""

import base64
import hashlib
import os
from typing import Self

import trio

from fleet.mqtt.endpoint import Endpoint

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # section 1.3
_RESPONSE_BYTES_MAX = 16_384
_FRAME_BYTES_MAX = 1 << 20
_READ_BYTES = 65_536
_FIN_BINARY, _MASKED = 0x82, 0x80
_OPCODE, _CLOSE, _DATA = 0x0F, 0x8, frozenset({0x0, 0x2})
_LENGTH, _LENGTH_16, _LENGTH_64 = 0x7F, 126, 127


class NotAWebSocket(Exception):
    """The peer does not speak MQTT over WebSocket there; the text says what it said instead."""


class WebSocketStream(trio.abc.Stream):
    """Bytes in binary frames over another stream."""

    def __init__(self, stream: trio.abc.Stream, received: bytes) -> None:
        self._stream = stream
        self._received = received

    @classmethod
    async def open(cls, stream: trio.abc.Stream, endpoint: Endpoint) -> Self:
        """Ask for the upgrade, as sections 4.1 and 4.2 have it.

        Raises:
            NotAWebSocket: The peer refuses it.
        """
        key = base64.b64encode(os.urandom(16))
        await stream.send_all(_request(endpoint, key))
        response = b""
        while b"\r\n\r\n" not in response and len(response) < _RESPONSE_BYTES_MAX:
            chunk = await stream.receive_some(_READ_BYTES)
            if not chunk:
                break
            response += chunk
        head, _, rest = response.partition(b"\r\n\r\n")
        _check(head, key)
        return cls(stream, rest)

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send one masked frame; `data` is shorter than 64 KiB."""
        mask = os.urandom(4)
        length = (
            bytes([_MASKED | len(data)])
            if len(data) < _LENGTH_16
            else bytes([_MASKED | _LENGTH_16]) + len(data).to_bytes(2, "big")
        )
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(bytes(data)))
        await self._stream.send_all(bytes([_FIN_BINARY]) + length + mask + masked)

    async def wait_send_all_might_not_block(self) -> None:
        """See `trio.abc.SendStream`."""
        await self._stream.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """Return the payload of the next data frame; b"" when the peer closes."""
        del max_bytes
        while True:
            head = await self._exactly(2)
            opcode = head[0] & _OPCODE if head else _CLOSE
            if opcode == _CLOSE:
                return b""
            payload = await self._exactly(await self._length(head[1] & _LENGTH))
            if opcode in _DATA and payload:
                return payload

    async def aclose(self) -> None:
        """Close the stream below; the MQTT DISCONNECT before it is farewell enough."""
        await self._stream.aclose()

    async def _length(self, short: int) -> int:
        if short == _LENGTH_16:
            return int.from_bytes(await self._exactly(2), "big")
        if short == _LENGTH_64:
            return int.from_bytes(await self._exactly(8), "big")
        return short

    async def _exactly(self, count: int) -> bytes:
        if count > _FRAME_BYTES_MAX:
            msg = f"a frame of {count} bytes"
            raise NotAWebSocket(msg)
        while len(self._received) < count:
            chunk = await self._stream.receive_some(_READ_BYTES)
            if not chunk:
                return b""
            self._received += chunk
        taken, self._received = self._received[:count], self._received[count:]
        return taken


def _request(endpoint: Endpoint, key: bytes) -> bytes:
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    lines = (
        f"GET {endpoint.path} HTTP/1.1",
        f"Host: {host}:{endpoint.port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key.decode()}",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: mqtt",
    )
    return "\r\n".join((*lines, "", "")).encode()


def _check(head: bytes, key: bytes) -> None:
    status, *fields = head.decode("latin-1").split("\r\n")
    if status.split()[1:2] != ["101"]:
        msg = f"it answers {status[:100]!r}" if status else "it closes the connection"
        raise NotAWebSocket(msg)
    # RFC 6455 wants SHA-1 here, against caches and not against attackers.
    digest = hashlib.sha1(key + _GUID, usedforsecurity=False).digest()
    accept = base64.b64encode(digest).decode()
    named = dict(field.lower().split(":", 1) for field in fields if ":" in field)
    if named.get("sec-websocket-accept", "").strip() != accept.lower():
        msg = "its answer to the upgrade is not one to ours"
        raise NotAWebSocket(msg)
