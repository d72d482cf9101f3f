"""gmqtt: one client for each terminal; connects as fast as it can, then sends."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from functools import partial

import uvloop
from gmqtt import Client
from gmqtt.mqtt.constants import MQTTv311

from benchmarks.peers.task import (
    Pacer,
    PeerTask,
    down_filter,
    end_of_input,
    every,
    payload,
    read_task,
    say,
    topic,
)


def main() -> None:
    """Run."""
    task = read_task()
    if task.uvloop:
        uvloop.run(_run(task))
    else:
        asyncio.run(_run(task))


async def _run(task: PeerTask) -> None:
    clients = [Client(f"gmqtt-{number}") for number in range(task.clients)]
    width = asyncio.Semaphore(task.pending)
    begun_s, begun_cpu_s = time.monotonic(), time.process_time()
    await asyncio.gather(
        *(_connect(task, client, number, width) for number, client in enumerate(clients))
    )
    say(
        ready=len(clients),
        seconds=time.monotonic() - begun_s,
        cpu_s=time.process_time() - begun_cpu_s,
    )
    send = _sending(task, clients)
    pacer = Pacer(task.rate, send)
    sending = _timers(task, send) if task.timers else [pacer.run()] if task.rate else []
    running = [asyncio.create_task(each) for each in sending]
    await end_of_input()
    for each in running:
        each.cancel()
    say(lag_p99_ms=pacer.lag_p99_ms())


def _sending(task: PeerTask, clients: list[Client]) -> Callable[[int], None]:
    publishes = [client.publish for client in clients]
    topics = [topic(number) for number in range(task.clients)]
    message, qos, count = payload(), task.qos, task.clients

    def send(number: int) -> None:
        client = number % count
        publishes[client](topics[client], message, qos=qos)

    return send


def _timers(task: PeerTask, send: Callable[[int], None]) -> list[Coroutine[None, None, None]]:
    interval_s = task.clients / task.rate
    return [
        every(interval_s, number / task.rate, partial(send, number))
        for number in range(task.clients)
    ]


async def _connect(task: PeerTask, client: Client, number: int, width: asyncio.Semaphore) -> None:
    async with width:
        connected = asyncio.Event()
        client.on_connect = lambda *_: connected.set()
        await client.connect("127.0.0.1", task.port, keepalive=60, version=MQTTv311)
        await connected.wait()
        if task.subscribe:
            subscribed = asyncio.Event()
            client.on_subscribe = lambda *_: subscribed.set()
            client.subscribe(down_filter(number), qos=1)
            await subscribed.wait()


if __name__ == "__main__":
    main()
