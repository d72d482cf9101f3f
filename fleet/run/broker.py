"""The embedded broker: mosquitto if it is there, else amqtt, which always is.

mosquitto carries as many terminals as there are descriptors. amqtt is pure Python and serves small
estates, so that the first run needs nothing but what pip has installed. `FLEET_BROKER` names one of
them to force it.
"""

import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import NamedTuple

import trio

from fleet.mqtt.endpoint import Endpoint
from fleet.mqtt.options import SessionOptions
from fleet.mqtt.packets import Version
from fleet.run.child import Child, children
from fleet.run.command import Command
from fleet.run.errors import RunError
from fleet.run.probe import probe

CHOICE_ENV = "FLEET_BROKER"
HOST = "127.0.0.1"
READY_S = 15.0
# Measured: 1,000 terminals and 3,000 messages/s on one core of a small server.
AMQTT_TERMINALS = 2_000

_RETRY_S = 0.02
# Debian puts mosquitto where only root's PATH leads.
_MORE_PATH = "/usr/sbin:/usr/local/sbin"


class Kind(StrEnum):
    """Which broker."""

    MOSQUITTO = "mosquitto"
    AMQTT = "amqtt"


class EmbeddedBroker(NamedTuple):
    """A broker of ours, on loopback."""

    kind: Kind
    port: int
    child: Child

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"mqtt://{HOST}:{self.port}"

    async def ready(self) -> None:
        """Wait until it answers a CONNECT.

        Raises:
            RunError: It does not in good time.
        """
        endpoint, failure = Endpoint.parse(self.url), None
        with trio.move_on_after(READY_S):
            while True:
                try:
                    await probe(endpoint, SessionOptions(Version.V311))
                except RunError as error:
                    failure = error
                    await trio.sleep(_RETRY_S)
                else:
                    self.child.forget_words()
                    return
        msg = f"the embedded broker ({self.kind}) did not come up within {READY_S:g} s: {failure}"
        raise RunError(msg)


def find_mosquitto() -> str | None:
    """Return the path of mosquitto, or None if it is not installed."""
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', os.defpath)}:{_MORE_PATH}")


def choose() -> Kind:
    """Return the broker that will be used.

    Raises:
        RunError: `FLEET_BROKER` names none that is there.
    """
    wanted = os.environ.get(CHOICE_ENV)
    if wanted not in {None, "", *Kind}:
        msg = f"{CHOICE_ENV}={wanted} names no broker; write one of {', '.join(Kind)}"
        raise RunError(msg)
    found = find_mosquitto() is not None
    if wanted == Kind.MOSQUITTO and not found:
        msg = f"{CHOICE_ENV}=mosquitto, but mosquitto is neither on the PATH nor in {_MORE_PATH}"
        raise RunError(msg)
    return Kind.MOSQUITTO if found and wanted != Kind.AMQTT else Kind.AMQTT


def check(kind: Kind, version: Version, desks: int = 1) -> None:
    """Check that a broker speaks the profile's version of MQTT, and knows shared subscriptions.

    Args:
        kind: Of the broker.
        version: Of MQTT.
        desks: Instances of the TMS; several share a subscription.

    Raises:
        RunError: It does not.
    """
    if kind is Kind.AMQTT and version is Version.V5:
        msg = (
            "the profile speaks MQTT 5, which the embedded broker amqtt does not: install "
            'mosquitto, or set mqtt.version = "3.1.1" in the profile'
        )
        raise RunError(msg)
    if kind is Kind.AMQTT and desks > 1:
        msg = (
            f"the profile asks for {desks} instances of the TMS, which share a subscription; the "
            "embedded broker amqtt knows no such: install mosquitto, or set tms.instances = 1 in "
            "the profile"
        )
        raise RunError(msg)


def reach(kind: Kind, terminals: int) -> str | None:
    """Return what the user should know about the chosen broker, or None."""
    if kind is Kind.MOSQUITTO:
        return None
    forced = os.environ.get(CHOICE_ENV) == kind
    why = f"{CHOICE_ENV}={kind}:" if forced else "mosquitto is not there, so"
    advice = (
        f"{why} the broker is amqtt, written in Python: good for 1,000 to "
        f"{AMQTT_TERMINALS:,} terminals, 3,000 messages/s and MQTT 3.1.1"
    )
    return f"{advice}; {terminals:,} will not fit" if terminals > AMQTT_TERMINALS else advice


@asynccontextmanager
async def embedded_broker(kind: Kind) -> AsyncIterator[EmbeddedBroker]:
    """Run a broker on a free port of loopback beside the body; it may not be `ready` yet.

    Raises:
        ExceptionGroup: Of `RunError`; it cannot be started, or died.
    """
    port = _free_port()
    start = {Kind.MOSQUITTO: _mosquitto, Kind.AMQTT: _amqtt}[kind]
    async with children(start(port)) as (child,):
        if kind is Kind.MOSQUITTO:
            await child.hand(mosquitto_config(port).encode())
        await child.close_input()
        yield EmbeddedBroker(kind, port, child)


def mosquitto_config(port: int) -> str:
    """Return mosquitto's configuration for a run of ours: loopback, nothing kept, all bounded."""
    lines = [
        f"listener {port} {HOST}",
        "allow_anonymous true",
        "persistence false",
        "max_connections -1",
        # Of one client: what is unacknowledged, and what waits behind it.
        "max_inflight_messages 20",
        "max_queued_messages 1000",
        # A message every few seconds must not wait for the acknowledgement of the one before.
        "set_tcp_nodelay true",
        "sys_interval 0",
        "log_dest stderr",
        "log_type error",
    ]
    # A change of user would make the kernel forget who it must not outlive.
    return "\n".join([*lines, "user root"] if os.geteuid() == 0 else lines)


def _mosquitto(port: int) -> Command:
    del port  # it is in the configuration
    program = find_mosquitto()
    assert program is not None  # noqa: S101 - narrows the type: `choose` has found it
    return Command("the embedded broker (mosquitto)", (program, "-c", "/dev/stdin"), drain_s=0)


def _amqtt(port: int) -> Command:
    name = "the embedded broker (amqtt)"
    return Command.python(name, "fleet.run.amqtt_broker", str(port), drain_s=0)


def _free_port() -> int:
    # The broker takes it a moment later; nothing of ours opens connections in between.
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port
