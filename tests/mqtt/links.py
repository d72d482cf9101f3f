"""What the tests of links share: every way to carry MQTT, and an owner who writes a diary."""

import asyncio
import contextlib
import itertools
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import pytest
import uvloop

from fleet.mqtt.compatible import CompatibleLink
from fleet.mqtt.down import DownReason
from fleet.mqtt.endpoint import Endpoint
from fleet.mqtt.fast import FastLink
from fleet.mqtt.frames import PreparedTopic
from fleet.mqtt.link import Link, LinkPlan, Route
from fleet.mqtt.options import SessionOptions
from fleet.mqtt.packets import Version, Will
from fleet.mqtt.poller import Poller
from fleet.mqtt.stream import LINGER_0_S
from tests.brokers import HOST

SCENARIO_S_MAX = 30.0
PATIENCE_S = 10.0
TICK_S = 0.02


_numbers = itertools.count()


def unique(name: str) -> str:
    """Return a client id, or a topic, which no other test uses."""
    return f"{name}-{next(_numbers)}"


def now_ms() -> int:
    """The clock of all links under test."""
    return time.monotonic_ns() // 1_000_000


@dataclass
class Diary:
    """A link's owner; notes what it is told, in order."""

    will: Will | None = None
    filters: Sequence[tuple[str, int]] = ()
    ups: int = 0
    downs: list[tuple[DownReason, str]] = field(default_factory=list)
    heard_messages: list[tuple[str, bytes]] = field(default_factory=list)
    acknowledged_ids: list[int] = field(default_factory=list)
    told: asyncio.Event = field(default_factory=asyncio.Event)
    on_up: Callable[[], None] = lambda: None
    on_heard: Callable[[], None] = lambda: None

    def last_will(self) -> Will | None:
        """See `LinkOwner`."""
        return self.will

    def subscriptions(self) -> Sequence[tuple[str, int]]:
        """See `LinkOwner`."""
        return self.filters

    def link_up(self) -> None:
        """See `LinkOwner`."""
        self.ups += 1
        self.told.set()
        self.on_up()

    def link_down(self, reason: DownReason, text: str) -> None:
        """See `LinkOwner`."""
        self.downs.append((reason, text))
        self.told.set()

    def heard(self, topic: str, payload: bytes) -> None:
        """See `LinkOwner`."""
        self.heard_messages.append((topic, payload))
        self.told.set()
        self.on_heard()

    def acknowledged(self, packet_id: int) -> None:
        """See `LinkOwner`."""
        self.acknowledged_ids.append(packet_id)
        self.told.set()

    async def until(self, condition: Callable[["Diary"], Any]) -> None:
        """Wait until the diary fulfils a condition."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition(self):
                self.told.clear()
                await self.told.wait()

    async def until_up(self) -> None:
        """Wait for the next `link_up`, and for nothing else to come first."""
        await self.until(lambda diary: diary.ups or diary.downs)
        assert not self.downs
        assert self.ups == 1

    async def until_down(self) -> tuple[DownReason, str]:
        """Wait for `link_down`, and a while for a second one that must not come."""
        await self.until(lambda diary: diary.downs)
        await asyncio.sleep(5 * TICK_S)
        (down,) = self.downs
        return down


@dataclass(frozen=True)
class Carrier:
    """One way to carry MQTT."""

    make: type[FastLink] | type[CompatibleLink]
    new_loop: Callable[[], asyncio.AbstractEventLoop]
    scheme: str
    version: Version

    def run(self, scenario: Callable[["Rig"], Awaitable[None]]) -> None:
        """Run a scenario on the carrier's loop, within a time limit."""
        with asyncio.Runner(loop_factory=self.new_loop) as runner:
            runner.run(self._run(scenario))

    async def _run(self, scenario: Callable[["Rig"], Awaitable[None]]) -> None:
        async with asyncio.timeout(SCENARIO_S_MAX):
            with Poller() as poller:
                rig = Rig(self, poller)
                ticking = asyncio.create_task(rig.tick_all())
                try:
                    await scenario(rig)
                finally:
                    ticking.cancel()
                    rig.close_all()
                    await poller.all_parted(PATIENCE_S)
                    await asyncio.sleep(2 * TICK_S)


class Rig:
    """Makes links of one kind, lets time pass for them, and closes them in the end."""

    def __init__(self, carrier: Carrier, poller: Poller) -> None:
        self.carrier = carrier
        self._poller = poller
        self._links: list[Link] = []

    def plan(self, url: str | Endpoint, **settings: Any) -> LinkPlan:
        """Return a plan; `settings` are of the plan or of its session options."""
        endpoint = Endpoint.parse(url) if isinstance(url, str) else url
        options = {name: settings.pop(name) for name in list(settings) if name in _OPTIONS}
        return LinkPlan(
            routes=(Route.to(endpoint),),
            options=SessionOptions(self.carrier.version, **options),
            poller=self._poller,
            now_ms=now_ms,
            **settings,
        )

    def link(
        self,
        plan: LinkPlan,
        client_id: str,
        *,
        will: Will | None = None,
        subscriptions: Sequence[tuple[str, int]] = (),
        **traits: Any,
    ) -> tuple[Link, Diary]:
        """Return a link, not open yet, and its owner."""
        diary = Diary(will, subscriptions)
        link = self.carrier.make(plan, diary, client_id=client_id, **traits)
        self._links.append(link)
        return link, diary

    async def linked(self, plan: LinkPlan, client_id: str, **traits: Any) -> tuple[Link, Diary]:
        """Return a link which is up, and its owner."""
        link, diary = self.link(plan, client_id, **traits)
        link.open()
        await diary.until_up()
        return link, diary

    def topic(self, name: str) -> PreparedTopic:
        """Return a topic in the carrier's version."""
        return PreparedTopic(self.carrier.version, name)

    async def tick_all(self) -> None:
        """Let time pass."""
        while True:
            await asyncio.sleep(TICK_S)
            for link in self._links:
                link.tick(now_ms())

    def close_all(self) -> None:
        """Close whatever is open."""
        for link in self._links:
            link.close(clean=False)


_OPTIONS = {each.name for each in fields(SessionOptions)}
# paho leaves the socket of a failed TLS or WebSocket handshake to the garbage collector.
_PAHO_LEAKS = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

CARRIERS = [
    pytest.param(Carrier(make, new_loop, scheme, version), id=f"{name}-{version.name}", marks=marks)
    for version in Version
    for name, make, new_loop, scheme, marks in (
        ("fast-asyncio", FastLink, asyncio.new_event_loop, "mqtt", ()),
        ("fast-uvloop", FastLink, uvloop.new_event_loop, "mqtt", ()),
        ("compatible-tcp", CompatibleLink, asyncio.new_event_loop, "mqtt", _PAHO_LEAKS),
        ("compatible-websockets", CompatibleLink, asyncio.new_event_loop, "ws", _PAHO_LEAKS),
    )
]


@contextlib.asynccontextmanager
async def scripted_broker(*answers: bytes, then_cut: bool = False) -> AsyncIterator[str]:
    """Listen; answer each chunk that comes by the next of `answers`; yield the URL.

    Args:
        answers: Bytes to say; after the last, nothing more is said.
        then_cut: Reset the connection together with the last answer.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await reader.read(65_536)
            writer.write(answer)
        if then_cut:
            connection = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0_S)
        else:
            await reader.read()
        writer.close()

    async with await asyncio.start_server(serve, HOST, 0) as server:
        yield f"mqtt://{HOST}:{server.sockets[0].getsockname()[1]}"
