"""The outbox keeps the order of what is said, is bounded, and counts what it drops."""

from dataclasses import dataclass, field

import pytest

from fleet.mqtt.errors import PacketTooLarge, WindowFull
from fleet.mqtt.frames import PreparedTopic
from fleet.mqtt.link import Backpressure, LinkDown
from fleet.wire.messages import SignedOff
from fleet.worlds.outbox import Outbox
from tests.worlds.scripted import Live

QUEUE_MAX = 4  # of the setting


@dataclass
class MoodyLink:
    """Takes messages, or refuses them as it is told."""

    mood: Exception | None = None
    sent: list[bytes] = field(default_factory=list)

    def send(
        self, topic: PreparedTopic, payload: bytes, qos: int = 0, *, retain: bool = False
    ) -> int:
        del topic, retain
        if self.mood is not None:
            raise self.mood
        self.sent.append(payload)
        return qos

    def open(self) -> None:
        """It is open."""

    def stream_for(self, frame_bytes: int) -> None:
        """It makes its own frames."""

    def lane_for(self, frame_bytes: int) -> None:
        """It makes its own frames."""

    def close(self, *, clean: bool) -> None:
        """It stays open."""

    def tick(self, now_ms: int) -> int:
        """Nothing of it ages."""
        return now_ms


@pytest.fixture
def live() -> Live:
    """A live world's setting, for its counters."""
    return Live()


@pytest.fixture
def outbox(live: Live) -> Outbox:
    """An outbox of that setting."""
    return Outbox(live.environment, "10000000")


def said(number: int) -> SignedOff:
    """Return a message that can be told from others."""
    return SignedOff(ts=0, batch=number)


def batches(link: MoodyLink) -> list[bytes]:
    """Return the numbers of what was sent."""
    return [payload.rsplit(b":", 1)[1].rstrip(b"}") for payload in link.sent]


def test_what_finds_the_window_full_waits_in_order(outbox: Outbox) -> None:
    """Later messages queue up behind the first, and all go when there is room."""
    link = MoodyLink(WindowFull())
    outbox.say(link, said(1), 0)
    link.mood = None
    outbox.say(link, said(2), 0)
    assert link.sent == []
    outbox.go_on(link)
    assert batches(link) == [b"1", b"2"]


def test_the_oldest_is_dropped_at_the_bound(live: Live, outbox: Outbox) -> None:
    """Of more messages than may wait, the last ones are kept and the others counted."""
    link = MoodyLink(WindowFull())
    for number in range(QUEUE_MAX + 2):
        outbox.say(link, said(number), 0)
    link.mood = None
    outbox.go_on(link)
    assert batches(link) == [b"2", b"3", b"4", b"5"]
    assert live.dropped("queue_full") == 2


def test_what_no_broker_would_take_does_not_block_the_queue(live: Live, outbox: Outbox) -> None:
    """A message that is too large is counted, and the next one goes on."""
    link = MoodyLink(WindowFull())
    outbox.say(link, said(1), 0)
    link.mood = PacketTooLarge()
    outbox.go_on(link)
    link.mood = None
    outbox.say(link, said(2), 0)
    assert batches(link) == [b"2"]
    assert live.dropped("too_large") == 1


def test_what_finds_the_broker_not_reading_stays_queued(outbox: Outbox) -> None:
    """Queued messages outlast a broker that does not read for a while."""
    link = MoodyLink(WindowFull())
    outbox.say(link, said(1), 0)
    link.mood = Backpressure()
    outbox.go_on(link)
    link.mood = None
    outbox.go_on(link)
    assert batches(link) == [b"1"]


def test_the_end_of_a_conversation_counts_what_was_never_sent(live: Live, outbox: Outbox) -> None:
    """What is still queued when the link goes is undelivered."""
    outbox.say(MoodyLink(WindowFull()), said(1), 0)
    outbox.forget()
    assert live.dropped("undelivered") == 1


def test_a_link_that_is_down_is_the_callers_affair(outbox: Outbox) -> None:
    """Nothing is queued for a link that is down."""
    with pytest.raises(LinkDown):
        outbox.say(MoodyLink(LinkDown()), said(1), 0)
