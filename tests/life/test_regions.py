"""The regions beside the primary state are machines of their own."""

import pytest

from fleet.life import terminal
from fleet.life.line import Line
from fleet.life.regions import LINK, REGIONS, SESSION, Health, Link, Session, UpdatePhase
from fleet.life.shift import Shift
from fleet.profile import load
from fleet.units import HOUR_MS, MINUTE_MS
from tests.life import solitude

FIRST = {
    "link": Link.DOWN,
    "session": Session.SIGNED_OFF,
    "update": UpdatePhase.NONE,
    "health": Health.WAIT,
}


@pytest.mark.parametrize("region", REGIONS)
def test_every_value_of_a_region_can_be_reached_and_left(region: str) -> None:
    """From its first value a region reaches all of them, and none is a trap."""
    table, values = REGIONS[region], set(type(FIRST[region]))
    assert set(table) == values
    reached = {FIRST[region]}
    for _ in values:
        reached |= {after for value in reached for after in table[value]}
    assert reached == values
    assert all(after and value not in after for value, after in table.items())


class WatchedLine(Line):
    """A line whose link is watched."""

    __slots__ = ("seen_link",)

    @property
    def link(self) -> Link:
        """The link."""
        return self.seen_link

    @link.setter
    def link(self, after: Link) -> None:
        before = getattr(self, "seen_link", after)
        assert after is before or after in LINK[before], f"{before} became {after}"
        self.seen_link = after


class WatchedShift(Shift):
    """A shift whose session is watched."""

    __slots__ = ("seen_session",)

    @property
    def session(self) -> Session:
        """The session."""
        return self.seen_session

    @session.setter
    def session(self, after: Session) -> None:
        before = getattr(self, "seen_session", after)
        assert after is before or after in SESSION[before], f"{before} became {after}"
        self.seen_session = after


@pytest.mark.parametrize("index", range(12))
def test_link_and_session_keep_to_their_tables(index: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In lives with outages, faults and closed shops, no value follows one that it may not."""
    monkeypatch.setattr(terminal, "Line", WatchedLine)
    monkeypatch.setattr(terminal, "Shift", WatchedShift)
    profile = load("demo", {"estate.terminals": 100, "sign_in.validity": "4h"})
    world = solitude.settle(profile, hours=24 * 10, index=index)
    world.outages = [(n * 5 * HOUR_MS, n * 5 * HOUR_MS + 3 * MINUTE_MS) for n in range(1, 40)]
    lived = solitude.spend(profile, world, index=index)
    assert isinstance(lived.line, WatchedLine)
    assert isinstance(lived.shift, WatchedShift)
