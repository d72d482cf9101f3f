"""A TMS that is slow on purpose is exactly as slow as it was asked to be."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.tms.pace import Pace
from fleet.wire.messages import SignInAnswered
from tests.brokers import Mosquitto
from tests.tms.estates import sign_in, tids
from tests.tms.services import Service, Speaker, profile_toml, run, task

NS_PER_S = 1_000_000_000


@given(st.integers(1, 20_000), st.lists(st.integers(1, 64), min_size=1, max_size=50))
def test_turns_never_exceed_the_quota(per_second: int, counts: list[int]) -> None:
    """Whatever the batches, those before a turn have had all the time that the quota asks for."""
    pace = Pace(0, per_second, 64)
    sent = 0
    for count in counts:
        begin_ns = pace.turn_ns(count, 0)
        assert begin_ns == sent * (NS_PER_S // per_second)
        sent += count


def test_without_a_quota_every_turn_begins_at_once() -> None:
    """Nothing waits that was not asked to wait."""
    pace = Pace(0, None, 64)
    assert [pace.turn_ns(64, now) for now in (5, 5, 6)] == [5, 5, 6]
    assert (pace.batch_max, pace.delay_ns) == (64, 0)


def test_an_idle_second_is_not_saved_up() -> None:
    """A quota is no savings account: after a pause there is no burst."""
    pace = Pace(0, 100, 64)
    pace.turn_ns(2, 0)
    later = 10 * NS_PER_S
    assert pace.turn_ns(2, later) == later
    assert pace.turn_ns(2, later) == later + NS_PER_S // 50


def slow(tenant: str, line: str) -> str:
    """Return the profile of a slow TMS."""
    return profile_toml(tenant).replace("[tms]", f"[tms]\n{line}")


@pytest.mark.broker
def test_an_answer_is_delayed(mosquitto: Mosquitto) -> None:
    """An injected delay passes before each answer, and answers do not wait for one another."""

    async def main() -> None:
        asked = task(mosquitto, "delay", profile_toml=slow("delay", 'answer_delay = "300ms"'))
        async with Service.of(asked) as service, Speaker.at(mosquitto, "delay") as speaker:
            await service.report("ready")
            start = time.monotonic()
            for tid in tids()[:10]:
                await speaker.say(tid, sign_in(tid))
            answers = await speaker.hear_many(10)
            took = time.monotonic() - start
        assert all(isinstance(answer, SignInAnswered) for _, answer in answers)
        assert 0.3 <= took < 1.5

    run(main)


@pytest.mark.broker
def test_a_quota_bounds_the_answers_of_a_second(mosquitto: Mosquitto) -> None:
    """So many answers a second leave and no more, and none of them is lost."""

    async def main() -> None:
        asked = task(mosquitto, "quota", profile_toml=slow("quota", "answers_per_second_max = 20"))
        async with Service.of(asked) as service, Speaker.at(mosquitto, "quota") as speaker:
            await service.report("ready")
            start = time.monotonic()
            for tid in tids()[:31]:
                await speaker.say(tid, sign_in(tid))
            answers = await speaker.hear_many(31)
            took = time.monotonic() - start
        assert len({tid for tid, _ in answers}) == 31
        assert 1.5 <= took < 4.0

    run(main)
