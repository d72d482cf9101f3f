"""The system log keeps the last events of a terminal, and no more."""

from hypothesis import given
from hypothesis import strategies as st

from fleet.life.states import Event
from fleet.life.systemlog import ENTRIES_MAX, SystemLog
from fleet.units import DAY_MS
from tests.life.lives import quiet
from tests.life.solitude import settle, spend


@given(st.lists(st.tuples(st.integers(0, 3_650 * DAY_MS), st.sampled_from(Event)), max_size=80))
def test_the_log_is_a_ring_of_the_last_entries(entries: list[tuple[int, Event]]) -> None:
    """What is read back is what was noted last, in order, up to the bound."""
    log = SystemLog()
    for at, event in entries:
        log.note(at, event)
    assert list(log) == entries[-ENTRIES_MAX:]
    assert len(log) == min(len(entries), ENTRIES_MAX)


def test_a_terminal_logs_every_step() -> None:
    """The log of a life ends with the life's last steps."""
    world = settle(quiet(), hours=80)
    terminal = spend(quiet(), world)
    assert list(terminal.unit.log) == [(s.at_ms, s.event) for s in world.steps][-ENTRIES_MAX:]
