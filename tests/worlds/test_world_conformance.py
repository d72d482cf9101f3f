"""Every world keeps the seam: the same coroutine lives the same story in each of them."""

import pytest

from fleet.life.world import LinkDown, NoAnswer
from fleet.wire.messages import Reboot, SyncAnswered, SyncRequested
from tests.worlds.scripted import Live
from tests.worlds.settings import ORIGIN_MS, Alone, Setting, Twin, Virtual

HOUR_MS = 3_600_000
FOR_EVER = 1_000 * HOUR_MS


@pytest.fixture(params=[Alone, Live, Virtual, Twin], ids=["solitude", "live", "virtual", "twin"])
def setting(request: pytest.FixtureRequest) -> Setting:
    """A world and the strings to pull."""
    made: Setting = request.param()
    return made


def test_sleep_moves_the_story_to_its_end(setting: Setting) -> None:
    """After a sleep it is exactly as late as was asked for."""
    story: list[int] = []

    async def life() -> None:
        for until in (5, 1_000, 1_000, 400, 7_777):
            await setting.world.sleep(until)
            story.append(setting.world.now())

    setting.run(life(), FOR_EVER)
    assert story == [5, 1_000, 1_000, 1_000, 7_777]


def test_listening_without_an_order_ends_at_its_instant(setting: Setting) -> None:
    """Nobody says anything: None, at the instant."""
    heard: list[object] = []

    async def life() -> None:
        await setting.world.attach()
        heard.append(await setting.world.listen(5_000))
        heard.append(setting.world.now())

    setting.run(life(), FOR_EVER)
    assert heard == [None, 5_000]


def test_an_order_takes_effect_at_its_own_instant(setting: Setting) -> None:
    """It comes early, waits for its instant, and ends the listening there."""
    heard: list[object] = []
    order = Reboot(plan=3, at=ORIGIN_MS + 4_000)

    async def life() -> None:
        await setting.world.attach()
        setting.post(order)
        heard.append(await setting.world.listen(9_000))
        heard.append(setting.world.now())

    setting.run(life(), FOR_EVER)
    assert heard == [order, 4_000]


def test_an_order_that_comes_during_sleep_waits(setting: Setting) -> None:
    """A deaf terminal hears of it when it listens again, without losing time."""
    heard: list[object] = []
    order = Reboot(plan=1, at=ORIGIN_MS + 2_000)

    async def life() -> None:
        await setting.world.attach()
        setting.post(order)
        await setting.world.sleep(6_000)
        heard.append(await setting.world.listen(9_000))
        heard.append(setting.world.now())

    setting.run(life(), FOR_EVER)
    assert heard == [order, 6_000]


def test_heartbeats_keep_the_grid_of_the_first(setting: Setting) -> None:
    """The grid is anchored by the first beat, and goes on through other waits."""

    async def life() -> None:
        world = setting.world
        await world.sleep(100)
        await world.attach()
        await world.beat(1_000, 3_500)
        await world.sleep(5_600)
        await world.beat(1_000, 7_100)

    setting.run(life(), FOR_EVER)
    assert setting.beats() == [100, 1_100, 2_100, 3_100, 6_100, 7_100]


def test_a_new_link_anchors_the_grid_anew(setting: Setting) -> None:
    """After a detach the grid begins with the next beat."""

    async def life() -> None:
        world = setting.world
        await world.attach()
        await world.beat(1_000, 1_500)
        await world.detach(clean=True)
        await world.sleep(1_700)
        await world.attach()
        await world.beat(1_000, 3_000)

    setting.run(life(), FOR_EVER)
    assert setting.beats() == [0, 1_000, 1_700, 2_700]


def test_an_order_ends_a_stretch_of_heartbeats(setting: Setting) -> None:
    """Beats before the order's instant are sent, none after."""
    heard: list[object] = []
    order = Reboot(plan=1, at=ORIGIN_MS + 2_500)

    async def life() -> None:
        await setting.world.attach()
        setting.post(order)
        heard.append(await setting.world.beat(1_000, 60_000))

    setting.run(life(), FOR_EVER)
    assert heard == [order]
    assert setting.beats() == [0, 1_000, 2_000]


def test_a_request_takes_no_story_time(setting: Setting) -> None:
    """The answer is here, and it is as late as before."""
    heard: list[object] = []

    async def life() -> None:
        world = setting.world
        await world.attach()
        await world.sleep(777)
        request = SyncRequested(ts=ORIGIN_MS + 777, req=4, fw="1", params=0)
        heard.append(await world.ask(request, 10_000))
        heard.append(world.now())

    setting.run(life(), FOR_EVER)
    answer, now = heard
    assert isinstance(answer, SyncAnswered)
    assert answer.req == 4
    assert now == 777


def test_no_answer_moves_the_story_past_the_time_out(setting: Setting) -> None:
    """Nobody answers: NoAnswer, when the time-out has passed."""
    heard: list[object] = []

    async def life() -> None:
        world = setting.world
        await world.attach()
        setting.mute()
        try:
            await world.ask(SyncRequested(ts=0, req=1, fw="1", params=0), 10_000)
        except NoAnswer:
            heard.append(world.now())

    setting.run(life(), FOR_EVER)
    assert len(heard) == 1
    assert 10_000 <= heard[0] <= 10_001  # type: ignore[operator]


def test_a_link_that_cannot_come_up_says_so(setting: Setting) -> None:
    """Attaching to nothing raises LinkDown."""
    heard: list[str] = []

    async def life() -> None:
        setting.cut()
        try:
            await setting.world.attach()
        except LinkDown:
            heard.append("down")

    setting.run(life(), FOR_EVER)
    assert heard == ["down"]


def test_a_broken_link_ends_the_heartbeats(setting: Setting) -> None:
    """Beating and saying raise LinkDown once the link is gone."""
    heard: list[str] = []

    async def life() -> None:
        world = setting.world
        await world.attach()
        await world.beat(1_000, 1_500)
        setting.cut()
        for attempt in ("beat", "say"):
            try:
                if attempt == "beat":
                    await world.beat(1_000, 60_000)
                else:
                    world.say(SyncRequested(ts=0, req=1, fw="1", params=0))
            except LinkDown:
                heard.append(attempt)

    setting.run(life(), FOR_EVER)
    assert heard == ["beat", "say"]


def test_the_end_of_the_world_ends_every_wait(setting: Setting) -> None:
    """A story that would go on past the end is cut there."""
    reached: list[int] = []

    async def life() -> None:
        while True:
            await setting.world.sleep(setting.world.now() + 1_000)
            reached.append(setting.world.now())

    setting.run(life(), 5_500)
    assert reached == [1_000, 2_000, 3_000, 4_000, 5_000]
