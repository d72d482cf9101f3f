"""aiomqtt: one client and one task for each terminal, as its manual has it."""

import asyncio
import os
import time
from contextlib import AsyncExitStack

import aiomqtt

from benchmarks.peers.task import (
    PeerTask,
    down_filter,
    end_of_input,
    payload,
    read_task,
    say,
    topic,
)

_MAKING = 20  # more at once would wait in line for the threads in which aiomqtt connects


def main() -> None:
    """Run."""
    asyncio.run(_run(read_task()))


async def _run(task: PeerTask) -> None:
    width = asyncio.Semaphore(_MAKING)
    begun_s, begun_cpu_s = time.monotonic(), time.process_time()
    async with AsyncExitStack() as stack:
        clients = await asyncio.gather(
            *(_connect(task, stack, number, width) for number in range(task.clients))
        )
        say(
            ready=len(clients),
            seconds=time.monotonic() - begun_s,
            cpu_s=time.process_time() - begun_cpu_s,
        )
        lives = [
            asyncio.create_task(_live(task, client, number))
            for number, client in enumerate(clients if task.rate else [])
        ]
        await end_of_input()
        say(lag_p99_ms=None, lives=len(lives))
        # To cancel and disconnect them in order takes longer than all the rest.
        os._exit(0)


async def _connect(
    task: PeerTask, stack: AsyncExitStack, number: int, width: asyncio.Semaphore
) -> aiomqtt.Client:
    async with width:
        client = await stack.enter_async_context(
            aiomqtt.Client("127.0.0.1", task.port, identifier=f"aiomqtt-{number}")
        )
        if task.subscribe:
            await client.subscribe(down_filter(number), qos=1)
        return client


async def _live(task: PeerTask, client: aiomqtt.Client, number: int) -> None:
    interval_s = task.clients / task.rate
    due_s = time.monotonic() + interval_s * number / task.clients
    place, message = topic(number), payload()
    while True:
        await asyncio.sleep(due_s - time.monotonic())
        await client.publish(place, message, qos=task.qos)
        due_s += interval_s


if __name__ == "__main__":
    main()
