"""One connection by aiomqtt, from CONNECT to its end; `fleet.mqtt.compatible` makes links of them.

Theory: `_run` is one task which enters the client, subscribes, and then waits for whichever ends
first, hearing or saying. Its phases are those of `fleet.mqtt.link`. It ends of itself when the
connection does; `end` only says how: cleanly, by a last entry in the queue of what is to be said,
or by cutting TCP. From then on the owner hears nothing, though the task may need a while: aiomqtt
connects in a thread, which can be waited for, but not stopped.
"""

import asyncio
import math
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import aiomqtt
from aiomqtt.exceptions import MqttConnectError
from paho.mqtt.client import WebsocketConnectionError
from paho.mqtt.reasoncodes import ReasonCode

from fleet.mqtt.down import DownReason, dial_reason, refusal_reason
from fleet.mqtt.errors import WindowFull
from fleet.mqtt.link import Backpressure, LinkOwner, LinkPlan, Phase
from fleet.mqtt.primitives import TWO_BYTES_MAX
from fleet.mqtt.reasons import FAILURE, reason_text

# How long a clean end may take to say what waits, and DISCONNECT, before it is cut.
END_S = 5.0

# What paho calls a connection that ended without a word, and one that it gave up itself.
_UNSPECIFIED = 0x80
_KEEP_ALIVE_TIMEOUT = 0x8D


class Saying(NamedTuple):
    """A message that waits to be written; `packet_id` is 0 for QoS 0."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    packet_id: int


class _Over(Exception):
    """Everything was said."""


class _Refused(Exception):
    """The broker refused a subscription."""

    def __init__(self, topic_filter: str, code: int) -> None:
        super().__init__(f"the broker refused to subscribe to {topic_filter}: {reason_text(code)}")
        self.code = code


class Conversation:
    """One connection.

    Args:
        client: The client, not entered yet.
        plan: What all links of the shard have in common.
        owner: Who is told what happens while it is up, and asked what to subscribe to.
        ended: Told once, unless `end` comes first, why it ended.
    """

    def __init__(
        self,
        client: aiomqtt.Client,
        plan: LinkPlan,
        owner: LinkOwner,
        ended: Callable[[DownReason, str], None],
    ) -> None:
        self.phase = Phase.DIALLING
        self._client = client
        # aiomqtt has no public way to bound the connecting thread, nor to end a connection
        # without DISCONNECT, which a last will needs.
        self._paho = client._client  # noqa: SLF001
        self._paho.connect_timeout = plan.connect_timeout_ms / 1000
        client.pending_calls_threshold = plan.options.receive_maximum
        self._plan = plan
        self._subscriptions = owner.subscriptions()
        self._owner: LinkOwner | None = owner
        self._ended = ended
        self._sayings: asyncio.Queue[Saying | None] = asyncio.Queue()
        self._unsent_bytes = 0
        self._in_flight: set[int] = set()
        self._packet_id = 0
        self._task = asyncio.get_running_loop().create_task(self._run())

    def say(self, topic: str, payload: bytes, qos: int, *, retain: bool) -> int:
        """Queue a message; return its packet id, 0 for QoS 0.

        Raises:
            Backpressure: More bytes than the plan allows are queued already.
            WindowFull: As many messages of QoS 1 and 2 are unacknowledged as may be.
        """
        if self._unsent_bytes > self._plan.unsent_bytes_max:
            msg = f"{self._unsent_bytes} bytes wait to be read by the broker"
            raise Backpressure(msg)
        packet_id = self._new_packet_id() if qos else 0
        self._unsent_bytes += len(topic) + len(payload)
        self._sayings.put_nowait(Saying(topic, payload, qos, retain, packet_id))
        return packet_id

    def end(self, *, clean: bool) -> None:
        """End it, with or without DISCONNECT; the owner is told nothing more."""
        self._owner = None
        if clean:
            self._sayings.put_nowait(None)
            asyncio.get_running_loop().call_later(END_S, self._cut)
        else:
            self.phase = Phase.DOWN
            self._cut()

    def _new_packet_id(self) -> int:
        if len(self._in_flight) >= self._plan.options.receive_maximum:
            msg = f"{len(self._in_flight)} messages are unacknowledged, as many as may be"
            raise WindowFull(msg)
        while True:
            self._packet_id = self._packet_id % TWO_BYTES_MAX + 1
            if self._packet_id not in self._in_flight:
                self._in_flight.add(self._packet_id)
                return self._packet_id

    def _cut(self) -> None:
        connection = self._paho.socket()
        if connection is not None:
            # A twin, because paho's may be wrapped in TLS and WebSocket, which would say goodbye.
            with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as twin:
                twin.shutdown(socket.SHUT_RDWR)

    async def _run(self) -> None:
        try:
            async with self._client:
                await self._talk()
        except _Over:
            return
        except (aiomqtt.MqttError, _Refused, ValueError) as error:
            self._cut()
            if self._owner is not None:
                self._owner = None
                self._ended(*_explain(error))

    async def _talk(self) -> None:
        if self.phase is Phase.DOWN:  # cut while a thread was still connecting
            self._cut()
            return
        if not self._paho.is_connected():  # an end right after CONNACK is lost on aiomqtt
            msg = "at once"
            raise aiomqtt.MqttError(msg)
        self.phase = Phase.SUBSCRIBING
        for topic_filter, qos in self._subscriptions:
            await self._subscribe(topic_filter, qos)
        self.phase = Phase.UP
        if self._owner is not None:
            self._owner.link_up()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._hear_all())
                group.create_task(self._say_all(group))
        except ExceptionGroup as errors:
            first = errors.exceptions[0]
            raise first from first.__cause__

    async def _subscribe(self, topic_filter: str, qos: int) -> None:
        (granted,) = await self._client.subscribe(topic_filter, qos)
        code = granted.value if isinstance(granted, ReasonCode) else granted
        if code >= FAILURE:
            raise _Refused(topic_filter, code)

    async def _hear_all(self) -> None:
        async for message in self._client.messages:
            if self._owner is not None:
                self._owner.heard(message.topic.value, message.payload)

    async def _say_all(self, group: asyncio.TaskGroup) -> None:
        while saying := await self._sayings.get():
            if saying.qos:
                group.create_task(self._say(saying))
            else:
                await self._say(saying)
        raise _Over

    async def _say(self, saying: Saying) -> None:
        topic, payload, qos, retain, packet_id = saying
        await self._client.publish(topic, payload, qos, retain, timeout=math.inf)
        self._unsent_bytes -= len(topic) + len(payload)
        if packet_id:
            self._in_flight.remove(packet_id)
            if self._owner is not None:
                self._owner.acknowledged(packet_id)


def _explain(error: Exception) -> tuple[DownReason, str]:
    # aiomqtt keeps what happened as cause or context of what it raises.
    cause = error.__cause__ or error
    match cause:
        case _Refused():
            return refusal_reason(cause.code), str(cause)
        case MqttConnectError(rc=ReasonCode() as code):
            return refusal_reason(code.value), f"the broker refused the connection: {code}"
        case aiomqtt.MqttCodeError(rc=ReasonCode() as code) if code.value == _KEEP_ALIVE_TIMEOUT:
            return DownReason.KEEP_ALIVE, "no answer to the ping"
        case aiomqtt.MqttCodeError(rc=ReasonCode() as code) if code.value != _UNSPECIFIED:
            return DownReason.KICKED, f"the broker hung up: {code}"
        case ValueError():
            return DownReason.PROTOCOL, f"this client cannot say what it was told to: {cause}"
    return _explain_context(cause)


def _explain_context(error: BaseException) -> tuple[DownReason, str]:
    match error.__context__:
        case TimeoutError():
            return DownReason.TIMEOUT, str(error)
        case OSError() as context:
            return dial_reason(context), context.strerror or str(context)
        case WebsocketConnectionError() as context:
            return DownReason.UNREACHABLE, f"no WebSocket: {context}"
    return DownReason.LOST, f"the connection ended: {error}"
