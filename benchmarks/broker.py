"""The broker under all generators, and the count of what really arrived there."""

import queue
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import psutil
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.errors import BenchError
from fleet.run.broker import find_mosquitto

HOST: Final = "127.0.0.1"
DESK: Final = "desk"
_PUBLISHED: Final = "$SYS/broker/publish/messages/received"
_START_S: Final = 5.0
_COUNT_S: Final = 10.0

# The desk (the reference TMS) answers sign-ins but is kept from hearing heartbeats: it serves some
# 10,000 a second, and terminals would wait for it instead of us for them.
_ACCESS: Final = f"""topic readwrite #
topic read $SYS/#
user {DESK}
topic deny fleet/v1/+/+/up/heartbeat
topic readwrite #
"""


class Count(NamedTuple):
    """PUBLISH packets that the broker has received so far, told at an instant."""

    messages: int
    at_s: float


class Broker:
    """A mosquitto of our own, observed."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.pid = process.pid
        self.port = port
        self._counts: queue.SimpleQueue[Count] = queue.SimpleQueue()
        self._observer = Client(CallbackAPIVersion.VERSION2, client_id="observer")
        self._observer.on_message = self._told
        # It need not ping: its broker may be stopped for a while, and says nothing then.
        self._observer.connect(HOST, port, keepalive=0)
        self._observer.subscribe(_PUBLISHED)
        self._observer.loop_start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"mqtt://{HOST}:{self.port}"

    def next_count(self) -> Count:
        """Wait for the broker's next count; it makes one every two seconds while messages come.

        Raises:
            BenchError: None came: nobody publishes.
        """
        while not self._counts.empty():
            self._counts.get()
        try:
            return self._counts.get(timeout=_COUNT_S)
        except queue.Empty:
            msg = f"the broker counted no message within {_COUNT_S:g} s"
            raise BenchError(msg) from None

    def connections(self) -> int:
        """Return how many connections the system has established to the broker's port."""
        mine = psutil.Process(self.pid).net_connections(kind="tcp4")
        return sum(each.status == psutil.CONN_ESTABLISHED for each in mine)

    def say(self, topic: str, payload: bytes) -> None:
        """Publish a message, with QoS 1; it may still be on its way when this returns."""
        self._observer.publish(topic, payload, qos=1)

    def close(self) -> None:
        """Observe no more."""
        self._observer.disconnect()
        self._observer.loop_stop()

    def _told(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        self._counts.put(Count(int(message.payload), time.monotonic()))


@contextmanager
def running() -> Iterator[Broker]:
    """Run a broker for the time of the body.

    Raises:
        BenchError: mosquitto is missing or does not start.
    """
    program = find_mosquitto()
    if program is None:
        msg = "mosquitto is not installed (Debian: apt-get install mosquitto)"
        raise BenchError(msg)
    port = _free_port()
    with TemporaryDirectory(prefix="fleet-bench-") as folder:
        command = [program, "-c", str(_settings(Path(folder), port))]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            try:
                _await_listener(process, port)
                with closing(Broker(process, port)) as broker:
                    yield broker
            finally:
                process.terminate()


def _settings(folder: Path, port: int) -> Path:
    access = folder / "access"
    access.write_text(_ACCESS, encoding="utf-8")
    settings = folder / f"mosquitto-{port}.conf"
    lines = (
        f"listener {port} {HOST}",
        "allow_anonymous true",
        f"acl_file {access}",
        "persistence false",
        "max_connections -1",
        "max_inflight_messages 20",
        "max_queued_messages 20000",
        "set_tcp_nodelay true",
        "sys_interval 1",
        "log_type none",
        "user root",  # who else may read our folder?
    )
    settings.write_text("\n".join(lines), encoding="utf-8")
    return settings


def _await_listener(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as caller:
            if caller.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.02)
    msg = f"mosquitto did not come up on {HOST}:{port}"
    raise BenchError(msg)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port
