"""The floor: ready-made bytes by bare `send` on non-blocking sockets; no client can do less.

At QoS 1 each acknowledgement is read by a bare `recv`, where `epoll` says that there is one.
"""

import asyncio
import select
import socket
from contextlib import suppress

import uvloop

from benchmarks.peers.task import Pacer, PeerTask, end_of_input, payload, read_task, say, topic
from fleet.mqtt.frames import PreparedTopic, frame, frame_qos1
from fleet.mqtt.options import SessionOptions
from fleet.mqtt.packets import Version
from fleet.mqtt.session import Session

_READ_BYTES = 65_536


def main() -> None:
    """Run."""
    uvloop.run(_run(read_task()))


async def _run(task: PeerTask) -> None:
    sockets = [_connected(task.port, number) for number in range(task.clients)]
    frames = [_frame(task, number) for number in range(task.clients)]
    sends = [each.send for each in sockets]
    clients = task.clients

    def send(number: int) -> None:
        client = number % clients
        sends[client](frames[client])

    pacer = Pacer(task.rate, send)
    acknowledgements = _Reader(sockets) if task.qos else None
    pacing = asyncio.create_task(
        pacer.run(between=acknowledgements.read) if acknowledgements else pacer.run()
    )
    say(ready=clients)
    await end_of_input()
    pacing.cancel()
    say(lag_p99_ms=pacer.lag_p99_ms())


def _connected(port: int, number: int) -> socket.socket:
    session = Session(SessionOptions(keep_alive_s=0), f"floor-{number}")
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(session.connect())
    session.receive(connection.recv(_READ_BYTES), 0)
    assert session.connected  # noqa: S101 - our own broker accepts
    connection.setblocking(False)  # noqa: FBT003 - the socket module's own signature
    return connection


def _frame(task: PeerTask, number: int) -> bytes:
    prepared = PreparedTopic(Version.V311, topic(number))
    return frame_qos1(prepared, payload(), 1) if task.qos else frame(prepared, payload())


class _Reader:
    def __init__(self, sockets: list[socket.socket]) -> None:
        self._epoll = select.epoll()
        self._receive = {each.fileno(): each.recv for each in sockets}
        for descriptor in self._receive:
            self._epoll.register(descriptor, select.EPOLLIN)

    def read(self) -> None:
        receive = self._receive
        with suppress(BlockingIOError):
            for descriptor, _ in self._epoll.poll(0, 4_096):
                receive[descriptor](_READ_BYTES)


if __name__ == "__main__":
    main()
