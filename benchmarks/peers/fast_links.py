"""Ours without a life: `FastLink` alone, as fast as it can connect."""

import asyncio
import sys
import time
from collections import deque
from collections.abc import Sequence

import uvloop

from benchmarks.peers.task import PeerTask, down_filter, end_of_input, read_task, say
from fleet.mqtt.down import DownReason
from fleet.mqtt.endpoint import Endpoint
from fleet.mqtt.fast import FastLink
from fleet.mqtt.link import LinkPlan, Route
from fleet.mqtt.options import SessionOptions
from fleet.mqtt.poller import Poller


class _Client:
    """Who one link belongs to."""

    __slots__ = ("_crowd", "_filters")

    def __init__(self, crowd: "_Crowd", filters: Sequence[tuple[str, int]]) -> None:
        self._crowd = crowd
        self._filters = filters

    def last_will(self) -> None:
        """It leaves none."""

    def subscriptions(self) -> Sequence[tuple[str, int]]:
        return self._filters

    def link_up(self) -> None:
        self._crowd.link_up()

    def link_down(self, reason: DownReason, text: str) -> None:
        sys.exit(f"{reason.value}: {text}")

    def heard(self, topic: str, payload: bytes) -> None:
        """Nobody says anything."""

    def acknowledged(self, packet_id: int) -> None:
        """Nothing was said."""


class _Crowd:
    """Opens the links one after the other, so many at once."""

    def __init__(self, links: int, pending: int) -> None:
        self.waiting: deque[FastLink] = deque()
        self.all_up = asyncio.Event()
        self._missing = links
        self._pending = pending

    def begin(self) -> None:
        for _ in range(min(self._pending, len(self.waiting))):
            self.waiting.popleft().open()

    def link_up(self) -> None:
        self._missing -= 1
        if self.waiting:
            self.waiting.popleft().open()
        elif not self._missing:
            self.all_up.set()


def main() -> None:
    """Run."""
    uvloop.run(_run(read_task()))


async def _run(task: PeerTask) -> None:
    endpoint = Endpoint.parse(f"mqtt://127.0.0.1:{task.port}")
    with Poller() as poller:
        plan = LinkPlan(
            routes=(Route.to(endpoint),),
            options=SessionOptions(),
            poller=poller,
            now_ms=lambda: time.monotonic_ns() // 1_000_000,
        )
        crowd = _Crowd(task.clients, task.pending)
        begun_s, begun_cpu_s = time.monotonic(), time.process_time()
        links = [_link(task, plan, crowd, number) for number in range(task.clients)]
        crowd.waiting.extend(links)
        crowd.begin()
        await crowd.all_up.wait()
        say(
            ready=len(links),
            seconds=time.monotonic() - begun_s,
            cpu_s=time.process_time() - begun_cpu_s,
        )
        await end_of_input()


def _link(task: PeerTask, plan: LinkPlan, crowd: _Crowd, number: int) -> FastLink:
    filters = ((down_filter(number), 1),) if task.subscribe else ()
    client = _Client(crowd, filters)
    return FastLink(plan, client, client_id=f"fast-{number}", index=number)


if __name__ == "__main__":
    main()
