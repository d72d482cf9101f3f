"""Twins in virtual time: what one identity means to two units."""

from collections.abc import Iterator
from contextlib import contextmanager

from fleet.life.pulse import Pulse
from fleet.life.states import Event
from fleet.life.world import LinkDown, World
from fleet.profile import load
from fleet.profile.profile import Profile
from fleet.tms.desk import Desk
from fleet.units import DAY_MS, HOUR_MS
from fleet.wire.messages import Message, Presence
from fleet.worlds.twins import Seat, TwinWorld
from fleet.worlds.virtual import VirtualEstate
from tests.dataset.stories import beginning
from tests.worlds.settings import ORIGIN_MS, PROFILE, TID, Notes

SEED = 1
PAIRS = {"estate.duplicate_tids": 1.0, "run.speed": 1.0, "ramp.over": "20s"}


class Wills(Notes):
    """A chronicle that keeps heartbeats, and the instants of last wills, by unit."""

    def __init__(self) -> None:
        super().__init__()
        self.lost: list[tuple[int, int]] = []

    def heard(self, pulse: Pulse, at: int, message: Message) -> None:
        if isinstance(message, Presence) and message.reason == "lost":
            self.lost.append((pulse.index, at))


class Pair:
    """Two units in one estate, for coroutines that are their lives."""

    def __init__(self) -> None:
        self.notes = Wills()
        self._estate = VirtualEstate(Desk(PROFILE, 7), self.notes, "demo", ORIGIN_MS, 1.0)
        seat = Seat()
        pulses = [Pulse(row, "1.0.0", has_battery=False) for row in range(2)]
        self.first, self.second = (TwinWorld(self._estate, TID, each, seat) for each in pulses)

    @contextmanager
    def living(self, until: int) -> Iterator[None]:
        """Let both live what they have begun, some seconds at a time."""
        yield
        for horizon in range(0, until, 1_300):
            self._estate.live_until(horizon)
        self._estate.live_until(until)
        self.first.end()
        self.second.end()


async def beats(world: World, attach_at: int, lost: list[int]) -> None:
    """Connect at an instant and beat every second; note when the link is lost; then lie still."""
    await world.sleep(attach_at)
    await world.attach()
    try:
        await world.beat(1_000, 60_000)
    except LinkDown:
        lost.append(world.now())
    await world.sleep(10**9)


def test_who_connects_throws_the_other_out_at_that_instant() -> None:
    """Beats end there, to the millisecond; the last will is the loser's; the other goes on."""
    pair, lost = Pair(), list[int]()
    with pair.living(9_000):
        pair.first.begin(beats(pair.first, 500, lost))
        pair.second.begin(beats(pair.second, 3_700, lost))
    assert lost == [3_700]
    assert pair.notes.lost == [(0, 3_700)]
    assert sorted(pair.notes.beats) == [500, 1_500, 2_500, 3_500, 3_700, 4_700, 5_700, 6_700,
                                        7_700, 8_700]  # fmt: skip


def test_a_deaf_unit_learns_of_it_when_it_speaks() -> None:
    """Asleep it notices nothing, and what it says then does not get through."""
    pair, lost = Pair(), list[int]()

    async def sleeper(world: World) -> None:
        await world.attach()
        await world.sleep(8_000)
        try:
            world.say(Presence(0, online=True, reason="attached"))
        except LinkDown:
            lost.append(world.now())
        await world.sleep(10**9)

    with pair.living(9_000):
        pair.first.begin(sleeper(pair.first))
        pair.second.begin(beats(pair.second, 3_700, lost))
    assert lost == [8_000]
    assert pair.notes.lost == [(0, 3_700)]


def test_who_has_left_is_not_thrown_out() -> None:
    """After a polite goodbye the seat is empty."""
    pair, lost = Pair(), list[int]()

    async def leaver(world: World) -> None:
        await world.attach()
        await world.beat(1_000, 2_000)
        await world.detach(clean=True)
        await world.listen(10**9)

    with pair.living(9_000):
        pair.first.begin(leaver(pair.first))
        pair.second.begin(beats(pair.second, 3_700, lost))
    assert (lost, pair.notes.lost) == ([], [])


def paired(**more: object) -> Profile:
    """Return an estate of pairs."""
    return load("duplicate-tid", PAIRS | {key.replace("__", "."): v for key, v in more.items()})


def test_twins_quarrel_for_ever_whoever_lives_beside_them() -> None:
    """Each connect of one is a loss of the other; a larger estate changes nothing of it."""
    few, many = (
        beginning(paired(estate__terminals=n, sign_in__typing="1ms"), SEED, 600_000) for n in (2, 8)
    )
    assert few == many[:2]
    for one, other in ((0, 1), (1, 0)):
        back = [s.at_ms for s in few[one] if s.event is Event.LINK_RESTORED]
        lost = [s.at_ms for s in few[other] if s.event is Event.LINK_LOST]
        # Who is deaf, typing a password, notices later.
        assert len(lost) > 20
        assert abs(len(lost) - len(back)) <= 3
        assert len(set(lost) & set(back)) > len(lost) / 2


def test_a_quarrel_calms_down_where_a_brief_link_is_no_success() -> None:
    """One unit of a pair soon waits minutes, so that a day brings a thousand losses, not 170,000.

    Both go on for ever, and without end: the other one, whose link was up for long, is back soon.
    """
    calm = beginning(paired(estate__terminals=2, reconnect__stable="20s"), SEED, DAY_MS)
    lost = [[s.at_ms for s in unit if s.event is Event.LINK_LOST] for unit in calm]
    assert all(len(each) > 400 for each in lost)
    assert 900 < sum(map(len, lost)) < 1_500
    assert all(each[-1] > DAY_MS - HOUR_MS for each in lost)


def test_others_notice_nothing_of_twins() -> None:
    """Whoever has an identity of his own lives as in an estate without any twins."""
    half = beginning(paired(estate__terminals=40, estate__duplicate_tids=0.3), SEED, 120_000)
    none = beginning(paired(estate__terminals=40, estate__duplicate_tids=0.0), SEED, 120_000)
    differ = {n for n, (a, b) in enumerate(zip(half, none, strict=True)) if a != b}
    assert differ
    assert all(n ^ 1 in differ for n in differ)
    assert len(differ) < 40
