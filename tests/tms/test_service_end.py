"""How the service ends: it drains, and nobody holds it up."""

import asyncio
import signal
import socket
import time
from collections.abc import Callable, Sequence

import pytest

from fleet.tms.service import DRAIN_S
from tests.brokers import HOST, Mosquitto
from tests.processes import stopped
from tests.tms.estates import heartbeat, tids
from tests.tms.services import Service, Speaker, run, task

pytestmark = pytest.mark.broker

SOON_S = 2.0


@pytest.mark.parametrize("stop", ["eof", "SIGTERM", "SIGINT"])
def test_it_drains_before_it_ends(mosquitto: Mosquitto, stop: str) -> None:
    """What the broker had before the end of input or the signal is still answered; exit 0."""
    tenant = f"drain-{stop.lower()}"

    async def main() -> None:
        async with (
            Service.of(task(mosquitto, tenant)) as service,
            Speaker.at(mosquitto, tenant) as speaker,
        ):
            await service.report("ready")
            for seq, tid in enumerate(tids()):
                await speaker.say(tid, heartbeat(seq=seq))
            if stop == "eof":
                service.close_input()
            else:
                service.process.send_signal(getattr(signal, stop))
            heard = await speaker.hear_many(len(tids()))
            assert sorted(terminal for terminal, _ in heard) == tids()
            ended = await service.report("ended")
            assert ended["counts"]["desk"]["acknowledged"] == len(tids())
            assert await service.process.wait() == 0

    run(main)


def test_a_broker_that_refuses_is_reported_and_does_not_hold_up_the_end(
    start_mosquitto: Callable[[Sequence[str]], Mosquitto],
) -> None:
    """Without leave to connect it keeps trying, says why, and still ends when it is told to."""
    broker = start_mosquitto(["allow_anonymous false"])

    async def main() -> None:
        async with Service.of(task(broker, "refused")) as service:
            lost = await service.report("lost")
            assert "not authori" in lost["reason"].lower()
            service.close_input()
            assert (await service.report("ended"))["counts"]["connects"] == 0
            assert await service.process.wait() == 0

    run(main)


def test_a_broker_that_ends_does_not_hold_up_the_end(
    start_mosquitto: Callable[[Sequence[str]], Mosquitto],
) -> None:
    """When broker and input end together, in whatever order, it is gone within two seconds."""

    async def main() -> None:
        for turns in range(3):
            broker = start_mosquitto([])
            async with Service.of(task(broker, "both")) as service:
                await service.report("ready")
                broker.process.terminate()
                await asyncio.sleep(turns * 0.1)
                assert await ended_within_s(service) < SOON_S

    run(main)


def test_a_listener_that_never_answers_does_not_hold_up_the_end(mosquitto: Mosquitto) -> None:
    """While it waits for a CONNACK that does not come, as of a dying broker, it ends at once."""

    async def main() -> None:
        with socket.create_server((HOST, 0)) as silent:
            silent.settimeout(0.0)
            port = silent.getsockname()[1]
            brokers = (f"mqtt://{HOST}:{port}",)
            async with Service.of(task(mosquitto, "silent", brokers=brokers)) as service:
                connection, _ = await asyncio.get_running_loop().sock_accept(silent)
                with connection:
                    assert await ended_within_s(service) < SOON_S

    run(main)


def test_a_frozen_broker_holds_up_the_end_for_the_time_of_a_drain(
    start_mosquitto: Callable[[Sequence[str]], Mosquitto],
) -> None:
    """A broker that is there and does not answer costs the time of a drain once, and no more."""
    broker = start_mosquitto([])

    async def main() -> None:
        async with Service.of(task(broker, "frozen")) as service:
            await service.report("ready")
            with stopped(broker.pid):
                assert await ended_within_s(service) < DRAIN_S + SOON_S

    run(main)


async def ended_within_s(service: Service) -> float:
    """End the input; return how long the service took to end in good order."""
    start_s = time.monotonic()
    service.close_input()
    await service.report("ended")
    assert await service.process.wait() == 0
    return time.monotonic() - start_s
