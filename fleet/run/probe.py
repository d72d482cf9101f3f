"""Is there a broker, and would it have us? One CONNECT, before thousands follow.

The same session that the terminals speak, here over trio streams, so what passes this test passes
later. Each way of failing has a sentence of its own that says what to look at.
"""

import os
import socket
import ssl
from collections.abc import Iterable

import trio

from fleet.mqtt.connection import Connection
from fleet.mqtt.endpoint import Endpoint
from fleet.mqtt.errors import MalformedPacket
from fleet.mqtt.events import Connected, Event, Refused
from fleet.mqtt.packets import Version
from fleet.mqtt.session import Session, SessionOptions
from fleet.run.errors import RunError
from fleet.run.websocket import NotAWebSocket, WebSocketStream

TIMEOUT_S = 10.0

_READ_BYTES = 65_536
# Return codes of 3.1.1 (table 3.1) and reason codes of 5 (2.4).
_BAD_CREDENTIALS = frozenset({4, 5, 0x86, 0x87})
_BAD_VERSION = frozenset({1, 0x84})


async def probe(endpoint: Endpoint, options: SessionOptions, timeout_s: float = TIMEOUT_S) -> None:
    """Connect to a broker, with the options that the terminals will have, and leave again.

    Raises:
        RunError: It cannot be reached, or would not have us; the text says why and what to do.
    """
    try:
        with trio.fail_after(timeout_s):
            async with await _open(endpoint) as stream:
                await _greet(endpoint, stream, options)
    except trio.TooSlowError:
        msg = f"the broker {endpoint} does not answer within {timeout_s:g} s: is one there?"
        raise RunError(msg) from None
    except (OSError, trio.BrokenResourceError, NotAWebSocket, MalformedPacket) as error:
        raise RunError(_explain(endpoint, error)) from error


async def _open(endpoint: Endpoint) -> trio.abc.Stream:
    stream: trio.abc.Stream = await _dial(endpoint)
    try:
        return await _dress(endpoint, stream)
    except BaseException:
        await trio.aclose_forcefully(stream)
        raise


async def _dress(endpoint: Endpoint, stream: trio.abc.Stream) -> trio.abc.Stream:
    if endpoint.tls is not None:
        secured = trio.SSLStream(
            stream, endpoint.tls, server_hostname=endpoint.host, https_compatible=True
        )
        await secured.do_handshake()
        stream = secured
    return await WebSocketStream.open(stream, endpoint) if endpoint.is_websocket else stream


async def _dial(endpoint: Endpoint) -> trio.SocketStream:
    failure: OSError | None = None
    for address in await trio.to_thread.run_sync(endpoint.resolve):
        connection = trio.socket.socket(address.family, trio.socket.SOCK_STREAM)
        try:
            await connection.connect(address.sockaddr)
        except OSError as error:
            connection.close()
            failure = error
        except BaseException:
            connection.close()
            raise
        else:
            return trio.SocketStream(connection)
    raise failure or OSError(f"the host of {endpoint} has no address; check its name")


async def _greet(endpoint: Endpoint, stream: trio.abc.Stream, options: SessionOptions) -> None:
    session = Session(options, f"fleet-probe-{os.getpid()}")
    await stream.send_all(session.connect())
    answer = await _answer(stream, session)
    if not isinstance(answer, Connected):
        raise RunError(_refusal(endpoint, answer, options))
    await stream.send_all(session.disconnect())


async def _answer(stream: trio.abc.Stream, session: Session) -> Event | None:
    while data := await stream.receive_some(_READ_BYTES):
        for event in session.receive(bytes(data), 0):
            return event
    return None


def _refusal(endpoint: Endpoint, answer: Event | None, options: SessionOptions) -> str:
    if not isinstance(answer, Refused):
        return (
            f"the broker {endpoint} closes the connection without a word to CONNECT: it may have "
            f"no room for more connections, or not speak MQTT {_version(options)}"
        )
    if answer.code in _BAD_CREDENTIALS:
        return f"the broker {endpoint} refuses {_credentials(options, answer.reason_text)}"
    if answer.code in _BAD_VERSION:
        return (
            f"the broker {endpoint} does not speak MQTT {_version(options)}: "
            "set another mqtt.version in the profile"
        )
    return f"the broker {endpoint} refuses the connection: {answer.reason_text}"


def _credentials(options: SessionOptions, reason: str) -> str:
    ways = "FLEET_MQTT_PASSWORD or with --password-file"
    if not options.username:
        return (
            f"anonymous clients ({reason}): name the user with --username, and give the password "
            f"in {ways}"
        )
    check = "check the password given in" if options.password else "give the password in"
    return f"user {options.username!r} ({reason}): {check} {ways}"


def _version(options: SessionOptions) -> str:
    return "5" if options.version is Version.V5 else "3.1.1"


def _explain(endpoint: Endpoint, error: Exception) -> str:
    match error:
        case trio.BrokenResourceError(__cause__=Exception() as cause):
            return _explain(endpoint, cause)
        case ssl.SSLError():
            return _distrust(endpoint, error)
        case NotAWebSocket():
            return f"the broker {endpoint} is no WebSocket of MQTT: {error}; check port and path"
        case MalformedPacket():
            return f"what listens at {endpoint} does not speak MQTT: {error}"
        case OSError() if not isinstance(error, ConnectionResetError | BrokenPipeError):
            return _unreachable(endpoint, error)
    return f"the broker {endpoint} breaks the connection off; is this the port of its kind?"


def _unreachable(endpoint: Endpoint, error: OSError) -> str:
    # Without a number it comes from the look-up of the host's name, and says all.
    if error.errno is None:
        return str(error)
    why = os.strerror(error.errno)
    return f"cannot reach the broker {endpoint}: {why}; is it running, and there?"


def _distrust(endpoint: Endpoint, error: ssl.SSLError) -> str:
    if not isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"the broker {endpoint} fails in the TLS handshake ({error.reason or error}): is "
            "this its TLS port, and does it want a client certificate (--cert-file)?"
        )
    # These codes of openssl/x509_vfy.h are a mismatch of the host name and of the IP address.
    if error.verify_code in {62, 64}:
        return (
            f"the certificate of the broker {endpoint} is for another name: "
            f"{error.verify_message}; use the name in --broker that it was issued for"
        )
    return (
        f"the certificate of the broker {endpoint} is not trusted: {error.verify_message}; "
        "name its authority with --ca-file"
    )


def check_sources(sources: Iterable[str]) -> None:
    """Check that terminals can come from these local addresses.

    Raises:
        RunError: One is none of this machine's.
    """
    for source in sources:
        with socket.socket() as tried:
            try:
                tried.bind((source, 0))
            except OSError as error:
                msg = (
                    f"cannot connect from {source}: {error.strerror}; name addresses of this "
                    "machine with --source (on loopback any of 127.0.0.0/8)"
                )
                raise RunError(msg) from None


async def probe_all(connection: Connection, version: Version) -> None:
    """Check that every broker of a connection would have us.

    Raises:
        RunError: One would not.
        EndpointError: A URL or a file of the TLS settings is wrong.
        PasswordError: The password cannot be read.
    """
    options = SessionOptions(
        version, username=connection.username or None, password=connection.password()
    )
    async with trio.open_nursery() as nursery:
        for endpoint in connection.endpoints():
            nursery.start_soon(probe, endpoint, options)
