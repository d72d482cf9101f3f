"""An independent pair of eyes: a paho client on a thread that writes down all that it hears."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

SUBSCRIBE_S_MAX = 10.0
SILENCE_S = 1.0


@dataclass
class Observer:
    """What was heard, in order: topic, payload, QoS."""

    heard: list[tuple[str, bytes, int]] = field(default_factory=list)
    subscribed: bool = False

    def by_kind(self, direction: str, *, wills: bool = False) -> Counter[str]:
        """Count messages by the last part of their topic; the broker's own, the wills, apart."""
        return Counter(
            topic.rsplit("/", 1)[1]
            for topic, payload, _ in self.heard
            if f"/{direction}/" in topic and (b'"reason":"lost"' in payload) is wills
        )

    def told(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        """Return each message of a kind that a terminal said, with who said it."""
        return [
            (topic.split("/")[3], json.loads(payload))
            for topic, payload, _ in self.heard
            if topic.endswith(f"/up/{kind}")
        ]

    def terminals(self) -> set[str]:
        """Return the ids of all terminals that said something."""
        return {topic.split("/")[3] for topic, _, _ in self.heard if "/up/" in topic}

    def wait_for_silence(self) -> None:
        """Return when nothing has been heard for a second."""
        seen = -1
        while seen != len(self.heard):
            seen = len(self.heard)
            time.sleep(SILENCE_S)


@contextmanager
def observe(host: str, port: int) -> Iterator[Observer]:
    """Listen to everything below `fleet/`, from a client of its own."""
    observer = Observer()

    def on_message(_: Client, __: object, message: MQTTMessage) -> None:
        observer.heard.append((message.topic, bytes(message.payload), message.qos))

    def on_subscribe(*_: object) -> None:
        observer.subscribed = True

    client = Client(CallbackAPIVersion.VERSION2, client_id="observer")
    client.on_message = on_message
    client.on_subscribe = on_subscribe
    client.connect(host, port)
    client.loop_start()
    client.subscribe("fleet/#", qos=2)
    deadline = time.monotonic() + SUBSCRIBE_S_MAX
    while not observer.subscribed and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield observer
    finally:
        client.disconnect()
        client.loop_stop()
