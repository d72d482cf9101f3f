"""Brokers for the tests of links, and every way to reach them."""

import contextlib
import gc
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from tests.brokers import HOST, Mosquitto, _free_port, launch_mosquitto
from tests.mqtt.links import CARRIERS, Carrier

StartMosquitto = Callable[[Sequence[str]], Mosquitto]
OwnUrl = Callable[..., tuple[str, int]]


@dataclass(frozen=True)
class Doors:
    """One broker's ports by scheme, and who vouches for it as "localhost"."""

    broker: Mosquitto
    ports: dict[str, int]
    ca_file: Path

    def url(self, scheme: str, host: str = HOST) -> str:
        """Return where to connect to."""
        return f"{scheme}://{host}:{self.ports[scheme]}"


def websocket_lines(port: int) -> list[str]:
    """Return the lines of mosquitto.conf which add a WebSocket listener."""
    return [f"listener {port} {HOST}", "protocol websockets"]


def wait_for_port(port: int) -> None:
    """Wait until somebody listens there."""
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.02)
    pytest.fail(f"nobody listens on port {port}")


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """A broker which listens in all four ways."""
    folder = tmp_path_factory.mktemp("doors")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    certificate = authority.issue_cert("localhost")
    certificate.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
    tls_lines = [f"certfile {folder / 'cert.pem'}", f"keyfile {folder / 'key.pem'}"]
    ports = {scheme: _free_port() for scheme in ("ws", "mqtts", "wss")}
    lines = [
        *websocket_lines(ports["ws"]),
        f"listener {ports['mqtts']} {HOST}",
        *tls_lines,
        *websocket_lines(ports["wss"]),
        *tls_lines,
    ]
    broker = launch_mosquitto(folder, lines)
    for port in ports.values():
        wait_for_port(port)
    yield Doors(broker, {**ports, "mqtt": broker.port}, folder / "ca.pem")
    broker.stop()


@pytest.fixture(params=CARRIERS)
def carrier(request: pytest.FixtureRequest) -> Iterator[Carrier]:
    """Every way to carry MQTT, in every version."""
    yield request.param
    gc.collect()  # so that what was left open is found in the test which left it


@pytest.fixture
def own_url(carrier: Carrier, start_mosquitto: StartMosquitto) -> OwnUrl:
    """Start a broker for one test alone; return its URL for the carrier, and its process id."""

    def start(*config_lines: str) -> tuple[str, int]:
        if carrier.scheme != "ws":
            broker = start_mosquitto(config_lines)
            return f"mqtt://{HOST}:{broker.port}", broker.pid
        port = _free_port()
        broker = start_mosquitto([*config_lines, *websocket_lines(port)])
        wait_for_port(port)
        return f"ws://{HOST}:{port}", broker.pid

    return start
