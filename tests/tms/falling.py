"""A broker that takes a client, says more to it than it can read in time, and is gone."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Self

from fleet.mqtt.encoding import encode as packed
from fleet.mqtt.packets import Publish, Version
from fleet.tms.task import TmsTask
from fleet.wire.codec import encode
from fleet.wire.topics import build
from tests.brokers import HOST
from tests.tms.estates import SEED, heartbeat, tids
from tests.tms.services import profile_toml

LOAD = 300

_CONNACK = b"\x20\x02\x00\x00"


class FallingBroker:
    """Knows of MQTT 3.1.1 what it takes to let a client subscribe.

    Attributes:
        task: For a TMS at this broker.
    """

    def __init__(self, tenant: str) -> None:
        self._tenant = tenant
        self._writer: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
        self.task: TmsTask

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, tenant: str) -> AsyncIterator[Self]:
        """Listen on a free port."""
        broker = cls(tenant)
        server = await asyncio.start_server(broker._welcome, HOST, 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            broker.task = TmsTask(
                brokers=(f"mqtt://{HOST}:{port}",),
                profile_toml=profile_toml(tenant),
                seed=SEED,
                epoch_monotonic_ns=time.monotonic_ns(),
            )
            yield broker

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(_CONNACK)
        subscribe = await reader.read(1024)
        writer.write(b"\x90\x03" + subscribe[2:4] + b"\x01")
        await self._writer.put(writer)

    async def fall(self) -> None:
        """Say a lot to the client, read nothing that it answers, and break the connection."""
        writer = await self._writer.get()
        terminals = tids()
        for number in range(LOAD):
            topic = build(self._tenant, terminals[number % len(terminals)], "up", "heartbeat")
            said = Publish(topic, encode(heartbeat(seq=number)), qos=1, packet_id=number + 1)
            writer.write(packed(said, Version.V311))
        await asyncio.sleep(0)
        writer.close()
