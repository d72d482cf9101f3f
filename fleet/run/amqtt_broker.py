"""amqtt as a program: `python -m fleet.run.amqtt_broker PORT`; ended by SIGTERM.

In a process of its own, because it works on one asyncio loop as hard as the terminals do on theirs.

amqtt 0.12 compares each message with each subscription, and sends a client that connects whatever
is retained for anybody's subscription: with a thousand terminals that is a thousand comparisons a
message and a million a connect, and 57 of 1,000 terminals came online within half a minute. So the
subscriptions are kept in a tree here, which makes a message cost the same however many there are.
"""

import asyncio
import logging
import sys
from collections import deque
from collections.abc import Iterator
from typing import Any, Final

import uvloop
from amqtt.broker import Broker
from amqtt.session import Session

Subscriber = tuple[Session, int]

_ANONYMOUS: Final = {
    "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True},
}


class Branch:
    """Topic filters by their levels.

    Attributes:
        filters: The filters that end here; at most one.
        below: What follows, by the next level.
    """

    __slots__ = ("below", "filters")

    def __init__(self) -> None:
        self.filters: set[str] = set()
        self.below: dict[str, Branch] = {}

    def add(self, topic_filter: str) -> None:
        """Add a filter; to add it twice changes nothing."""
        branch = self
        for level in topic_filter.split("/"):
            branch = branch.below.setdefault(level, Branch())
        branch.filters.add(topic_filter)

    def matching(self, levels: list[str], depth: int = 0) -> Iterator[str]:
        """Yield the filters that match a topic, given as its levels (MQTT 3.1.1, 4.7)."""
        if depth == len(levels):
            yield from self.filters
        for level in ("#", "+", levels[depth]) if depth < len(levels) else ("#",):
            branch = self.below.get(level)
            if branch is not None and not (depth == 0 and level in "#+" and levels[0][:1] == "$"):
                yield from branch.filters if level == "#" else branch.matching(levels, depth + 1)


class IndexedBroker(Broker):  # type: ignore[misc]
    """amqtt's broker, with its subscriptions in a tree."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._tree = Branch()

    async def add_subscription(self, subscription: tuple[str, int], session: Session) -> int:
        """Subscribe as amqtt does, and remember where."""
        granted: int = await super().add_subscription(subscription, session)
        self._tree.add(subscription[0])
        return granted

    async def _run_broadcast(self, running_tasks: deque[asyncio.Task[Any]]) -> None:
        broadcast = await self._broadcast_queue.get()
        for session, qos in self._subscribers(broadcast["topic"]):
            handler = self._get_handler(session)
            if handler and session.transitions.state == "connected":
                publishing = handler.mqtt_publish(
                    broadcast["topic"], broadcast["data"], broadcast.get("qos", qos), retain=False
                )
                running_tasks.append(asyncio.ensure_future(publishing))

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        if any(own is session for own, _ in self._subscriptions.get(subscription[0], ())):
            await super()._publish_retained_messages_for_subscription(subscription, session)

    def _subscribers(self, topic: str) -> list[Subscriber]:
        filters = self._tree.matching(topic.split("/"))
        return [each for own in filters for each in self._subscriptions.get(own, ())]


async def serve(port: int) -> None:
    """Serve MQTT 3.1.1 on loopback, for ever."""
    listener = {"type": "tcp", "bind": f"127.0.0.1:{port}"}
    broker = IndexedBroker({"listeners": {"default": listener}, "plugins": _ANONYMOUS})
    await broker.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    uvloop.run(serve(int(sys.argv[1])))
