"""How the service speaks: the answers of one QoS, in batches, each when it may leave.

A batch is published in one go and without a timer for each message of it (see
`fleet.tms.service`). A speaker waits for the broker to acknowledge a batch before it takes the
next, which bounds what is in flight; so each QoS has a speaker of its own.
"""

import asyncio
import math
import time
from collections.abc import Callable
from typing import Final, NamedTuple

import aiomqtt

from fleet.tms.desk import Reply
from fleet.tms.mailbox import Mailbox
from fleet.tms.pace import Pace
from fleet.tms.task import Handled
from fleet.wire import codec, topics

OUTBOX_MAX: Final = 20_000
_NS_PER_S: Final = 1_000_000_000


class Due(NamedTuple):
    """A reply, and the monotonic instant from which it may be sent."""

    at_ns: int
    reply: Reply


class Speaker:
    """Sends replies.

    Attributes:
        outbox: Those that wait.
    """

    def __init__(self, tenant: str, pace: Pace, handled: Handled) -> None:
        """Prepare.

        Args:
            tenant: Whose terminals are spoken to.
            pace: When answers may leave; shared with other speakers.
            handled: Where it is counted that a reply could not be sent.
        """
        self.outbox: Final = Mailbox[Due](OUTBOX_MAX)
        self._tenant = tenant
        self._pace = pace
        self._handled = handled

    def say(self, reply: Reply, heard_ns: int) -> None:
        """Send a reply to what was heard at a monotonic instant, as soon as the pace allows."""
        self.outbox.put_nowait(Due(heard_ns + self._pace.delay_ns, reply))

    async def speak(self, client: aiomqtt.Client) -> None:
        """Send over this connection, until cancelled."""
        outbox, pace = self.outbox, self._pace
        while True:
            first = await outbox.get()
            await _sleep_until(first.at_ns)
            now_ns = time.monotonic_ns()
            batch = [first, *outbox.take_while(_due_by(now_ns), pace.batch_max - 1)]
            await _sleep_until(pace.turn_ns(len(batch), now_ns))
            await asyncio.gather(*(self._publish(client, due.reply) for due in batch))
            outbox.done(len(batch))

    async def _publish(self, client: aiomqtt.Client, reply: Reply) -> None:
        message = reply.message
        topic = topics.build(self._tenant, reply.terminal, "down", message.kind)
        try:
            await client.publish(topic, codec.encode(message), message.qos, timeout=math.inf)
        except aiomqtt.MqttError:
            # Whoever listens will notice that the connection is gone, and say so.
            self._handled.undelivered += 1


def _due_by(now_ns: int) -> Callable[[Due], bool]:
    return lambda due: due.at_ns <= now_ns


async def _sleep_until(at_ns: int) -> None:
    ahead_ns = at_ns - time.monotonic_ns()
    if ahead_ns > 0:
        await asyncio.sleep(ahead_ns / _NS_PER_S)
