"""The desk's service on aiomqtt.

Theory of operation
-------------------
Three tasks share one connection: one hears, two speak. aiomqtt wakes its reader with a task for
each message, and its publisher with a timer for each; both are avoided with what its public API
offers. The inbox is ours (`queue_type`), so that the reader takes all that has come, and gives
paho, which reads one packet in each turn of the loop, as many turns as each brings another packet.
Messages out are published a batch at a time and without a timer each: paho writes what is there in
one go. QoS 0 and 1 have a speaker each, so that no acknowledgement waits for a round trip. All that
takes a heartbeat and its acknowledgement from 130 us of CPU to 85.

The hearer never waits for the broker, so it is the first to notice that the connection is gone; its
exception ends the speakers, and a drain. What was not sent then is dropped: every terminal asks
again.

The end comes soon whatever the broker does: an attempt to connect is given up at once, as a broker
that is ending itself may take a connection and never answer, and a drain has `DRAIN_S` in all.
"""

import asyncio
import contextlib
import logging
import math
import os
import secrets
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final, cast

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode

from fleet.mqtt.connection import PasswordError
from fleet.mqtt.endpoint import Endpoint
from fleet.profile import digest
from fleet.profile.clock import BusinessClock
from fleet.profile.profile import Profile
from fleet.tms.complaints import Complaints
from fleet.tms.desk import Desk, Reply
from fleet.tms.journal import Head, Journal
from fleet.tms.mailbox import Mailbox
from fleet.tms.pace import Pace
from fleet.tms.picture import Picture
from fleet.tms.speaker import Speaker
from fleet.tms.task import Counted, Ended, Handled, Lost, Ready, Report, TmsTask
from fleet.wire import codec, topics
from fleet.wire.errors import WireError

INBOX_MAX: Final = 20_000
BATCH_MAX: Final = 64
BACKOFF_S_MIN: Final = 0.1
BACKOFF_S_MAX: Final = 5.0
REPORT_S: Final = 1.0
DRAIN_S: Final = 3.0

_SHARE: Final = "$share/tms/"
_REFUSED: Final = 0x80  # SUBACK, in MQTT 3.1.1 and 5 alike
_LOG: Final = logging.getLogger("fleet.tms")


class Service:
    """One instance of the TMS: hears its share of an estate's messages, and answers them."""

    def __init__(
        self, task: TmsTask, profile: Profile, endpoint: Endpoint, report: Callable[[Report], None]
    ) -> None:
        """Prepare the service.

        Args:
            task: What it was asked for.
            profile: The task's profile, read.
            endpoint: The task's endpoint, with its TLS settings.
            report: Is told how things stand; must not block.

        Raises:
            PasswordError: The password cannot be read, or is not UTF-8.
            JournalError: Its journal is another's, or none.
            OSError: Its journal cannot be read or written.
        """
        self._task = task
        self._endpoint = endpoint
        self._password = _text(task.password())
        self._report = report
        self._tenant = profile.estate.tenant
        self._where = (_SHARE if task.of > 1 else "") + topics.tms_filter(self._tenant)
        self._times = profile.run
        self.begin(task.epoch_monotonic_ns)
        self._desk = Desk(profile, task.seed, alone=task.of == 1)
        if task.journal:
            self._go_on_with(
                Path(task.journal), Head(digest(profile), task.seed, task.began_unix_ms)
            )
        self._inbox = Mailbox[aiomqtt.Message](INBOX_MAX)
        self._handled = Handled(self._desk.counts)
        tms = profile.tms
        pace = Pace(tms.answer_delay, tms.answers_per_second_max, BATCH_MAX)
        # By QoS: acknowledgements of heartbeats, and all that has to arrive.
        self._speakers = tuple(Speaker(self._tenant, pace, self._handled) for _ in (0, 1))
        self._boxes: tuple[Mailbox[Any], ...] = (
            self._inbox,
            *(speaker.outbox for speaker in self._speakers),
        )
        self._complaints = Complaints(_LOG)

    def _go_on_with(self, path: Path, head: Head) -> None:
        journal = Journal.open(path, head)
        self._desk.book.retrace(journal.past)
        self._desk.book.keep_steps(journal.keep)

    def begin(self, epoch_monotonic_ns: int) -> None:
        """Say when business begins; not to be changed once terminals speak.

        Args:
            epoch_monotonic_ns: Business zero on CLOCK_MONOTONIC.
        """
        self._clock = BusinessClock.of(self._times, epoch_monotonic_ns)

    @property
    def counts(self) -> Handled:
        """What it has handled so far."""
        desk, now_ms = self._desk, self._clock.unix_ms(time.monotonic_ns())
        views = desk.views if self._task.of == 1 else None
        self._handled.picture = Picture.of(desk.book, views, now_ms)
        self._handled.dropped = sum(box.dropped for box in self._boxes)
        return self._handled

    async def run(self, end: asyncio.Event) -> None:
        """Serve until `end` is set, over as many connections as it takes; then drain."""
        async with asyncio.TaskGroup() as group:
            reporting = group.create_task(self._report_again_and_again())
            backoff_s = BACKOFF_S_MIN
            while not end.is_set():
                connects = self._handled.connects
                await self._try_to_serve(end)
                backoff_s = BACKOFF_S_MIN if self._handled.connects > connects else backoff_s * 2
                await _wait(end, min(backoff_s, BACKOFF_S_MAX))
            reporting.cancel()
        self._report(Ended(self.counts))

    async def _try_to_serve(self, end: asyncio.Event) -> None:
        try:
            async with contextlib.AsyncExitStack() as leaving:
                client = self._client()
                if await _done_before(end, self._open(client, leaving)):
                    await self._serve(client, end)
        except* (aiomqtt.MqttError, OSError) as group:
            reason = _said(group.exceptions[0])
            _LOG.warning(
                "tms %d: no connection to %s: %s", self._task.index, self._endpoint, reason
            )
            self._report(Lost(reason))

    def _client(self) -> aiomqtt.Client:
        endpoint, task = self._endpoint, self._task
        return aiomqtt.Client(
            endpoint.host,
            endpoint.port,
            identifier=f"fleet-tms-{task.index}-{os.getpid()}-{secrets.token_hex(4)}",
            username=task.username or None,
            password=self._password,
            tls_context=endpoint.tls,
            transport="websockets" if endpoint.is_websocket else "tcp",
            websocket_path=endpoint.path or None,
            # It is called like a class, with the bound that the client was given.
            queue_type=cast("type[asyncio.Queue[aiomqtt.Message]]", lambda **_: self._inbox),
            max_inflight_messages=2 * BATCH_MAX,
        )

    async def _open(self, client: aiomqtt.Client, leaving: contextlib.AsyncExitStack) -> None:
        # Otherwise aiomqtt would warn of every full batch.
        client.pending_calls_threshold = 4 * BATCH_MAX
        self._empty_boxes()
        await leaving.enter_async_context(client)
        await self._subscribe(client)

    async def _serve(self, client: aiomqtt.Client, end: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            work = [group.create_task(self._listen(client))]
            work += [group.create_task(each.speak(client)) for each in self._speakers]
            await end.wait()
            await self._drain(client)
            for task in work:
                task.cancel()

    def _empty_boxes(self) -> None:
        for box in self._boxes:
            box.done(len(box.take(box.qsize())))

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        where = self._where
        granted = await client.subscribe(where, qos=1)
        if any(_code(answer) >= _REFUSED for answer in granted):
            msg = f"the broker refused the subscription to {where}"
            raise aiomqtt.MqttError(msg)
        _LOG.info("tms %d: listens to %s at %s", self._task.index, where, self._endpoint)
        self._handled.connects += 1
        self._report(Ready())

    async def _drain(self, client: aiomqtt.Client) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                # The broker answers after all that it has sent before.
                await client.unsubscribe(self._where, timeout=math.inf)
                for box in self._boxes:
                    await box.join()

    async def _listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            batch = [message, *self._inbox.take(BATCH_MAX)]
            await asyncio.sleep(0)
            while self._inbox.qsize() and len(batch) < BATCH_MAX:
                batch += self._inbox.take(BATCH_MAX)
                await asyncio.sleep(0)
            for heard in batch:
                self._hear(heard)
            self._inbox.done(len(batch))

    def _hear(self, message: aiomqtt.Message) -> None:
        # What is retained was said before we were here.
        if message.retain:
            return
        try:
            replies = self._answer(message)
        except WireError as error:
            self._handled.unreadable += 1
            self._complaints.note(f"unreadable message on {message.topic.value!r}: {error}")
            return
        if not replies:
            return
        heard_ns = time.monotonic_ns()
        for reply in replies:
            self._speakers[reply.message.qos].say(reply, heard_ns)

    def _answer(self, message: aiomqtt.Message) -> list[Reply]:
        topic = topics.parse(message.topic.value)
        heard = codec.decode_up(topic.kind, message.payload)
        server_ts = self._clock.unix_ms(time.monotonic_ns())
        return self._desk.hear(topic.tenant, topic.terminal, heard, server_ts)

    async def _report_again_and_again(self) -> None:
        while True:
            await asyncio.sleep(REPORT_S)
            self._report(Counted(self.counts))


def _text(password: bytes | None) -> str | None:
    try:
        return None if password is None else password.decode()
    except UnicodeDecodeError:
        msg = "the password is not UTF-8 text; the TMS can send no other"
        raise PasswordError(msg) from None


def _code(answer: int | ReasonCode) -> int:
    return answer.value if isinstance(answer, ReasonCode) else answer


def _said(error: Exception) -> str:
    """Return what is wrong, without the number that the system has for it."""
    # aiomqtt hides the cause of its own error, but not its context.
    known = error.__context__ if isinstance(error.__context__, OSError) else error
    return getattr(known, "strerror", None) or str(error)


async def _done_before(end: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    working, ending = asyncio.create_task(work), asyncio.create_task(end.wait())
    try:
        await asyncio.wait((working, ending), return_when=asyncio.FIRST_COMPLETED)
    finally:
        ending.cancel()
        working.cancel()
        await asyncio.wait((working,))
    # Raises what the work raised.
    return not working.cancelled() and working.result() is None


async def _wait(event: asyncio.Event, at_most_s: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(at_most_s):
            await event.wait()
