"""The test CONNECT: every way in which a broker may not have us, and its message."""

import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import trio

from fleet.mqtt.endpoint import Endpoint
from fleet.mqtt.options import SessionOptions
from fleet.mqtt.packets import Version
from fleet.run.errors import RunError, plain
from fleet.run.probe import probe
from tests.brokers import Mosquitto
from tests.run.settings import wait_for_port, with_password, with_tls

LIMIT_S = 20
ANYBODY = SessionOptions()

Start = Callable[[Sequence[str]], Mosquitto]
Serve = Callable[[trio.SocketStream], Awaitable[None]]


def ask(
    url: str, options: SessionOptions = ANYBODY, ca: Path | None = None, within_s: float = 5
) -> None:
    """Probe a broker, in bounded time."""
    endpoint = Endpoint.parse(url)

    async def main() -> None:
        with trio.fail_after(LIMIT_S):
            await probe(endpoint.with_tls(ca_file=ca) if ca else endpoint, options, within_s)

    trio.run(main)


def ask_peer(serve: Serve, scheme: str = "mqtt", within_s: float = 5) -> None:
    """Probe a peer that behaves as `serve` does."""

    async def main() -> None:
        with trio.fail_after(LIMIT_S):
            async with trio.open_nursery() as nursery:
                listeners = await nursery.start(trio.serve_tcp, serve, 0)
                port = listeners[0].socket.getsockname()[1]
                try:
                    endpoint = Endpoint.parse(f"{scheme}://127.0.0.1:{port}")
                    await probe(endpoint, ANYBODY, within_s)
                finally:
                    nursery.cancel_scope.cancel()

    with without_group():
        trio.run(main)


@contextmanager
def without_group() -> Iterator[None]:
    """Raise the one error that a group holds."""
    try:
        yield
    except BaseExceptionGroup as group:
        raise plain(group) from group


def saying(answer: bytes) -> Serve:
    """Return a peer that answers whatever it hears with the same bytes, and hangs up."""

    async def serve(stream: trio.SocketStream) -> None:
        await stream.receive_some()
        if answer:
            await stream.send_all(answer)

    return serve


@pytest.mark.parametrize("version", Version)
def test_a_willing_broker_passes(mosquitto: Mosquitto, version: Version) -> None:
    """A broker that accepts us is fine, in either version of MQTT."""
    ask(f"mqtt://127.0.0.1:{mosquitto.port}", SessionOptions(version))


def test_websockets_pass(start_mosquitto: Start) -> None:
    """A broker behind a WebSocket is fine too."""
    with socket.socket() as probed:
        probed.bind(("127.0.0.1", 0))
        port = probed.getsockname()[1]
    start_mosquitto([f"listener {port} 127.0.0.1", "protocol websockets"])
    wait_for_port(port)
    ask(f"ws://127.0.0.1:{port}/mqtt")


def test_nobody_there() -> None:
    """A closed port is told as what it is, with the URL."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"mqtt://127.0.0.1:{bound.getsockname()[1]}"
        with pytest.raises(RunError, match=f"{url}: Connection refused"):
            ask(url)


def test_an_unknown_host() -> None:
    """A name that does not resolve is told with the name."""
    with pytest.raises(RunError, match=r"^cannot find the host of mqtt://no\.such\.host\.invalid"):
        ask("mqtt://no.such.host.invalid")


def test_credentials_that_are_refused(tmp_path: Path, start_mosquitto: Start) -> None:
    """A wrong password is told with the user and the ways to give the right one, never itself."""
    broker = start_mosquitto(with_password(tmp_path, "alice", "right"))
    url = f"mqtt://127.0.0.1:{broker.port}"
    ask(url, SessionOptions(username="alice", password=b"right"))
    with pytest.raises(
        RunError, match=r"refuses user 'alice'.*check the password.*-file"
    ) as caught:
        ask(url, SessionOptions(username="alice", password=b"wrong-secret"))
    assert "wrong-secret" not in str(caught.value)
    with pytest.raises(RunError, match=r"refuses anonymous clients.*--username"):
        ask(url, SessionOptions(Version.V5))


def test_a_certificate_for_another_name(tmp_path: Path, start_mosquitto: Start) -> None:
    """A certificate that names another host is told as such."""
    settings, ca = with_tls(tmp_path, "broker.example.org")
    broker = start_mosquitto(settings)
    with pytest.raises(RunError, match=r"is for another name: .*127\.0\.0\.1"):
        ask(f"mqtts://127.0.0.1:{broker.port}", ca=ca)


def test_a_certificate_of_an_unknown_authority(tmp_path: Path, start_mosquitto: Start) -> None:
    """A certificate that nobody vouches for leads to --ca-file; with it, the broker is fine."""
    settings, ca = with_tls(tmp_path, "127.0.0.1")
    url = f"mqtts://127.0.0.1:{start_mosquitto(settings).port}"
    with pytest.raises(RunError, match=r"not trusted: .*--ca-file"):
        ask(url)
    ask(url, ca=ca)


def test_tls_to_a_plain_port(mosquitto: Mosquitto) -> None:
    """TLS where there is none leads to the question whether this is the right port."""
    with pytest.raises(RunError, match=r"is this its TLS port|is this the port of its kind"):
        ask(f"mqtts://127.0.0.1:{mosquitto.port}")


def test_a_peer_that_hangs_up() -> None:
    """A broker without room closes without a CONNACK; the message says what that may mean."""
    with pytest.raises(RunError, match=r"without a word to CONNECT.*no room.*MQTT 3\.1\.1"):
        ask_peer(saying(b""))


def test_a_peer_that_speaks_something_else() -> None:
    """An HTTP server is not taken for a broker."""
    with pytest.raises(RunError, match="does not speak MQTT"):
        ask_peer(saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"))


def test_a_peer_that_is_silent() -> None:
    """A peer that accepts and says nothing is given up in bounded time."""

    async def silent(_stream: trio.SocketStream) -> None:
        await trio.sleep_forever()

    with pytest.raises(RunError, match=r"does not answer within 0\.2 s"):
        ask_peer(silent, within_s=0.2)


@pytest.mark.parametrize(
    ("code", "words"),
    [(1, "does not speak MQTT 3.1.1.*mqtt.version"), (3, "refuses the connection: server unav")],
)
def test_other_refusals_are_told_in_words(code: int, words: str) -> None:
    """A CONNACK that refuses is told by the meaning of its code."""
    with pytest.raises(RunError, match=words):
        ask_peer(saying(bytes([0x20, 2, 0, code])))


def test_a_websocket_path_that_is_none() -> None:
    """A web server that refuses the upgrade is quoted."""
    answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(RunError, match=r"no WebSocket of MQTT: .*404 Not Found.*path"):
        ask_peer(saying(answer), scheme="ws")


def test_a_websocket_that_was_not_asked_for() -> None:
    """An upgrade which does not answer our key is refused (RFC 6455, section 4.1)."""
    answer = b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: c3R1ZmY=\r\n\r\n"
    with pytest.raises(RunError, match="not one to ours"):
        ask_peer(saying(answer), scheme="ws")
