"""Real services as processes, and a client that speaks as terminals do."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Self

import aiomqtt
import msgspec

from fleet.tms.task import TmsTask
from fleet.wire.codec import decode_down, encode
from fleet.wire.messages import Message
from fleet.wire.topics import build, parse
from tests.brokers import Mosquitto
from tests.tms.estates import PLAN, SEED, TOML

LIMIT_S = 30.0


def run(main: Callable[[], Awaitable[None]]) -> None:
    """Run an asynchronous test in bounded time."""

    async def bounded() -> None:
        async with asyncio.timeout(LIMIT_S):
            await main()

    asyncio.run(bounded())


def profile_toml(tenant: str) -> str:
    """Return the tests' profile for a tenant, which is a test's own corner of a shared broker."""
    return f"{TOML}\n{PLAN}".replace("[estate]", f'[estate]\ntenant = "{tenant}"')


def task(broker: Mosquitto, tenant: str, **more: Any) -> TmsTask:
    """Return a task whose business clock starts now."""
    values: dict[str, Any] = {
        "brokers": (f"mqtt://{broker.host}:{broker.port}",),
        "profile_toml": profile_toml(tenant),
        "seed": SEED,
        "epoch_monotonic_ns": time.monotonic_ns(),
    }
    return TmsTask(**(values | more))


class Service:
    """A running `python -m fleet.tms`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    @contextlib.asynccontextmanager
    async def start(cls, line: bytes) -> AsyncIterator[Self]:
        """Start a service with a line of input; it is dead when this ends."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "fleet.tms",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        service = cls(process)
        assert process.stdin is not None
        process.stdin.write(line + b"\n")
        try:
            await process.stdin.drain()
            yield service
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    @classmethod
    def of(cls, task: TmsTask) -> contextlib.AbstractAsyncContextManager[Self]:
        """Start a service with a task."""
        return cls.start(msgspec.json.encode(task))

    async def report(self, kind: str) -> dict[str, Any]:
        """Wait for the next report of a kind, and return it."""
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            said: dict[str, Any] = msgspec.json.decode(line)
            if said["report"] == kind:
                return said
        message = f"it ended without saying {kind}: {await self.errors()}"
        raise AssertionError(message)

    async def errors(self) -> str:
        """Return all that it wrote to its standard error; waits for its end."""
        assert self.process.stderr is not None
        return (await self.process.stderr.read()).decode()

    def say(self, line: bytes) -> None:
        """Put a line on its input."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + b"\n")

    def close_input(self) -> None:
        """Let go of the leash."""
        assert self.process.stdin is not None
        self.process.stdin.close()


class Speaker:
    """Speaks for any number of terminals over one connection, and hears what they are told."""

    def __init__(self, client: aiomqtt.Client, tenant: str) -> None:
        self._client = client
        self._tenant = tenant

    @classmethod
    @contextlib.asynccontextmanager
    async def at(cls, broker: Mosquitto, tenant: str) -> AsyncIterator[Self]:
        """Connect, and listen to all that is said to the tenant's terminals."""
        async with aiomqtt.Client(broker.host, broker.port) as client:
            await client.subscribe(f"fleet/v1/{tenant}/+/down/+", qos=1)
            yield cls(client, tenant)

    async def say(self, terminal: str, message: Message) -> None:
        """Send a message; returns when the broker has it."""
        await self.say_raw(terminal, message.kind, encode(message))

    async def say_raw(self, terminal: str, kind: str, payload: bytes) -> None:
        """Send any bytes."""
        await self._client.publish(build(self._tenant, terminal, "up", kind), payload, qos=1)

    async def hear(self) -> tuple[str, Message]:
        """Wait for the next message, and return whom it is for and what it says."""
        heard = await anext(self._client.messages)
        topic = parse(heard.topic.value)
        assert isinstance(heard.payload, bytes)
        return topic.terminal, decode_down(topic.kind, heard.payload)

    async def hear_many(self, count: int) -> list[tuple[str, Message]]:
        """Wait for so many messages."""
        return [await self.hear() for _ in range(count)]
