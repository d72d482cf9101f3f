"""The table of transitions holds what the life does, and nothing else."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.life.states import BEATING, IN_SERVICE, ON, Event, State
from fleet.life.story import CHAPTERS
from fleet.life.transitions import TRANSITIONS, ImpossibleStep, step_target
from fleet.wire.words import StateWord


def test_every_event_has_a_line() -> None:
    """Every event stands in the table."""
    assert set(TRANSITIONS) == set(Event)


def test_every_row_of_the_life_cycle_has_a_line() -> None:
    """T1 to T50 are all in the table but for T28, the heartbeat, which is no step."""
    rows = {row for transition in TRANSITIONS.values() for row in transition.rows}
    assert rows == {f"T{number}" for number in range(1, 51)} - {"T28"}
    assert IN_SERVICE <= BEATING


def test_the_wire_knows_every_state() -> None:
    """The contract's words for states are the states, in their order."""
    assert get_args(StateWord) == tuple(state.value for state in State)


def test_every_state_has_a_chapter() -> None:
    """Every state can be lived through."""
    assert set(CHAPTERS) == set(State)


def test_every_state_but_the_first_can_be_reached() -> None:
    """From the box, some sequence of events leads to each state."""
    reached = {State.INVENTORY}
    for _ in State:
        for transition in TRANSITIONS.values():
            if transition.sources & reached:
                reached |= transition.targets
    assert reached == set(State)


def test_every_state_can_be_left() -> None:
    """No state is a trap."""
    for state in State:
        exits = [t for t in TRANSITIONS.values() if state in t.sources and t.targets - {state}]
        assert exits, state


@given(st.sampled_from(list(State)), st.sampled_from(list(Event)))
def test_a_step_is_in_the_table_or_impossible(source: State, event: Event) -> None:
    """A step leads to a target of the table, or raises."""
    transition = TRANSITIONS[event]
    wanted = next(iter(transition.targets)) if len(transition.targets) > 1 else None
    if source in transition.sources:
        target = step_target(source, event, wanted)
        assert target in (transition.targets or {source})
    else:
        with pytest.raises(ImpossibleStep, match=rf"^no step {event} from {source} to "):
            step_target(source, event, wanted)


def test_an_ambiguous_step_must_say_where_it_leads() -> None:
    """Where the table allows several targets, none is guessed."""
    with pytest.raises(ImpossibleStep):
        step_target(State.UPDATING, Event.UPDATE_DEFERRED)


def test_what_is_off_is_not_on() -> None:
    """A terminal without power is not on."""
    assert not ON & {State.POWERED_OFF, State.INVENTORY, State.FORCED_SHUTDOWN}
