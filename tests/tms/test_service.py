"""The service as its starter and the terminals see it: a process, and a real broker."""

import asyncio
import itertools
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest

from fleet.profile import parse
from fleet.profile.clock import BusinessClock
from fleet.tms.task import Begin
from fleet.wire.messages import HeartbeatAcknowledged, Reboot, RegistrationAnswered, SignInAnswered
from tests.brokers import Mosquitto
from tests.tms.estates import HOUR_MS, STRANGER, TID, heartbeat, sign_in, tids
from tests.tms.falling import FallingBroker
from tests.tms.services import Service, Speaker, profile_toml, run, task
from tests.tms.test_desk import register

pytestmark = pytest.mark.broker
SOON_S = 2.0
FALLS = 3


def test_a_conversation(mosquitto: Mosquitto) -> None:
    """Registration, sign-in, heartbeat and order go through a broker, with the server's clock."""

    async def main() -> None:
        asked = task(mosquitto, "conversation")
        clock = BusinessClock.of(parse(asked.profile_toml).run, asked.epoch_monotonic_ns)
        async with (
            Service.of(asked) as service,
            Speaker.at(mosquitto, "conversation") as speaker,
        ):
            await service.report("ready")
            await speaker.say(TID, register(TID))
            terminal, registered = await speaker.hear()
            assert isinstance(registered, RegistrationAnswered)
            assert (terminal, registered.code) == (TID, "00")
            assert abs(registered.server_ts - clock.unix_ms(time.monotonic_ns())) < 10_000
            await speaker.say(TID, sign_in())
            _, signed_in = await speaker.hear()
            assert isinstance(signed_in, SignInAnswered)
            assert signed_in.code == "00"
            await speaker.say(TID, heartbeat(HOUR_MS, seq=3))
            kinds = {type(message) for _, message in await speaker.hear_many(2)}
            assert kinds == {HeartbeatAcknowledged, Reboot}

    run(main)


def test_what_cannot_be_read_is_counted_and_harms_nobody(mosquitto: Mosquitto) -> None:
    """Garbage is counted, complained of in few lines, and the next message is answered."""

    async def main() -> None:
        async with (
            Service.of(task(mosquitto, "garbage")) as service,
            Speaker.at(mosquitto, "garbage") as speaker,
        ):
            await service.report("ready")
            for _ in range(50):
                await speaker.say_raw(TID, "heartbeat", b'{"ts":"soon"}')
            await speaker.say_raw(TID, "sign_in", b"\xff\x00")
            await speaker.say(TID, heartbeat(seq=8))
            _, message = await speaker.hear()
            assert isinstance(message, HeartbeatAcknowledged)
            service.close_input()
            ended = await service.report("ended")
            assert ended["counts"]["unreadable"] == 51
            errors = await service.errors()
            assert "up/heartbeat': heartbeat: Expected `int`, got `str` - at `$.ts`" in errors
            assert errors.count("unreadable message") <= 5

    run(main)


def test_a_broker_that_dies_under_load_is_missed_at_once() -> None:
    """A link that breaks while messages wait to be read is noticed, time and again."""

    async def main() -> None:
        async with FallingBroker.open("falling") as broker, Service.of(broker.task) as service:
            for _ in range(FALLS):
                await service.report("ready")
                await broker.fall()
                async with asyncio.timeout(SOON_S):
                    await service.report("lost")

    run(main)


def test_it_counts_once_a_second(mosquitto: Mosquitto) -> None:
    """A report of counts comes within two seconds of the message that it counts."""

    async def main() -> None:
        async with (
            Service.of(task(mosquitto, "counts")) as service,
            Speaker.at(mosquitto, "counts") as speaker,
        ):
            await service.report("ready")
            await speaker.say(STRANGER, heartbeat())
            async with asyncio.timeout(3):
                counted = await service.report("counted")
                while not counted["counts"]["desk"]["strangers"]:
                    counted = await service.report("counted")

    run(main)


def test_several_instances_share_the_work(mosquitto: Mosquitto) -> None:
    """Two instances answer each message exactly once between them, and both have work."""

    async def main() -> None:
        async with (
            Service.of(task(mosquitto, "shared", index=0, of=2)) as one,
            Service.of(task(mosquitto, "shared", index=1, of=2)) as other,
            Speaker.at(mosquitto, "shared") as speaker,
        ):
            await asyncio.gather(one.report("ready"), other.report("ready"))
            for seq, tid in enumerate(tids()):
                await speaker.say(tid, heartbeat(seq=seq))
            heard = await speaker.hear_many(len(tids()))
            assert Counter(terminal for terminal, _ in heard) == dict.fromkeys(tids(), 1)
            one.close_input()
            other.close_input()
            shares = [
                (await service.report("ended"))["counts"]["desk"]["acknowledged"]
                for service in (one, other)
            ]
            assert sum(shares) == len(tids())
            assert min(shares) > 0

    run(main)


def test_it_outlives_its_broker(
    start_mosquitto: Callable[[Sequence[str]], Mosquitto],
) -> None:
    """When the broker is killed it says so, and answers again as soon as there is one."""
    broker = start_mosquitto([])

    async def main() -> None:
        async with Service.of(task(broker, "killed")) as service:
            await service.report("ready")
            broker.process.kill()
            broker.process.wait(5)
            lost = await service.report("lost")
            assert lost["reason"]
            again = await asyncio.create_subprocess_exec(
                "mosquitto", "-c", broker.log.with_suffix(".conf"), stderr=subprocess.DEVNULL
            )
            try:
                await service.report("ready")
                async with Speaker.at(broker, "killed") as speaker:
                    await speaker.say(TID, heartbeat())
                    assert (await speaker.hear())[0] == TID
                service.close_input()
                assert (await service.report("ended"))["counts"]["connects"] == 2
            finally:
                again.terminate()
                await again.wait()

    run(main)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b"", "no task"),
        (b"{}", "required field `brokers`"),
        (b'{"brokers":["mqtt://h"],"profile_toml":"x","seed":1,"epoch_monotonic_ns":1}', "TOML"),
    ],
)
def test_a_task_that_cannot_be_done_fails_in_one_line(line: bytes, complaint: str) -> None:
    """A broken task is answered by `failed`, with the reason, and exit code 2; no traceback."""

    async def main() -> None:
        async with Service.start(line) as service:
            assert complaint in (await service.report("failed"))["message"]
            assert await service.process.wait() == 2
            assert await service.errors() == ""

    run(main)


def test_business_begins_when_it_is_told(mosquitto: Mosquitto) -> None:
    """Answers tell the server's time as of the beginning that the input has named last."""

    async def main() -> None:
        asked = task(mosquitto, "begin")
        run_of_it = parse(asked.profile_toml).run
        earlier = asked.epoch_monotonic_ns - 3_600_000_000_000
        clock = BusinessClock.of(run_of_it, earlier)
        async with Service.of(asked) as service, Speaker.at(mosquitto, "begin") as speaker:
            await service.report("ready")
            service.say(msgspec.json.encode(Begin(earlier)))
            for seq in itertools.count(1):
                await speaker.say(TID, heartbeat(seq=seq))
                _, answer = await speaker.hear()
                assert isinstance(answer, HeartbeatAcknowledged)
                if abs(answer.server_ts - clock.unix_ms(time.monotonic_ns())) < 10_000:
                    break
                await asyncio.sleep(0.05)

    run(main)


def test_what_is_no_beginning_ends_the_service(mosquitto: Mosquitto) -> None:
    """A second line that means nothing is answered by `failed`, and the service drains."""

    async def main() -> None:
        async with Service.of(task(mosquitto, "begin")) as service:
            await service.report("ready")
            service.say(b"soon")
            assert "no beginning" in (await service.report("failed"))["message"]
            assert await service.process.wait() == 2

    run(main)


def test_a_missing_password_file_fails(mosquitto: Mosquitto) -> None:
    """The password file's name is in the message when it cannot be read."""

    async def main() -> None:
        asked = task(mosquitto, "secret", username="tms", password_file="/nowhere/secret")  # noqa: S106
        async with Service.of(asked) as service:
            assert "/nowhere/secret" in (await service.report("failed"))["message"]

    run(main)


def test_a_password_that_is_no_text_fails(mosquitto: Mosquitto, tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are refused in one line."""
    file = tmp_path / "password"
    file.write_bytes(b"\xff\xfe\n")

    async def main() -> None:
        asked = task(mosquitto, "bytes", username="tms", password_file=str(file))
        async with Service.of(asked) as service:
            assert "not UTF-8" in (await service.report("failed"))["message"]
            assert await service.errors() == ""

    run(main)


def test_instances_spread_over_the_brokers(mosquitto: Mosquitto) -> None:
    """Each instance takes the next broker of the cluster, and begins again after the last."""
    brokers = ("mqtt://one", "mqtt://two")
    tasks = [task(mosquitto, "spread", brokers=brokers, index=index, of=3) for index in range(3)]
    assert [each.endpoint().host for each in tasks] == ["one", "two", "one"]


def test_the_profile_of_these_tests_is_the_tenant_s() -> None:
    """Each test has a corner of the shared broker to itself."""
    assert parse(profile_toml("mine")).estate.tenant == "mine"
