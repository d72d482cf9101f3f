"""The link that goes where bare TCP does not: aiomqtt, for WebSockets, and as a second opinion.

A connection is one `Conversation`, with a handful of tasks, where a `FastLink` has none: for few
connections, not for thousands.
"""

from dataclasses import fields
from typing import Any

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties as PahoProperties

from fleet.mqtt.conversation import Conversation
from fleet.mqtt.down import DownReason
from fleet.mqtt.endpoint import Endpoint
from fleet.mqtt.frames import PreparedTopic
from fleet.mqtt.link import CONNECTING_TICK_MS, LinkDown, LinkOwner, LinkPlan, Phase
from fleet.mqtt.options import NEVER_MS, SessionOptions
from fleet.mqtt.packets import NO_PROPERTIES, Properties, Version, Will


class CompatibleLink:
    """A `Link` over TCP, TLS or WebSockets; its arguments are those of `FastLink`.

    The password must be UTF-8, and packet ids are this link's own, not those on the wire.

    Raises:
        ValueError: The password is not UTF-8, or comes without a user name.
    """

    def __init__(self, plan: LinkPlan, owner: LinkOwner, *, client_id: str, index: int = 0) -> None:
        self._plan = plan
        self._owner = owner
        self._endpoint = plan.route(index).endpoint
        self._settings: dict[str, Any] = {
            "identifier": client_id,
            "bind_address": plan.source_address(index) or "",
            "timeout": plan.connect_timeout_ms / 1000,
            **_where(self._endpoint),
            **_how(plan.options),
        }
        self._deadline_ms = 0
        self._conversation: Conversation | None = None

    def open(self) -> None:
        """See `Link.open`."""
        if self._conversation is not None:
            msg = f"the link is {self._conversation.phase.value} already"
            raise RuntimeError(msg)
        self._deadline_ms = self._plan.now_ms() + self._plan.connect_timeout_ms
        client = aiomqtt.Client(**self._settings, will=_will(self._owner.last_will()))
        self._conversation = Conversation(client, self._plan, self._owner, self._ended)

    def send(
        self, topic: PreparedTopic, payload: bytes, qos: int = 0, *, retain: bool = False
    ) -> int:
        """See `Link.send`."""
        if self._conversation is None or self._conversation.phase is not Phase.UP:
            msg = "the link is not up"
            raise LinkDown(msg)
        return self._conversation.say(topic.topic, payload, qos, retain=retain)

    def stream_for(self, frame_bytes: int) -> None:
        """See `Link.stream_for`; paho makes its own frames."""

    def lane_for(self, frame_bytes: int) -> None:
        """See `Link.lane_for`; paho makes its own frames."""

    def close(self, *, clean: bool) -> None:
        """See `Link.close`."""
        conversation, self._conversation = self._conversation, None
        if conversation is not None:
            conversation.end(clean=clean)

    def tick(self, now_ms: int) -> int:
        """See `Link.tick`; pings are aiomqtt's own affair."""
        conversation = self._conversation
        if conversation is None or conversation.phase is Phase.UP:
            return NEVER_MS
        if now_ms < self._deadline_ms:
            return min(self._deadline_ms, now_ms + CONNECTING_TICK_MS)
        text = f"not up, but {conversation.phase.value}, after {self._plan.connect_timeout_ms} ms"
        self.close(clean=False)
        self._ended(DownReason.TIMEOUT, text)
        return NEVER_MS

    def _ended(self, reason: DownReason, text: str) -> None:
        self._conversation = None
        self._owner.link_down(reason, f"{self._endpoint}: {text}")


def _where(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "hostname": endpoint.host,
        "port": endpoint.port,
        "transport": "websockets" if endpoint.is_websocket else "tcp",
        "websocket_path": endpoint.path or None,
        "tls_context": endpoint.tls,
    }


def _how(options: SessionOptions) -> dict[str, Any]:
    if options.password is not None and options.username is None:
        msg = "a password needs a user name: aiomqtt sends none without"
        raise ValueError(msg)
    settings = {
        "username": options.username,
        "password": None if options.password is None else options.password.decode(),
        "protocol": aiomqtt.ProtocolVersion(options.version),
        "keepalive": options.keep_alive_s,
        "max_inflight_messages": options.receive_maximum,
    }
    if options.version is Version.V311:
        return settings | {"clean_session": options.clean_start}
    properties = _paho(options.properties, PacketTypes.CONNECT)
    return settings | {"clean_start": options.clean_start, "properties": properties}


def _will(will: Will | None) -> aiomqtt.Will | None:
    if will is None:
        return None
    properties = _paho(will.properties, PacketTypes.WILLMESSAGE)
    return aiomqtt.Will(will.topic, will.payload, will.qos, will.retain, properties)


def _paho(properties: Properties, packet_type: int) -> PahoProperties | None:
    """Translate: `message_expiry_interval` is `MessageExpiryInterval` there."""
    if properties == NO_PROPERTIES:
        return None
    translated = PahoProperties(packet_type)  # type: ignore[no-untyped-call]
    for field in fields(properties):
        value = getattr(properties, field.name)
        if value not in {None, ()}:
            name = "".join(word.capitalize() for word in field.name.split("_"))
            setattr(translated, name, list(value) if isinstance(value, tuple) else value)
    return translated
