"""The regions beside the primary state are machines of their own."""

import pytest

from fleet.life.regions import REGIONS, Health, Link, Session, UpdatePhase

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
