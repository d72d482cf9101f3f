"""What a terminal says, on its way to the link: encoded, counted, and held back while it must be.

A message of QoS 1 that finds the window full is queued, and so is all that is said after it, in
order; each acknowledgement makes room. At the bound the oldest is dropped and counted.
"""

from collections import deque

from fleet.mqtt import errors
from fleet.mqtt.frames import PreparedTopic
from fleet.mqtt.link import Backpressure, Link, LinkDown
from fleet.wire import codec, topics
from fleet.wire.messages import Message
from fleet.worlds.beats import HEADER_BYTES, PACKET_ID_BYTES
from fleet.worlds.environment import Environment


class Outbox:
    """One terminal's."""

    __slots__ = ("_environment", "_queue", "_tid")

    def __init__(self, environment: Environment, tid: str) -> None:
        self._environment = environment
        self._tid = tid
        self._queue: deque[Message] | None = None

    def topic(self, kind: str) -> PreparedTopic:
        """Return where messages of a kind go."""
        version = self._environment.plan.options.version
        return PreparedTopic(version, topics.build(self._environment.tenant, self._tid, "up", kind))

    def say(self, link: Link, message: Message) -> None:
        """Send a message, or queue it.

        Raises:
            LinkDown: The link is not up.
        """
        if self._queue:
            self._enqueue(message)
            return
        try:
            self._send(link, message)
        except errors.WindowFull:
            self._enqueue(message)
        except (Backpressure, errors.PacketTooLarge, errors.NotSupported) as refusal:
            self.refused(refusal)

    def go_on(self, link: Link) -> None:
        """Send of what is queued as much as may be sent."""
        while self._queue:
            try:
                self._send(link, self._queue[0])
            except (errors.WindowFull, Backpressure, LinkDown):
                return
            except (errors.PacketTooLarge, errors.NotSupported) as refusal:
                self.refused(refusal)
            self._queue.popleft()

    def forget(self) -> None:
        """Give up what is queued: the conversation is over."""
        if self._queue:
            self._count_drop("undelivered", len(self._queue))
        self._queue = None

    def refused(self, refusal: Exception) -> None:
        """Count a message that the link did not take."""
        if isinstance(refusal, LinkDown):
            return  # its owner is told that the link is down
        too_large = isinstance(refusal, errors.PacketTooLarge | errors.NotSupported)
        self._count_drop("too_large" if too_large else "buffer_full")

    def _send(self, link: Link, message: Message) -> None:
        topic, payload = self.topic(message.kind), codec.encode(message)
        link.send(topic, payload, message.qos, retain=message.retain)
        meters = self._environment.meters
        meters.add(meters.sent[message.kind])
        size = topic.size + len(payload) + HEADER_BYTES
        meters.add(meters.sent_bytes, size + (PACKET_ID_BYTES if message.qos else 0))

    def _enqueue(self, message: Message) -> None:
        queue = self._queue = self._queue or deque()
        if len(queue) >= self._environment.queue_max:
            queue.popleft()
            self._count_drop("queue_full")
        queue.append(message)

    def _count_drop(self, reason: str, count: int = 1) -> None:
        meters = self._environment.meters
        meters.add(meters.dropped[reason], count)
