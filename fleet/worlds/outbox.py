"""What a terminal says, on its way to the link: encoded, counted, and held back while it must be.

A message of QoS 1 that finds the window full is queued, and so is all that is said after it, in
order; each acknowledgement makes room. At the bound the oldest is dropped and counted.

A broker acknowledges messages of QoS 1 in the order in which they came (MQTT 3.1.1 and 5, 4.6), so
what waits for its PUBACK is a queue, bounded by the session's window.
"""

from collections import deque
from time import monotonic_ns
from typing import Final

from fleet.mqtt import errors
from fleet.mqtt.frames import PreparedTopic
from fleet.mqtt.link import Backpressure, Link, LinkDown
from fleet.wire import codec, topics
from fleet.wire.messages import Message
from fleet.worlds.environment import Environment
from fleet.worlds.meters import since_us

_HEADER_BYTES: Final = 3  # of a PUBLISH of 128 to 16,383 bytes, as nearly all are
_PACKET_ID_BYTES: Final = 2
_REFUSALS: Final = (
    LinkDown, Backpressure, errors.WindowFull, errors.PacketTooLarge, errors.NotSupported,
)  # fmt: skip


class Outbox:
    """One terminal's.

    Attributes:
        queue: What waits, each with the monotonic instant at which it was due; None for nothing.
    """

    __slots__ = ("_environment", "_tid", "_unacknowledged", "queue")

    def __init__(self, environment: Environment, tid: str) -> None:
        self._environment = environment
        self._tid = tid
        self.queue: deque[tuple[Message, int]] | None = None
        # When each was due and when it was sent, in monotonic ns; most terminals wait for nothing.
        self._unacknowledged: deque[tuple[int, int]] | None = None

    def topic(self, kind: str) -> PreparedTopic:
        """Return where messages of a kind go."""
        version = self._environment.plan.options.version
        return PreparedTopic(version, topics.build(self._environment.tenant, self._tid, "up", kind))

    def say(self, link: Link, message: Message, due_ns: int) -> None:
        """Send a message which was due at a monotonic instant, or queue it.

        Raises:
            LinkDown: The link is not up.
        """
        if self.queue:
            self._enqueue(message, due_ns)
            return
        try:
            self._send(link, message, due_ns)
        except errors.WindowFull:
            self._enqueue(message, due_ns)
        except (Backpressure, errors.PacketTooLarge, errors.NotSupported) as refusal:
            self.refused(refusal)

    def pass_by(
        self, link: Link, topic: PreparedTopic, payload: bytes, qos: int, due_ns: int
    ) -> int:
        """Send a heartbeat now or never, as it is worth nothing later; return its bytes, or 0.

        It passes by whatever is queued, and is counted by whoever has it sent.
        """
        try:
            link.send(topic, payload, qos)
        except _REFUSALS as refusal:
            self.refused(refusal)
            return 0
        if qos:
            self.sent(due_ns)
        return _published_bytes(topic, payload, qos)

    def go_on(self, link: Link) -> None:
        """Send of what is queued as much as may be sent."""
        while self.queue:
            try:
                self._send(link, *self.queue[0])
            except (errors.WindowFull, Backpressure, LinkDown):
                return
            except (errors.PacketTooLarge, errors.NotSupported) as refusal:
                self.refused(refusal)
            self.queue.popleft()

    def sent(self, due_ns: int) -> None:
        """Note that a message of QoS 1 is on its way; it was due at a monotonic instant."""
        if self._unacknowledged is None:
            self._unacknowledged = deque()
        self._unacknowledged.append((due_ns, monotonic_ns()))

    def acknowledged(self) -> None:
        """Time the oldest message that waits for its PUBACK."""
        if not self._unacknowledged:
            return  # it was sent over a link before this one
        due_ns, sent_ns = self._unacknowledged.popleft()
        meters = self._environment.meters
        meters.publish_time.record(since_us(due_ns))
        meters.publish_service.record(since_us(sent_ns))
        if not self._unacknowledged:
            self._unacknowledged = None

    def give_up(self) -> None:
        """Count what waits for its PUBACK in vain, as long as has been waited for it by now."""
        while self._unacknowledged:
            self.acknowledged()

    def forget(self) -> None:
        """Give up what is queued: the conversation is over."""
        self._unacknowledged = None
        if self.queue:
            self._count_drop("undelivered", len(self.queue))
        self.queue = None

    def refused(self, refusal: Exception) -> None:
        """Count a message that the link did not take."""
        if isinstance(refusal, LinkDown):
            return  # its owner is told that the link is down
        too_large = isinstance(refusal, errors.PacketTooLarge | errors.NotSupported)
        self._count_drop("too_large" if too_large else "buffer_full")

    def _send(self, link: Link, message: Message, due_ns: int) -> None:
        topic, payload = self.topic(message.kind), codec.encode(message)
        qos = self._environment.qos.get(message.kind, message.qos)
        link.send(topic, payload, qos, retain=message.retain)
        if qos:
            self.sent(due_ns)
        meters = self._environment.meters
        meters.add(meters.sent[message.kind])
        meters.add(meters.sent_bytes, _published_bytes(topic, payload, qos))

    def _enqueue(self, message: Message, due_ns: int) -> None:
        queue = self.queue = self.queue or deque()
        if len(queue) >= self._environment.queue_max:
            queue.popleft()
            self._count_drop("queue_full")
        queue.append((message, due_ns))

    def _count_drop(self, reason: str, count: int = 1) -> None:
        meters = self._environment.meters
        meters.add(meters.dropped[reason], count)


def _published_bytes(topic: PreparedTopic, payload: bytes, qos: int) -> int:
    return _HEADER_BYTES + topic.size + len(payload) + (_PACKET_ID_BYTES if qos else 0)
